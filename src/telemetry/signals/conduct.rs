//! The steps of the way down: what a signal, or time, brings about.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;
use tracing::{info, warn};

use crate::export::{Lifeline, unless};

use super::asked::Asked;
use super::way::{Phase, TARGET, Way};

/// Goes down the way once that is asked for, until the telemetry is shut down.
pub(super) async fn conduct(way: Arc<Way>, asked: Asked, mut lifeline: Lifeline) {
    unless(lifeline.cut(), go_down(&way, asked)).await;
}

async fn go_down(way: &Way, mut asked: Asked) {
    // Something else than a signal may have begun it.
    if let Some(signal) = unless(way.reached(Phase::Draining), asked.next()).await {
        way.begin(signal);
    }
    if let Some(signal) = wait(way.drain_delay(), &mut asked).await {
        info!(target: TARGET, cause = signal, "asked once more: no time is left to drain");
    }
    way.stop();
    if let Some(signal) = wait(way.grace(), &mut asked).await {
        warn!(target: TARGET, cause = signal, "asked once more: requests are no longer waited for");
    } else {
        warn!(target: TARGET, "the deadline is near: requests are no longer waited for");
    }
    way.give_up();
    sleep(way.remaining()).await;
    warn!(target: TARGET, "the deadline is over, and the service has not ended");
}

/// The signal that cut it short, if one did.
async fn wait(time: Duration, asked: &mut Asked) -> Option<&'static str> {
    unless(sleep(time), asked.next()).await
}
