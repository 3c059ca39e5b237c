//! Scrapes of the operator's server, one after the other.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;

use super::access::Neighbour;

/// The server has one thread, which a scrape keeps busy: so many at once would keep probes waiting,
/// and so many that wait would leave no connection for one.
#[derive(Debug)]
pub(crate) struct Turns {
    turn: Semaphore,
    queue: Mutex<Vec<Neighbour>>,
}

/// In the queue while this is held.
struct Queued<'a> {
    turns: &'a Turns,
    neighbour: Neighbour,
}

/// Scrapes that may be under way or wait; there are rarely more than two or three scrapers.
const MOST: usize = 8;
/// Those among them of one caller, so that it leaves turns for others.
const MOST_EACH: usize = 4;

impl Default for Turns {
    fn default() -> Self {
        Self { turn: Semaphore::new(1), queue: Mutex::default() }
    }
}

impl Turns {
    /// Runs a scrape in its turn, and then whatever else has come before the next. `None` where
    /// too many wait.
    pub(super) async fn take<T>(
        &self,
        neighbour: Neighbour,
        scrape: impl Future<Output = T>,
    ) -> Option<T> {
        let _queued = self.queue(neighbour)?;
        // A semaphore that is never closed gives a permit in the end.
        let _turn = self.turn.acquire().await.ok()?;
        let scraped = scrape.await;
        tokio::task::yield_now().await;
        Some(scraped)
    }

    fn queue(&self, neighbour: Neighbour) -> Option<Queued<'_>> {
        let mut queue = self.lock();
        let each = queue.iter().filter(|other| **other == neighbour).count();
        if queue.len() >= MOST || each >= MOST_EACH {
            return None;
        }
        queue.push(neighbour);
        Some(Queued { turns: self, neighbour })
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Neighbour>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        let mut queue = self.turns.lock();
        let place = queue.iter().position(|neighbour| *neighbour == self.neighbour);
        place.map(|place| queue.swap_remove(place));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admin::access::{Door, Origin};
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

    fn neighbour(number: usize) -> Neighbour {
        let peer = u8::try_from(number).ok().map(|number| [10, 0, 0, number].into());
        Origin { peer, door: Door::Anyone, patience: None }.neighbour()
    }

    #[test]
    fn one_caller_leaves_turns_for_others() {
        let turns = Turns::default();
        let mut ours: Vec<_> = (0..MOST_EACH).map(|_| turns.queue(neighbour(1)).unwrap()).collect();
        assert!(turns.queue(neighbour(1)).is_none());
        assert!(turns.queue(neighbour(2)).is_some());
        ours.pop();
        assert!(turns.queue(neighbour(1)).is_some());
    }

    #[test]
    fn one_at_a_time_and_no_more_than_may_wait() {
        let (turns, may_end) = (Turns::default(), Cell::new(false));
        let scrape = |number: usize| async move { number };
        let held = async {
            poll_fn(|_| if may_end.get() { Poll::Ready(()) } else { Poll::Pending }).await;
            0
        };
        let mut first = pin!(turns.take(neighbour(0), held));
        assert_eq!(poll(first.as_mut()), None);
        let mut waiting: Vec<_> =
            (1..MOST).map(|n| Box::pin(turns.take(neighbour(n), scrape(n)))).collect();
        assert!(waiting.iter_mut().all(|scrape| poll(scrape.as_mut()).is_none()));
        assert_eq!(poll(pin!(turns.take(neighbour(MOST), scrape(MOST)))), Some(None));
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
