//! Log lines.

use std::time::Duration;

use tracing::Level;

use super::limits::LogLimits;
use super::otlp::{Batch, Exporter, Otlp};

/// What is logged, in which form, and where it goes beside standard output.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Logs {
    /// The least severe level that is logged. Default: info (`LOG_LEVEL`).
    pub level: Level,
    /// Levels by target as `RUST_LOG` gives them, as `warn,workouts=debug`; goes before `level`.
    /// Read when logging starts. Default: none.
    pub directives: Option<String>,
    /// Default: [`LogFormat::Auto`].
    pub format: LogFormat,
    /// How records are pushed, beside the lines on standard output. `Otlp` or `None`.
    /// Default: `None`.
    pub exporter: Exporter,
    /// Where and how they are pushed.
    pub otlp: Otlp,
    /// How they wait for it. Default delay: 1 s.
    pub batch: Batch,
    /// How much one exported record may hold.
    pub limits: LogLimits,
}

/// The form of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LogFormat {
    /// `Pretty` on a terminal, `App` elsewhere.
    #[default]
    Auto,
    /// JSON with `timestamp`, `level`, `message`, `requestId`, `traceId` and the like.
    App,
    /// JSON, flat, with OpenTelemetry's `trace_id`, `span_id` and `trace_flags`.
    Otel,
    /// JSON in the Elastic Common Schema.
    Ecs,
    /// JSON for Google Cloud Logging.
    Gcp,
    /// `key=value` pairs.
    Logfmt,
    /// For eyes.
    Pretty,
}

impl Default for Logs {
    fn default() -> Self {
        Self {
            level: Level::INFO,
            directives: None,
            format: LogFormat::default(),
            exporter: Exporter::None,
            otlp: Otlp::default(),
            batch: Batch::with_delay(Duration::from_secs(1)),
            limits: LogLimits::default(),
        }
    }
}
