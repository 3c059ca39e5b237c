//! The flight recorder: what a request logs below the level, written if it goes wrong.

use tracing::Level;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;

use crate::config;
use crate::context::{Bounds, RequestContext};
use crate::error::Error;

/// Keeps lines of requests with the requests themselves.
#[derive(Debug)]
pub(super) struct Recorder {
    directives: Targets,
    bounds: Bounds,
}

impl Recorder {
    /// # Errors
    ///
    /// When the directives are none.
    pub(super) fn new(settings: &config::FlightRecorder) -> Result<Self, Error> {
        let wrong = |error| Error::config(format!("logs.recorder.directives: {error}"));
        let directives = settings.directives.parse().map_err(wrong)?;
        let bounds = Bounds { lines: settings.lines, bytes: settings.bytes };
        Ok(Self { directives, bounds })
    }

    /// Whether events of this call site are kept while they are below the level.
    pub(super) fn wants(&self, target: &str, level: Level) -> bool {
        self.directives.would_enable(target, &level)
    }

    /// The most verbose level of any call site that it wants.
    pub(super) fn max_level(&self) -> LevelFilter {
        let levels = self.directives.iter().map(|(_, level)| level);
        let rest = self.directives.default_level();
        levels.chain(rest).max().unwrap_or(LevelFilter::OFF)
    }

    /// Takes a line, with its newline, of an event in this request.
    pub(super) fn keep(&self, context: &RequestContext, level: Level, line: &[u8]) {
        context.keep().push(level, line, self.bounds);
    }
}
