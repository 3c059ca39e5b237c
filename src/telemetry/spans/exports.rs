//! The exporters of one telemetry, on its `obskit` thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::concurrent::is_own_thread;
use crate::config::{self, Config, Exporter, Otlp};
use crate::error::Error;
use crate::export::Background;
use crate::export::otlp::{Collector, Outlet, Resource, export};
use crate::ledger::{Ledger, Signal};
use crate::redaction::Redactor;
use crate::telemetry::background::Shared;
use crate::telemetry::resource;

/// The ways out of what is exported. Dropped with the last handle of its telemetry, it waits until
/// what is on its way has arrived.
pub(super) struct Exports {
    resource: Resource,
    ways: Vec<Way>,
    spans: Option<Outlet>,
    records: Option<Outlet>,
    is_started: AtomicBool,
}

/// One signal's.
struct Way {
    outlet: Outlet,
    collector: Arc<Collector>,
    /// The longest one attempt may take.
    timeout: Duration,
}

/// A drop waits no longer for a collector.
const AT_MOST: Duration = Duration::from_secs(1);

impl Exports {
    pub(super) fn new(
        config: &Config,
        ledger: &Ledger,
        redactor: &Redactor,
    ) -> Result<Self, Error> {
        let (traces, logs) = (&config.traces, &config.logs);
        let mut exports = Self {
            resource: resource::detect(&config.service, redactor),
            ways: Vec::new(),
            spans: None,
            records: None,
            is_started: AtomicBool::new(false),
        };
        if config.disabled {
            return Ok(exports);
        }
        if traces.exporter == Exporter::Otlp {
            let outlet = Outlet::new(Signal::Span, traces.batch.clone(), ledger.clone());
            exports.add(config::Signal::Traces, &traces.otlp, &outlet)?;
            exports.spans = Some(outlet);
        }
        if logs.exporter == Exporter::Otlp {
            let outlet = Outlet::new(Signal::Record, logs.batch.clone(), ledger.clone());
            exports.add(config::Signal::Logs, &logs.otlp, &outlet)?;
            exports.records = Some(outlet);
        }
        Ok(exports)
    }

    fn add(&mut self, signal: config::Signal, otlp: &Otlp, outlet: &Outlet) -> Result<(), Error> {
        let collector = Arc::new(Collector::new(signal, otlp, self.resource.clone())?);
        self.ways.push(Way { outlet: outlet.clone(), collector, timeout: otlp.timeout });
        Ok(())
    }

    /// Where spans go, if anywhere.
    pub(super) fn spans(&self) -> Option<Outlet> {
        self.spans.clone()
    }

    /// Where log records go, if anywhere.
    pub(super) fn records(&self) -> Option<Outlet> {
        self.records.clone()
    }

    /// Has what there is exported from now on. A second call does nothing.
    pub(super) fn start(&self, background: &Shared) -> Result<(), Error> {
        // Loaded first, for this is asked often.
        if self.ways.is_empty()
            || self.is_started.load(Ordering::Acquire)
            || self.is_started.swap(true, Ordering::AcqRel)
        {
            return Ok(());
        }
        let background = background.get_or_start().inspect_err(|_| {
            self.is_started.store(false, Ordering::Release);
        })?;
        self.ways.iter().for_each(|way| way.start(&background));
        Ok(())
    }

    /// Has everything sent that waits now, and waits for it, for a time.
    pub(super) fn flush(&self, within: Duration) -> bool {
        // On their own thread they would be waited for in vain.
        if !self.is_started.load(Ordering::Acquire) || is_own_thread() {
            return self.ways.iter().all(|way| way.outlet.waiting() == 0);
        }
        let start = Instant::now();
        let flushes: Vec<_> = self.ways.iter().map(|way| way.outlet.flush()).collect();
        let mut left = flushes.iter().map(|done| {
            use std::sync::mpsc::RecvTimeoutError::Disconnected;
            done.recv_timeout(within.saturating_sub(start.elapsed())) == Err(Disconnected)
        });
        left.all(|is_done| is_done)
    }
}

impl Way {
    fn start(&self, background: &Background) {
        export(background, &self.outlet, &self.collector, self.timeout);
    }
}

impl Drop for Exports {
    fn drop(&mut self) {
        self.flush(AT_MOST);
    }
}
