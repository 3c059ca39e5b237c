//! The families of instrumented handlers.

use crate::context::Outcome;
use crate::error::Error;
use crate::metrics::catalog;
use crate::metrics::declaration::{Declaration, Role};
use crate::metrics::registry::Metrics;

use super::bounds;
use super::work::{Definitions, Works};

const DEFINITIONS: Definitions = Definitions {
    calls: &catalog::HANDLER_CALLS,
    duration: &catalog::HANDLER_DURATION,
    running: &catalog::HANDLER_IN_FLIGHT,
};
const OUTCOMES: [Outcome; 5] = [
    Outcome::Success,
    Outcome::ClientError,
    Outcome::ServerError,
    Outcome::Cancelled,
    Outcome::Panicked,
];

pub(super) fn register(
    metrics: &Metrics,
    declarations: &[&'static Declaration],
) -> Result<Works, Error> {
    let base = &metrics.config().latency_buckets;
    let bounds = bounds::with_marks(DEFINITIONS.duration, base, declarations, |declaration| {
        let latency = declaration.objectives.latency;
        latency.filter(|_| declaration.role == Role::Endpoint).map(|latency| latency.within)
    })?;
    Works::register(metrics, &DEFINITIONS, bounds, &OUTCOMES)
}
