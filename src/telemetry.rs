//! `Telemetry`: the running whole.

#[cfg(feature = "tokio")]
#[path = "telemetry/background/enabled.rs"]
mod background;
#[cfg(not(feature = "tokio"))]
#[path = "telemetry/background/disabled.rs"]
mod background;
mod build;
#[cfg(feature = "testing")]
mod capture;
mod dependency;
mod doctor;
#[cfg(feature = "sentry")]
mod feedback;
mod flushed;
#[cfg(feature = "tonic")]
mod grpc;
mod healthy;
mod here;
mod install;
#[cfg(feature = "otlp")]
#[path = "telemetry/local/enabled.rs"]
mod local;
#[cfg(not(feature = "otlp"))]
#[path = "telemetry/local/disabled.rs"]
mod local;
#[cfg(feature = "opentelemetry")]
pub mod opentelemetry;
#[cfg(not(feature = "sentry"))]
#[path = "telemetry/reports/disabled.rs"]
mod reports;
#[cfg(feature = "sentry")]
#[path = "telemetry/reports/enabled.rs"]
mod reports;
#[cfg(feature = "otlp")]
mod resource;
#[cfg(all(feature = "admin", feature = "axum"))]
mod router;
mod scope;
#[cfg(feature = "admin")]
#[path = "telemetry/serve/enabled.rs"]
mod serve;
#[cfg(not(feature = "admin"))]
#[path = "telemetry/serve/disabled.rs"]
mod serve;
mod shutdown;
#[cfg(feature = "tokio")]
#[path = "telemetry/signals/enabled.rs"]
mod signals;
#[cfg(not(feature = "tokio"))]
#[path = "telemetry/signals/disabled.rs"]
mod signals;
#[cfg(feature = "otlp")]
#[path = "telemetry/spans/enabled.rs"]
mod spans;
#[cfg(not(feature = "otlp"))]
#[path = "telemetry/spans/disabled.rs"]
mod spans;
mod tracing_layer;
#[cfg(feature = "tokio")]
#[path = "telemetry/watching/enabled.rs"]
mod watching;
#[cfg(not(feature = "tokio"))]
#[path = "telemetry/watching/disabled.rs"]
mod watching;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use crate::config::Config;
use crate::context::{PlaceCalls, RecordCall, Wanted};
use crate::health::{Health, Latch};
use crate::metrics::{Dependencies, Metrics, Red};
use crate::middleware::{Client, ClientLayer, Server, ServerLayer};

pub use crate::logging::Levels;
#[cfg(feature = "sentry")]
pub use crate::reporting::Feedback;
#[cfg(feature = "tokio")]
pub use dependency::CallsCheckBuilder;
pub use dependency::Dependency;
pub use doctor::{Diagnosis, Doctor, Examining, Finding, Severity};
pub use here::{current_span, link_span};
pub use install::{init, init_with};
pub use shutdown::Report;
#[cfg(feature = "tokio")]
pub use signals::ShutdownSignal;
pub use tracing_layer::TracingLayer;

/// Everything an operator gets from one service. Cloning it is cheap, and clones are the same.
///
/// [`init`] makes the one of a process; [`Telemetry::build`] makes one that touches nothing
/// global, for tests and for several in one process.
///
/// ```
/// use obskit::Telemetry;
/// use obskit::config::Config;
///
/// let telemetry = Telemetry::build(Config::default())?;
/// let orders = telemetry.metrics().counter("orders_total", "Orders taken.").register()?;
/// orders.inc();
/// assert!(telemetry.metrics().text().contains("orders_total 1"));
/// # Ok::<(), obskit::Error>(())
/// ```
#[derive(Clone)]
pub struct Telemetry {
    parts: Arc<Parts>,
}

/// What the handle holds.
struct Parts {
    config: Config,
    metrics: Metrics,
    health: healthy::Healthy,
    server: Arc<Server>,
    calls: Arc<[Arc<dyn RecordCall>]>,
    places: Arc<dyn PlaceCalls>,
    dependencies: Arc<Dependencies>,
    red: Arc<Red>,
    watching: watching::Watching,
    /// Before the thread that it needs to deliver what waits.
    spans: spans::Spans,
    reports: reports::Sent,
    background: background::Shared,
    signals: signals::Signals,
    serving: serve::Serving,
    logging: flushed::Flushed,
    practice: doctor::Practice,
    /// The first shutdown has begun.
    is_over: AtomicBool,
}

impl Telemetry {
    /// The registry: add metrics of your own to it.
    pub fn metrics(&self) -> &Metrics {
        &self.parts.metrics
    }

    /// The layer around the service, as the outermost one.
    pub fn layer(&self) -> ServerLayer {
        self.export();
        ServerLayer::new(Arc::clone(&self.parts.server))
    }

    /// The layer around an HTTP client, whose calls are recorded as those to `dependency`.
    pub fn client_layer(&self, dependency: &'static str) -> ClientLayer {
        self.export();
        ClientLayer::new(Client {
            dependency,
            policy: self.parts.config.context.clone(),
            clock: self.parts.config.clock.clone(),
            wanted: Wanted::new(&self.parts.config.traces.capture),
            places: Arc::clone(&self.parts.places),
            records: Arc::clone(&self.parts.calls),
        })
    }

    /// The health checks: add those of what the service depends on to it.
    pub fn health(&self) -> &Health {
        &self.parts.health
    }

    /// Keeps `/readyz` at 503 until it is dropped.
    pub fn latch(&self) -> Latch {
        self.parts.health.latch()
    }

    /// Whether the service can take requests: no latch is held, no check stands against it, and it
    /// was not shut down. What `/readyz` says, for a service with probes of its own.
    pub fn is_ready(&self) -> bool {
        self.parts.health.is_ready()
    }

    /// Whether the latches that were held at first have been dropped, and each gate has passed.
    /// What `/startupz` says.
    pub fn has_started(&self) -> bool {
        self.parts.health.has_started()
    }

    /// The levels of log lines, to look at and to change while the service runs.
    pub fn levels(&self) -> &Levels {
        self.parts.logging.levels()
    }

    /// Waits until every line that was logged before is written, and every span that ended before
    /// and every report that was made has been sent, for `within` at most, and says whether that is
    /// so. It works from any thread, and needs no runtime.
    pub fn flush(&self, within: Duration) -> bool {
        let start = Instant::now();
        let Parts { spans, reports, logging, .. } = &*self.parts;
        // Made by what no layer was asked for, as a job.
        if spans.is_waiting() || reports.is_waiting() {
            self.export();
        }
        let left = || within.saturating_sub(start.elapsed());
        let are_sent = spans.flush(within) & reports.flush(left());
        logging.flush(left()) && are_sent
    }

    /// Has spans, log records and reports sent from now on.
    fn export(&self) {
        let Parts { spans, reports, background, logging, .. } = &*self.parts;
        let started = spans.start(background, logging.levels());
        if let Err(error) = started.and_then(|()| reports.start(background, logging.levels())) {
            tracing::warn!(target: "obskit::export", "nothing is exported: {error}");
        }
    }

    /// The settings it was built from.
    pub fn config(&self) -> &Config {
        &self.parts.config
    }
}

impl fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Parts { config, watching, serving, .. } = &*self.parts;
        let mut telemetry = f.debug_struct("Telemetry");
        telemetry.field("service", &config.service.name);
        telemetry.field("watching", watching).field("serving", serving);
        telemetry.finish_non_exhaustive()
    }
}
