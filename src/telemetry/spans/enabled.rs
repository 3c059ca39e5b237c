//! The spans of a telemetry, and the exporter that they go to.

mod calls;
mod ends;
mod exports;

use std::sync::Arc;
use std::time::Duration;

use crate::config::Config;
use crate::context::{EndSpan, PlaceCalls, Record, RecordCall, Room, Sampler};
use crate::error::Error;
use crate::export::Standing;
use crate::ledger::{Ledger, Signal};
use crate::logging::{Levels, Records};
use crate::redaction::Redactor;
use crate::trace::Traces;

use super::background::Shared;
use exports::Exports;

pub(super) struct Spans {
    /// None where no spans are made.
    traces: Option<Traces>,
    exports: Exports,
}

impl Spans {
    /// # Errors
    ///
    /// When what is spoken to the collector cannot be.
    pub(super) fn new(
        config: &Config,
        ledger: &Ledger,
        redactor: &Arc<Redactor>,
    ) -> Result<Self, Error> {
        let exports = Exports::new(config, ledger, redactor)?;
        let outlet = exports.spans();
        let are_made = outlet.is_some() || config.has_transactions();
        let traces = || Traces::new(config, outlet, Arc::clone(redactor));
        Ok(Self { traces: are_made.then(traces), exports })
    }

    /// Has what is made from now on exported, on the thread. A second call does nothing.
    ///
    /// # Errors
    ///
    /// When the thread cannot be started, or was stopped before.
    pub(super) fn start(&self, background: &Shared, levels: &Levels) -> Result<(), Error> {
        self.exports.start(background, levels)
    }

    /// Has everything sent that waits now, waits for it, for a time, and says whether it is.
    pub(super) fn flush(&self, within: Duration) -> bool {
        self.exports.flush(within)
    }

    /// Whether something waits to be sent.
    pub(super) fn is_waiting(&self) -> bool {
        !self.exports.is_empty()
    }

    /// How each exporter does.
    pub(in crate::telemetry) fn standings(&self) -> Vec<(Signal, Standing)> {
        self.exports.standings()
    }

    /// Takes nothing any more; what waits is lost.
    pub(super) fn close(&self) {
        self.exports.close();
    }

    /// Whether they are sent as such, and not within transactions alone.
    pub(super) fn are_exported(&self) -> bool {
        self.traces.as_ref().is_some_and(Traces::are_exported)
    }

    pub(super) fn traces(&self) -> Option<&Traces> {
        self.traces.as_ref()
    }

    /// Where log lines go beside the output, if anywhere.
    pub(super) fn records(
        &self,
        config: &Config,
        ledger: &Ledger,
        redactor: &Arc<Redactor>,
    ) -> Option<Records> {
        let outlet = self.exports.records()?;
        let (limits, redactor) = (&config.logs.limits, Arc::clone(redactor));
        Some(Records::new(limits, outlet, ledger.clone(), redactor))
    }

    /// What makes server spans of exchanges.
    pub(super) fn record(&self) -> Option<Arc<dyn Record>> {
        let traces = self.traces.clone()?;
        Some(Arc::new(traces))
    }

    /// What makes client spans of calls.
    pub(super) fn record_calls(&self) -> Option<Arc<dyn RecordCall>> {
        let traces = self.traces.clone()?;
        Some(Arc::new(traces))
    }

    /// Room for spans of requests that may be kept though they are not sampled.
    pub(super) fn room(&self, config: &Config) -> Option<Arc<Room>> {
        let keeps = self.are_exported() && config.traces.keep.is_some();
        keeps.then(Arc::default)
    }

    /// What tells spans of functions how those ended.
    pub(super) fn ends(&self) -> Arc<dyn EndSpan> {
        Arc::new(ends::Ends(self.traces.clone()))
    }

    /// What says where in a trace a call is made.
    pub(super) fn places(&self, config: &Config) -> Arc<dyn PlaceCalls> {
        let sampler = Sampler::new(config.traces.sampler);
        Arc::new(calls::Places {
            are_exported: self.are_exported(),
            sampler,
            is_disabled: config.disabled,
        })
    }
}
