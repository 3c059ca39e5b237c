//! What reports want, beside lines: that has a level of its own.

use tracing::Level;
use tracing::level_filters::LevelFilter;

use crate::config::Config;
use crate::context::RequestContext;

/// Which events become breadcrumbs, beside the errors, which are reported.
pub(super) struct Reports {
    breadcrumbs: LevelFilter,
}

#[cfg(feature = "sentry")]
const ARE_BUILT: bool = true;
#[cfg(not(feature = "sentry"))]
const ARE_BUILT: bool = false;

impl Reports {
    /// None where nothing is reported.
    pub(super) fn new(config: &Config) -> Option<Self> {
        let are_made = ARE_BUILT && !config.disabled && config.reports.dsn.is_some();
        are_made.then_some(Self { breadcrumbs: config.reports.breadcrumbs })
    }

    pub(super) fn want(&self, level: Level) -> bool {
        level <= self.max_level()
    }

    /// The most verbose level of any call site that they want.
    pub(super) fn max_level(&self) -> LevelFilter {
        self.breadcrumbs.max(LevelFilter::ERROR)
    }
}

/// Whether events of that level are wanted where the calling code is.
pub(super) fn are_wanted_here(level: Level) -> bool {
    level == Level::ERROR || RequestContext::current().is_some()
}
