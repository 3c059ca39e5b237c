//! What spans want, beside lines: that has levels of its own.

use tracing::Level;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;

use crate::config::{Config, Exporter, directives};
use crate::context::RequestContext;

/// Which spans of `tracing` are recorded, and which events are noted in them.
pub(super) struct Spans {
    directives: Targets,
    events: LevelFilter,
}

#[cfg(feature = "otlp")]
const ARE_BUILT: bool = true;
#[cfg(not(feature = "otlp"))]
const ARE_BUILT: bool = false;

impl Spans {
    /// None where none are recorded.
    pub(super) fn new(config: &Config) -> Option<Self> {
        let traces = &config.traces;
        let are_exported = ARE_BUILT && !config.disabled && traces.exporter != Exporter::None;
        let are_made = are_exported || config.has_transactions();
        // The directives were checked with the other settings.
        let directives = directives::parse(&traces.directives, LevelFilter::OFF);
        are_made.then(|| Self { directives: directives.unwrap_or_default(), events: traces.events })
    }

    pub(super) fn want(&self, target: &str, level: Level, is_event: bool) -> bool {
        if is_event { level <= self.events } else { self.directives.would_enable(target, &level) }
    }

    /// The most verbose level of any call site that they want.
    pub(super) fn max_level(&self) -> LevelFilter {
        let levels = self.directives.iter().map(|(_, level)| level);
        let rest = self.directives.default_level();
        levels.chain(rest).chain([self.events]).max().unwrap_or(LevelFilter::OFF)
    }
}

/// Whether any would be recorded where the calling code is.
pub(super) fn are_recorded_here() -> bool {
    RequestContext::current().is_none_or(|context| context.is_traced())
}
