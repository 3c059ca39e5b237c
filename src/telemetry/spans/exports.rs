//! The exporters of one telemetry, on its `obskit` thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::concurrent::is_own_thread;
use crate::config::{self, Config, Exporter};
use crate::error::Error;
use crate::export::Background;
use crate::export::otlp::{Collector, Outlet, Resource, export};
use crate::ledger::{Ledger, Signal};
use crate::telemetry::background::Shared;

/// The ways out of what is exported. Dropped with the last handle of its telemetry, it waits until
/// what is on its way has arrived.
pub(super) struct Exports {
    ways: Vec<Way>,
    spans: Option<Outlet>,
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
    pub(super) fn new(config: &Config, ledger: &Ledger) -> Result<Self, Error> {
        let mut ways = Vec::new();
        let traces = &config.traces;
        let mut spans = None;
        if !config.disabled && traces.exporter == Exporter::Otlp {
            let resource = Resource::detect(&config.service);
            let outlet = Outlet::new(Signal::Span, traces.batch.clone(), ledger.clone());
            let collector = Collector::new(config::Signal::Traces, &traces.otlp, resource)?;
            spans = Some(outlet.clone());
            let (collector, timeout) = (Arc::new(collector), traces.otlp.timeout);
            ways.push(Way { outlet, collector, timeout });
        }
        Ok(Self { ways, spans, is_started: AtomicBool::new(false) })
    }

    /// Where spans go, if anywhere.
    pub(super) fn spans(&self) -> Option<Outlet> {
        self.spans.clone()
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
