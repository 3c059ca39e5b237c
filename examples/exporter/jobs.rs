//! What the service does by itself.

use std::time::Duration;

use obskit::instrument_job;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};
use tracing::info;

use crate::store::{Exhausted, Store};

const EVERY_MINUTE: Duration = Duration::from_mins(1);

/// Runs them until `stopping` turns true; a run that has begun ends first.
pub(crate) async fn run(store: Store, mut stopping: watch::Receiver<bool>) {
    let mut due = interval(EVERY_MINUTE);
    due.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            _ = due.tick() => {}
            _ = stopping.wait_for(|stopping| *stopping) => return,
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
