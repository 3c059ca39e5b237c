//! When the service counts as dead.

use std::ops::RangeInclusive;
use std::time::Duration;

/// What the probes go by beside the checks.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Health {
    /// How long the service's tokio runtime may run no task before `/livez` fails, so that whoever
    /// watches it starts it anew. 1 s to 1 h, or never. Default: 30 s (`OBSKIT_STALL_AFTER`).
    pub stall_after: Option<Duration>,
}

impl Health {
    pub(crate) const STALL: RangeInclusive<Duration> =
        Duration::from_secs(1)..=Duration::from_hours(1);
}

impl Default for Health {
    fn default() -> Self {
        Self { stall_after: Some(Duration::from_secs(30)) }
    }
}
