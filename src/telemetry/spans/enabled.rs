//! The spans of a telemetry, and the exporter that they go to.

mod calls;

use std::sync::Arc;

use crate::config::{Config, Exporter};
use crate::context::{PlaceCalls, Record, RecordCall, Room, Sampler};
use crate::export::otlp::Outlet;
use crate::ledger::{Ledger, Signal};
use crate::redaction::Redactor;
use crate::trace::Traces;

/// None where no spans are exported.
pub(super) struct Spans {
    traces: Option<Traces>,
}

impl Spans {
    pub(super) fn new(config: &Config, ledger: &Ledger, redactor: &Arc<Redactor>) -> Self {
        let is_on = !config.disabled && config.traces.exporter != Exporter::None;
        let outlet = || Outlet::new(Signal::Span, config.traces.batch.clone(), ledger.clone());
        let traces =
            is_on.then(|| Traces::new(config.traces.clone(), outlet(), Arc::clone(redactor)));
        Self { traces }
    }

    pub(super) fn traces(&self) -> Option<&Traces> {
        self.traces.as_ref()
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
        let keeps = self.traces.is_some() && config.traces.keep.is_some();
        keeps.then(Arc::default)
    }

    /// What says where in a trace a call is made.
    pub(super) fn places(&self, config: &Config) -> Arc<dyn PlaceCalls> {
        let sampler = Sampler::new(config.traces.sampler);
        Arc::new(calls::Places { traces: self.traces.clone(), sampler })
    }
}
