//! Nothing is reported by this build.

use crate::config::{Config, Dsn};
use crate::telemetry::doctor::diagnosis::Finding;
use crate::telemetry::reports::Sent;

/// Whether anything is reported by this build.
pub(in crate::telemetry::doctor) const ARE_BUILT: bool = false;

pub(in crate::telemetry::doctor) fn standing(_: &Sent) -> Option<Finding> {
    None
}

/// Says so.
pub(in crate::telemetry::doctor) fn greet(
    check: &'static str,
    place: &str,
    _: &Dsn,
    _: &Config,
) -> Finding {
    Finding::failure(
        check,
        format!("nothing is sent to {place}: this build reports nothing"),
        "Build obskit with its feature `sentry`, or unset SENTRY_DSN.",
    )
}
