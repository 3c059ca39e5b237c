//! Scrapes of the operator's server, one after the other.

use tokio::sync::Semaphore;

/// The server has one thread, which a scrape keeps busy: so many at once would keep probes waiting,
/// and so many that wait would leave no connection for one.
#[derive(Debug)]
pub(crate) struct Turns {
    turn: Semaphore,
    queue: Semaphore,
}

/// Scrapes that may be under way or wait; there are rarely more than two or three scrapers.
const MOST: usize = 8;

impl Default for Turns {
    fn default() -> Self {
        Self { turn: Semaphore::new(1), queue: Semaphore::new(MOST) }
    }
}

impl Turns {
    /// Runs a scrape in its turn, and then whatever else has come before the next. `None` where
    /// too many wait.
    pub(super) async fn take<T>(&self, scrape: impl Future<Output = T>) -> Option<T> {
        let _queued = self.queue.try_acquire().ok()?;
        // A semaphore that is never closed gives a permit in the end.
        let _turn = self.turn.acquire().await.ok()?;
        let scraped = scrape.await;
        tokio::task::yield_now().await;
        Some(scraped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::future::poll_fn;
    use std::pin::{Pin, pin};
    use std::task::{Context, Poll, Waker};

    fn poll<T>(future: Pin<&mut impl Future<Output = T>>) -> Option<T> {
        match future.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        }
    }

    #[test]
    fn one_at_a_time_and_no_more_than_may_wait() {
        let (turns, may_end) = (Turns::default(), Cell::new(false));
        let scrape = |number: usize| async move { number };
        let held = async {
            poll_fn(|_| if may_end.get() { Poll::Ready(()) } else { Poll::Pending }).await;
            0
        };
        let mut first = pin!(turns.take(held));
        assert_eq!(poll(first.as_mut()), None);
        let mut waiting: Vec<_> = (1..MOST).map(|n| Box::pin(turns.take(scrape(n)))).collect();
        assert!(waiting.iter_mut().all(|scrape| poll(scrape.as_mut()).is_none()));
        assert_eq!(poll(pin!(turns.take(scrape(MOST)))), Some(None));
        may_end.set(true);
        assert_eq!(poll(first.as_mut()), None, "others go before the next");
        assert!(waiting.iter_mut().all(|scrape| poll(scrape.as_mut()).is_none()));
        assert_eq!(poll(first.as_mut()), Some(Some(0)));
        for (number, scrape) in (1..MOST).zip(&mut waiting) {
            assert_eq!(poll(scrape.as_mut()), None);
            assert_eq!(poll(scrape.as_mut()), Some(Some(number)));
        }
    }
}
