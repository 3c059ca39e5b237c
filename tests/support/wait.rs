//! Waiting for the thing itself, with a deadline.

use std::fmt::Display;
use std::time::Duration;
use tokio::time::{Instant, sleep};

const INTERVAL: Duration = Duration::from_millis(50);

/// Asks `probe` until it answers `Ok`, every 50 ms. Panics after `deadline`, saying `what` was
/// waited for and what was seen last.
pub async fn wait_until<T, E: Display>(
    what: &str,
    deadline: Duration,
    mut probe: impl AsyncFnMut() -> Result<T, E>,
) -> T {
    let end = Instant::now() + deadline;
    loop {
        match probe().await {
            Ok(found) => return found,
            Err(seen) if Instant::now() >= end => {
                panic!("waited {deadline:?} for {what}; last seen: {seen}")
            }
            Err(_) => sleep(INTERVAL).await,
        }
    }
}
