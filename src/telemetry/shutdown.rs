//! The way down: not ready, then flushed, then silent.

use std::time::Duration;

use super::Telemetry;
use crate::error::Error;

/// What became of the telemetry that was under way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Items lost since the start, all signals together.
    pub dropped: u64,
}

impl Telemetry {
    /// Ends the telemetry: readiness goes off, the operator's server stops.
    ///
    /// Call it when the service has served its last request. It takes `deadline` at most.
    ///
    /// # Errors
    ///
    /// None so far; later ones tell what could not be delivered.
    #[expect(clippy::unused_async, reason = "exporters that are flushed here will be waited for")]
    pub async fn shutdown(&self, deadline: Duration) -> Result<Report, Error> {
        let _ = deadline;
        self.parts.health.drain();
        self.parts.admin.stop();
        let dropped = self.parts.server.acceptor.ledger.iter().map(|(_, _, count)| count).sum();
        Ok(Report { dropped })
    }
}
