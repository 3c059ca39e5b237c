//! The exporters of one telemetry, on its `obskit` thread.

use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::RecvTimeoutError::Disconnected;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use http::Uri;

use crate::concurrent::is_own_thread;
use crate::config::{self, Config, Exporter, Otlp};
use crate::error::Error;
use crate::export::otlp::{Collector, Outlet, Way, export};
use crate::export::{Standing, Tell};
use crate::ledger::{Ledger, Signal};
use crate::logging::Levels;
use crate::redaction::Redactor;
use crate::telemetry::background::Shared;
use crate::telemetry::resource;

/// The ways out of what is exported. Dropped with the last handle of its telemetry, it waits until
/// what is on its way has arrived.
pub(super) struct Exports {
    /// Until they are started.
    planned: Mutex<Vec<Planned>>,
    outlets: Vec<Outlet>,
    spans: Option<Outlet>,
    records: Option<Outlet>,
    is_started: AtomicBool,
}

/// What one exporter is made of.
struct Planned {
    outlet: Outlet,
    collector: Collector,
    url: Uri,
    otlp: Otlp,
}

/// A drop waits no longer for a collector.
const AT_MOST: Duration = Duration::from_secs(1);
/// What the log is told of in place of a collector.
const CONSOLE: &str = "console://stdout";

impl Exports {
    pub(super) fn new(
        config: &Config,
        ledger: &Ledger,
        redactor: &Redactor,
    ) -> Result<Self, Error> {
        let (traces, logs) = (&config.traces, &config.logs);
        let is_sent = |exporter| !config.disabled && exporter == Exporter::Otlp;
        let is_shown = !config.disabled && traces.exporter == Exporter::Console;
        let mut exports = Self {
            planned: Mutex::default(),
            outlets: Vec::new(),
            spans: None,
            records: None,
            is_started: AtomicBool::new(false),
        };
        if !is_sent(traces.exporter) && !is_sent(logs.exporter) && !is_shown {
            return Ok(exports);
        }
        let resource = resource::detect(&config.service, redactor);
        if is_sent(traces.exporter) {
            let (signal, otlp) = (config::Signal::Traces, &traces.otlp);
            let collector = Collector::new(signal, otlp, &config.proxy, resource.clone())?;
            let outlet = Outlet::new(Signal::Span, traces.batch.clone(), ledger.clone());
            exports.spans = Some(exports.plan(outlet, collector, otlp.url(signal), otlp));
        } else if is_shown {
            let (collector, url) = (Collector::console(), Uri::from_static(CONSOLE));
            let outlet = Outlet::new(Signal::Span, traces.batch.clone(), ledger.clone());
            exports.spans = Some(exports.plan(outlet, collector, url, &traces.otlp));
        }
        if is_sent(logs.exporter) {
            let (signal, otlp) = (config::Signal::Logs, &logs.otlp);
            let collector = Collector::new(signal, otlp, &config.proxy, resource)?;
            let outlet = Outlet::new(Signal::Record, logs.batch.clone(), ledger.clone());
            exports.records = Some(exports.plan(outlet, collector, otlp.url(signal), otlp));
        }
        Ok(exports)
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
    pub(super) fn start(&self, background: &Shared, levels: &Levels) -> Result<(), Error> {
        // Loaded first, for this is asked often.
        if self.outlets.is_empty()
            || self.is_started.load(Ordering::Acquire)
            || self.is_started.swap(true, Ordering::AcqRel)
        {
            return Ok(());
        }
        let background = background.get_or_start().inspect_err(|_| {
            self.is_started.store(false, Ordering::Release);
        })?;
        let levels = levels.clone();
        let tell: Tell = Arc::new(move |say| levels.run(say));
        let planned = mem::take(&mut *self.planned.lock().unwrap_or_else(PoisonError::into_inner));
        for planned in planned {
            export(&background, planned.way(&tell));
        }
        Ok(())
    }

    /// Has everything sent that waits now, and waits for it, for a time.
    pub(super) fn flush(&self, within: Duration) -> bool {
        // On their own thread they would be waited for in vain.
        if !self.is_started.load(Ordering::Acquire) || is_own_thread() {
            return self.is_empty();
        }
        let start = Instant::now();
        let flushes: Vec<_> = self.outlets.iter().map(Outlet::flush).collect();
        let is_done = |done: &std::sync::mpsc::Receiver<()>| {
            done.recv_timeout(within.saturating_sub(start.elapsed())) == Err(Disconnected)
        };
        flushes.iter().all(is_done)
    }

    /// How each exporter does.
    pub(super) fn standings(&self) -> Vec<(Signal, Standing)> {
        let standing = |outlet: &Outlet| (outlet.signal(), outlet.standing());
        self.outlets.iter().map(standing).collect()
    }

    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.outlets.iter().all(|outlet| outlet.waiting() == 0)
    }

    /// Takes nothing any more.
    pub(super) fn close(&self) {
        self.outlets.iter().for_each(Outlet::close);
    }

    fn plan(&mut self, outlet: Outlet, collector: Collector, url: Uri, otlp: &Otlp) -> Outlet {
        self.outlets.push(outlet.clone());
        let planned = Planned { outlet: outlet.clone(), collector, url, otlp: otlp.clone() };
        self.planned.lock().unwrap_or_else(PoisonError::into_inner).push(planned);
        outlet
    }
}

impl Planned {
    fn way(self, tell: &Tell) -> Way<Collector> {
        let Self { outlet, collector, url, otlp } = self;
        let notices = outlet.notices(Arc::clone(tell), &url, &otlp);
        Way { outlet, transport: Arc::new(collector), timeout: otlp.timeout, notices }
    }
}

impl Drop for Exports {
    fn drop(&mut self) {
        self.flush(AT_MOST);
        self.close();
    }
}
