//! Structured logs: an event becomes a line, a line becomes bytes, bytes go through a bounded sink.

mod access;
mod encode;
mod event;
mod level;
mod limit;
mod line;
mod members;
mod notice;
mod recorder;
#[cfg(feature = "otlp")]
#[path = "logging/records/enabled.rs"]
mod records;
#[cfg(not(feature = "otlp"))]
#[path = "logging/records/disabled.rs"]
mod records;
mod running;
mod schema;
mod scratch;
mod sink;
mod site;
mod span;
mod summary;
mod timestamp;
mod visit;

use std::sync::Arc;
use std::time::Duration;

use once_cell::sync::OnceCell;
use tracing::{Level, Metadata};

use crate::concurrent::Tally;
use crate::config::{self, Clock, Config};
use crate::error::Error;
use crate::ledger::Ledger;
use crate::redaction::{self, Redactor};

use limit::Limit;
use recorder::Recorder;
use running::Running;

pub(crate) use access::AccessLog;
pub use level::Levels;
pub(crate) use records::Records;
pub(crate) use span::LoggedSpan;
#[cfg(feature = "admin")]
pub(crate) use timestamp::rfc3339;
#[cfg(feature = "admin")]
pub(crate) use timestamp::text as timestamp;

/// The logs of one telemetry. Clones share them.
#[derive(Clone)]
pub(crate) struct Logging {
    shared: Arc<Shared>,
}

struct Shared {
    settings: config::Logs,
    service: config::Service,
    clock: Clock,
    levels: Levels,
    limit: Arc<Limit>,
    ledger: Ledger,
    redactor: Arc<Redactor>,
    /// Where lines are sent beside the output.
    records: Option<Arc<Records>>,
    /// Events by level, from ERROR to TRACE: those that are at the level, whatever became of them.
    counts: [Tally; 5],
    /// Made by the first `start`.
    running: OnceCell<Running>,
}

impl Logging {
    /// Neither thread nor output before [`start`](Self::start).
    ///
    /// # Errors
    ///
    /// When levels cannot be understood.
    pub(crate) fn new(
        config: &Config,
        ledger: Ledger,
        redactor: Arc<Redactor>,
        records: Option<Records>,
    ) -> Result<Self, Error> {
        let settings = config.logs.clone();
        let recorder = settings.recorder.as_ref().map(Recorder::new).transpose()?.map(Arc::new);
        Ok(Self {
            shared: Arc::new(Shared {
                levels: Levels::new(config, recorder)?,
                limit: Arc::new(Limit::new(settings.flood, ledger.clone())),
                service: config.service.clone(),
                clock: config.clock.clone(),
                settings,
                ledger,
                redactor,
                records: records.map(Arc::new),
                counts: std::array::from_fn(|_| Tally::default()),
                running: OnceCell::new(),
            }),
        })
    }

    /// Opens the output and starts the thread that writes, once.
    ///
    /// # Errors
    ///
    /// When the output cannot be opened, or the thread not be started.
    pub(crate) fn start(&self) -> Result<(), Error> {
        let start = || Running::start(&self.shared);
        self.shared.running.get_or_try_init(start).map(|_| ())
    }

    pub(crate) fn levels(&self) -> &Levels {
        &self.shared.levels
    }

    /// Tells the logs of one telemetry from those of another.
    #[inline]
    pub(crate) fn owner(&self) -> usize {
        Arc::as_ptr(&self.shared).addr()
    }

    /// Whether lines of a call site are wanted, in a request or not.
    pub(crate) fn wants_always(&self, metadata: &Metadata<'_>) -> bool {
        let (target, level) = (metadata.target(), *metadata.level());
        self.shared.levels.wanted(target, level, metadata.is_event()).by_lines()
    }

    /// Events by level, from ERROR to TRACE.
    pub(crate) fn counts(&self) -> [u64; 5] {
        [0, 1, 2, 3, 4].map(|at: usize| self.shared.counts.get(at).map_or(0, Tally::get))
    }

    /// Whether the calling thread renders a value, whose panic goes no further than its text.
    pub(crate) fn is_rendering() -> bool {
        redaction::is_guarded()
    }

    /// Waits until what was logged before is written, and says whether it was.
    pub(crate) fn flush(&self, within: Duration) -> bool {
        self.running().is_none_or(|running| running.sink.flush(within))
    }

    /// The same on a request's way: an output that stalls is waited for once, not by each that
    /// comes.
    pub(crate) fn flush_in_passing(&self, within: Duration) -> bool {
        self.running().is_none_or(|running| running.sink.flush_in_passing(within))
    }

    /// The same where the end may follow: what the flood limit owes is written, too.
    pub(crate) fn settle(&self, within: Duration) -> bool {
        self.running().is_none_or(|running| running.sink.settle(within))
    }

    /// Writes nothing more. What waits is lost, and what comes.
    pub(crate) fn abandon(&self) {
        if let Some(running) = self.running() {
            running.sink.stop(Duration::ZERO);
        }
    }

    /// Whether lines are written at all.
    pub(crate) fn is_running(&self) -> bool {
        self.running().is_some()
    }

    /// Whether the output refused what it was given last.
    pub(crate) fn is_failing(&self) -> bool {
        self.running().is_some_and(|running| running.sink.is_failing())
    }

    /// What hides secrets in every signal.
    pub(crate) fn redactor(&self) -> &Arc<Redactor> {
        &self.shared.redactor
    }

    /// Lines lost since the start.
    pub(crate) fn lost(&self) -> u64 {
        self.running().map_or(0, |running| running.sink.lost())
    }

    #[inline]
    fn running(&self) -> Option<&Running> {
        self.shared.running.get()
    }

    /// Counts an event at the level. What the flood limit then holds back is counted, too.
    #[inline]
    fn count(&self, level: Level) {
        if let Some(count) = self.shared.counts.get(rank(level)) {
            count.add(1);
        }
    }
}

fn rank(level: Level) -> usize {
    match level {
        Level::ERROR => 0,
        Level::WARN => 1,
        Level::INFO => 2,
        Level::DEBUG => 3,
        Level::TRACE => 4,
    }
}
