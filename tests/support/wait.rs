//! Waiting for the thing itself, with a deadline.

use std::fmt::Display;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

const INTERVAL: Duration = Duration::from_millis(50);
const PATIENCE: Duration = Duration::from_secs(20);

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

/// What `future` comes to. Panics after 20 s, saying `what` was waited for.
pub async fn soon<F: Future>(what: &str, future: F) -> F::Output {
    let result = timeout(PATIENCE, future).await;
    result.unwrap_or_else(|_| panic!("waited {PATIENCE:?} for {what}"))
}
