//! Log lines.

use std::fmt;
use std::io::Write;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tracing::Level;

use super::limits::LogLimits;
use super::otlp::{Batch, Exporter, Otlp};

/// What is logged, in which form, and where it goes.
///
#[doc = include_str!("../../docs/logging.md")]
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Logs {
    /// The least severe level that is logged. Default: info (`LOG_LEVEL`).
    pub level: Level,
    /// Levels by target as `RUST_LOG` gives them, as `warn,workouts=debug`; goes before `level`.
    /// Default: none.
    pub directives: Option<String>,
    /// Default: [`LogFormat::Auto`].
    pub format: LogFormat,
    /// Where lines go. Default: standard output (`OBSKIT_LOG_OUTPUT`).
    pub output: LogOutput,
    /// Bytes of memory for lines that wait to be written. A line counts for 512 at least. What is
    /// beyond is dropped and counted, the least severe first, and the stream says how much that
    /// was once there is room. 64 KiB to 1 GiB. Default: 8 MiB (`OBSKIT_LOG_BUFFER`).
    pub buffer: usize,
    /// The line that each finished request has.
    pub access: AccessLines,
    /// How many lines of one call site are written before the rest is suppressed.
    pub flood: Flood,
    /// Keeps what a request logs below the level, to be written if it fails. Default: off.
    pub recorder: Option<FlightRecorder>,
    /// How records are pushed, beside the lines. `Otlp` or `None`.
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

/// Where lines go.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum LogOutput {
    /// Standard output.
    #[default]
    Stdout,
    /// Standard error.
    Stderr,
    /// A file, which is rotated.
    File(LogFile),
    /// Anything that takes bytes.
    Writer(LogWriter),
}

/// A file of lines, rotated by size. It needs the feature `log-file`.
///
/// It is opened at the start, appended to, and made with the permissions that the process's umask
/// leaves. If something else moves it away, as logrotate does, a new one is begun within a second;
/// if something else empties it, it is written on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogFile {
    /// The file that is written now, in a folder that is there; older ones stand beside it with a
    /// number after the name, from 1 for the last.
    pub path: PathBuf,
    /// The size at which a new file begins, in bytes. 64 KiB to 1 TiB. Default: 64 MiB
    /// (`OBSKIT_LOG_FILE_SIZE`).
    pub max_bytes: u64,
    /// How many older files are kept. 1 to 1000. Default: 8 (`OBSKIT_LOG_FILES`).
    pub keep: usize,
}

/// A writer that lines are handed to, many at once, by a thread of its own.
#[derive(Clone)]
pub struct LogWriter(Arc<Mutex<dyn Write + Send>>);

/// What is written of requests that have finished: one line each, with the target `obskit::access`.
///
/// Success and client errors are INFO; what was cancelled or slow is WARN; server errors, panics
/// and broken bodies are ERROR; probes and scrapes, and whatever else is excluded, are DEBUG, and
/// so silent unless asked for, as by `RUST_LOG=info,obskit::access=debug`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AccessLines {
    /// Whether finished requests are logged at all. Default: true (`OBSKIT_ACCESS_LOG`).
    pub enabled: bool,
    /// The share of healthy requests that are logged, 0 to 1: of those with success or a client
    /// error. The trace ID decides, so that every service of a trace decides alike. Those that
    /// fail, are cancelled or slow always are. Default: 1 (`OBSKIT_ACCESS_LOG_SAMPLE`).
    pub sample: f64,
    /// The share for single endpoints, by route template, in place of `sample`.
    pub routes: Vec<(String, f64)>,
    /// Longer requests are slow: they are logged whatever the sampling, as warnings. Of streams and
    /// upgrades the time to the head counts. Default: none (`OBSKIT_SLOW_REQUEST`).
    pub slow: Option<Duration>,
}

/// How much one call site may write at WARN and ERROR (`OBSKIT_LOG_FLOOD`).
///
/// The first lines of a window are written. The rest are suppressed, counted in
/// `obskit_dropped_total{signal="log",reason="flood"}`, and told in one line once the window is
/// over. Only lines are held back: metrics, traces and reports see every event, and a request's own
/// line is always written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Flood {
    /// Lines of one call site in one window; 0 is no limit. Default: 100.
    pub lines: u32,
    /// The length of a window, 1 s to 1 h. Default: 10 s.
    pub window: Duration,
}

/// What is kept of each request while it runs, though it is below the level: written before the
/// request's own line if it fails, panics, is cancelled or slow, and forgotten otherwise
/// (`OBSKIT_FLIGHT_RECORDER`).
///
/// What is at the level or above is written at once, as always. Lines that gave way to later ones
/// are counted in `obskit_dropped_total{signal="log",reason="limit"}` when the others are written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FlightRecorder {
    /// What is kept, as `RUST_LOG` would say it. Default: `debug`.
    pub directives: String,
    /// Lines kept for one request; older ones give way. 1 to 4096. Default: 64.
    pub lines: usize,
    /// Bytes kept for one request. 1 KiB to 1 MiB. Default: 32 KiB.
    pub bytes: usize,
}

impl AccessLines {
    pub(crate) const SLOWEST: Duration = Duration::from_mins(5);
}

impl Flood {
    pub(crate) const WINDOW: RangeInclusive<Duration> =
        Duration::from_secs(1)..=Duration::from_hours(1);
}

impl FlightRecorder {
    pub(crate) const LINES: RangeInclusive<usize> = 1..=4_096;
    pub(crate) const BYTES: RangeInclusive<usize> = 1 << 10..=1 << 20;
}

impl Logs {
    /// What `buffer` may be.
    pub(crate) const BUFFER: RangeInclusive<usize> = 64 << 10..=1 << 30;
}

impl LogFile {
    /// What `max_bytes` may be.
    pub(crate) const BYTES: RangeInclusive<u64> = 64 << 10..=1 << 40;
    /// What `keep` may be.
    pub(crate) const KEEP: RangeInclusive<usize> = 1..=1000;

    /// A file with the defaults.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), max_bytes: 64 << 20, keep: 8 }
    }
}

impl LogWriter {
    /// Takes a writer. It is used by one thread at a time, and may block: no request waits for it.
    /// What it returns an error for, or panics at, is lost and counted. What it logs itself while
    /// it writes is ignored.
    pub fn new(writer: impl Write + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(writer)))
    }

    /// The writer, also after it has panicked.
    pub(crate) fn lock(&self) -> MutexGuard<'_, dyn Write + Send + 'static> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for LogWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogWriter").finish_non_exhaustive()
    }
}

impl PartialEq for LogWriter {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Default for Logs {
    fn default() -> Self {
        Self {
            level: Level::INFO,
            directives: None,
            format: LogFormat::default(),
            output: LogOutput::default(),
            buffer: 8 << 20,
            access: AccessLines::default(),
            flood: Flood::default(),
            recorder: None,
            exporter: Exporter::None,
            otlp: Otlp::default(),
            batch: Batch::with_delay(Duration::from_secs(1)),
            limits: LogLimits::default(),
        }
    }
}

impl Default for AccessLines {
    fn default() -> Self {
        Self { enabled: true, sample: 1.0, routes: Vec::new(), slow: None }
    }
}

impl Default for Flood {
    fn default() -> Self {
        Self { lines: 100, window: Duration::from_secs(10) }
    }
}

impl Default for FlightRecorder {
    fn default() -> Self {
        Self { directives: "debug".to_owned(), lines: 64, bytes: 32 << 10 }
    }
}
