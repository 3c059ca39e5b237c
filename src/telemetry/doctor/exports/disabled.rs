//! There are no exporters in this build.

use http::Uri;

use crate::config::{Otlp, Proxy, Signal};
use crate::telemetry::doctor::diagnosis::Finding;
use crate::telemetry::spans::Spans;

/// Whether there are exporters in this build.
pub(in crate::telemetry::doctor) const ARE_BUILT: bool = false;

pub(in crate::telemetry::doctor) fn standings(_: &Spans) -> Vec<Finding> {
    Vec::new()
}

/// Nothing is reached at all.
pub(in crate::telemetry::doctor) fn is_by_proxy(_: &Uri, _: &Proxy) -> bool {
    false
}

/// Says so.
pub(in crate::telemetry::doctor) fn greet(
    check: &'static str,
    place: &str,
    _: Signal,
    _: (&Otlp, &Proxy),
) -> Finding {
    Finding::failure(
        check,
        format!("nothing is sent to {place}: this build has no exporter"),
        "Build obskit with its feature `otlp`, or unset the endpoint.",
    )
}
