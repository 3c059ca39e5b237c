//! The way down: not ready, then flushed, then silent.

use std::time::{Duration, Instant};

use super::Telemetry;
use crate::concurrent::aside;
use crate::error::Error;

/// What became of the telemetry that was under way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Items lost since the start, all signals together.
    pub dropped: u64,
    /// Log lines lost since the start: those that an output did not take in time are among them,
    /// those that the flood limit suppressed are not.
    pub lost_lines: u64,
}

impl Telemetry {
    /// Ends the telemetry: readiness goes off, the operator's server stops, and log
    /// lines are written. What is logged later is lost, and counted.
    ///
    /// Call it when the service has served its last request. It takes `deadline` at most, and
    /// runs on any runtime or none. A second call finds nothing left to do.
    ///
    /// # Errors
    ///
    /// When the `obskit` thread panicked, or had not ended by the deadline.
    pub async fn shutdown(&self, deadline: Duration) -> Result<Report, Error> {
        self.parts.health.drain();
        self.parts.signals.end();
        let start = Instant::now();
        let served = self.parts.background.stop(deadline).await;
        // Last, so that what was logged meanwhile is written.
        let left = deadline.saturating_sub(start.elapsed());
        let logging = self.parts.logging.clone();
        let stopped = aside("obskit-log-stop", move || logging.stop(left)).await;
        let lost_lines = stopped.unwrap_or_else(|| self.parts.logging.stop(left));
        served?;
        let dropped = self.parts.server.acceptor.ledger.iter().map(|(_, _, count)| count).sum();
        Ok(Report { dropped, lost_lines })
    }
}
