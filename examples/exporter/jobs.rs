//! What the service does by itself.

use std::time::Duration;

use obskit::instrument_job;
use obskit::telemetry::ShutdownSignal;
use tokio::time::{MissedTickBehavior, interval};
use tracing::info;

use crate::store::{Exhausted, Store};

const EVERY_MINUTE: Duration = Duration::from_mins(1);

/// Runs them until the service is asked to leave; a run that has begun ends first.
pub(crate) async fn run(store: Store, leave: ShutdownSignal) {
    let mut due = interval(EVERY_MINUTE);
    due.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            _ = due.tick() => {}
            () = leave.requested() => return,
        }
        // What fails is told and counted by the attribute; the next run tries again.
        let _ = send_reminders(&store).await;
    }
}

#[instrument_job(
    "send_reminders",
    schedule = "* * * * *",
    max_runtime = "10s",
    counter(
        mo_reminders_sent_total,
        "Reminders sent to who has not trained for a while.",
        by = result.unwrap_or(0),
    ),
)]
async fn send_reminders(store: &Store) -> Result<u64, Exhausted> {
    let sent = store.idle_users().await?;
    info!(sent, "reminders sent");
    Ok(sent)
}

/// Fails whenever it is run.
#[instrument_job("rank_users", max_runtime = "1m")]
pub(crate) async fn rank_users() -> Result<u64, Exhausted> {
    Err(Exhausted)
}
