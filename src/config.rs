//! What is set: one plain struct per signal, with a default for everything.
//!
//! A service takes its settings from the environment with [`Config::from_env`], changes what it
//! wants in code, and hands the whole to [`init`](crate::init). Every variable stands in
//! [`VARIABLES`].
//!
//! What belongs to the push of metrics is read and checked, and without effect until that part of
//! obskit is there.
//!
//! ```
//! use obskit::config::Config;
//!
//! let mut config = Config::from_environment(&[("OTEL_SERVICE_NAME", "workouts")])?;
//! config.metrics.series_limit = 5_000;
//! config.validate()?;
//! assert_eq!(config.service.name, "workouts");
//! # Ok::<(), obskit::Error>(())
//! ```

mod admin;
mod clock;
pub(crate) mod directives;
mod doctor;
mod dsn;
mod egress;
mod env;
mod health;
mod limits;
mod logs;
mod metrics;
mod networks;
mod otlp;
mod propagation;
mod proxy;
mod redaction;
mod reports;
mod secret;
mod service;
mod shutdown;
mod traces;
mod validate;

pub use admin::{Admin, AdminAddr};
pub use clock::Clock;
pub use doctor::Doctor;
pub use dsn::Dsn;
pub use egress::{Egress, Hosts};
#[cfg(feature = "admin")]
pub(crate) use env::duration;
#[cfg(feature = "otlp")]
pub(crate) use env::{BUILT_FOR, executable};
pub use env::{Environment, ProcessEnvironment, VARIABLES, Variable};
pub use health::Health;
pub use limits::{LogLimits, SpanLimits};
pub use logs::{
    AccessLines, FlightRecorder, Flood, LogFile, LogFormat, LogOutput, LogWriter, Logs,
};
pub use metrics::{Metrics, Naming};
pub use networks::{Networks, Trust};
pub use otlp::{Batch, Compression, Exporter, Otlp, Protocol, Signal};
pub use propagation::{Propagation, Propagator};
pub use proxy::{Proxy, ProxyUrl};
pub(crate) use redaction::Patterns;
pub use redaction::Redaction;
pub use reports::{ReportCandidate, ReportWhen, Reports};
pub use secret::Secret;
pub use service::{Detector, Service};
pub use shutdown::Shutdown;
pub use traces::{Capture, Detail, Keep, RootSampler, Sampler, Traces};

/// Everything obskit can be told.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Config {
    /// Nothing is recorded or exported of requests and calls. The context still passes through,
    /// and the operator is still served, or the service would be taken for dead.
    /// Default: false (`OTEL_SDK_DISABLED`).
    pub disabled: bool,
    /// Who is speaking.
    pub service: Service,
    /// What is taken from callers and given to others.
    pub context: Propagation,
    /// Counting and measuring.
    pub metrics: Metrics,
    /// Spans and their way out.
    pub traces: Traces,
    /// Log lines.
    pub logs: Logs,
    /// What is hidden in all of them.
    pub redaction: Redaction,
    /// Error reports to Sentry.
    pub reports: Reports,
    /// Through what exporters reach their servers.
    pub proxy: Proxy,
    /// The operator's server.
    pub admin: Admin,
    /// When it counts as dead.
    pub health: Health,
    /// How the service stops.
    pub shutdown: Shutdown,
    /// The examination of obskit by itself.
    pub doctor: Doctor,
    /// What time it is. Default: the system's clock.
    pub clock: Clock,
    /// Settings that were ignored, in words; [`init`](crate::init) logs them. The OpenTelemetry
    /// specification wants a wrong `OTEL_*` value ignored with a warning, not refused.
    pub warnings: Vec<String>,
}
