//! The families of instrumented handlers.

use crate::context::{Exchange, Outcome};
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

/// How a call ended whose error only became an answer after it: as the answer's status says. An
/// error that became no error in the end is the service's own.
pub(super) fn settled(exchange: &Exchange<'_>) -> Outcome {
    let status = exchange.status;
    let answered = exchange.time_to_head.is_some();
    let by_status = exchange.grpc_status.map_or_else(|| Outcome::of_http(status), Outcome::of_grpc);
    match by_status {
        Outcome::ClientError if answered => Outcome::ClientError,
        _ => Outcome::ServerError,
    }
}
