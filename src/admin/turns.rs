//! Scrapes of the operator's pages, one after the other, on a thread of their own.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;

use crate::concurrent::aside;

use super::access::Neighbour;

/// The server has one thread, and a router's are the service's: a scrape that is long, or that
/// hangs in what others registered, would keep probes waiting there. So many that wait would leave
/// no connection for one.
#[derive(Debug)]
pub(crate) struct Turns {
    turn: Arc<Semaphore>,
    queue: Mutex<Vec<Neighbour>>,
}

/// In the queue while this is held.
struct Queued<'a> {
    turns: &'a Turns,
    neighbour: Neighbour,
}

/// Why a scrape came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unscraped {
    /// Too many wait.
    Busy,
    /// It panicked, as it may that runs what others registered.
    Failed,
}

/// Scrapes that may be under way or wait; there are rarely more than two or three scrapers.
const MOST: usize = 8;
/// Those among them of one caller, so that it leaves turns for others.
const MOST_EACH: usize = 4;

impl Default for Turns {
    fn default() -> Self {
        Self { turn: Arc::new(Semaphore::new(1)), queue: Mutex::default() }
    }
}

impl Turns {
    /// Runs a scrape in its turn. Its turn lasts as long as it does, even where nobody waits for it
    /// any more: of those that hang there is one. Where no thread is to be had, which the scrape
    /// may be the one to tell, it runs on the caller's.
    pub(super) async fn take<T: Send + 'static>(
        &self,
        neighbour: Neighbour,
        scrape: impl Fn() -> T + Clone + Send + 'static,
    ) -> Result<T, Unscraped> {
        let _queued = self.queue(neighbour).ok_or(Unscraped::Busy)?;
        // A semaphore that is never closed gives a permit in the end.
        let turn = Arc::clone(&self.turn).acquire_owned().await.map_err(|_| Unscraped::Busy)?;
        let has_begun = Arc::new(AtomicBool::new(false));
        let (begins, aside_scrape) = (Arc::clone(&has_begun), scrape.clone());
        let in_turn = move || {
            let _turn = turn;
            begins.store(true, Ordering::Relaxed);
            aside_scrape()
        };
        match aside("obskit-scrape", in_turn).await {
            Some(scraped) => Ok(scraped),
            None if has_begun.load(Ordering::Relaxed) => Err(Unscraped::Failed),
            None => Ok(scrape()),
        }
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
    use std::future::Future;
    use std::pin::{Pin, pin};
    use std::sync::mpsc::channel;
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
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let turns = Turns::default();
        let (release, held) = channel::<()>();
        let (begins, begun) = channel();
        let scrape = |number: usize| {
            let begins = begins.clone();
            move || begins.send(number).map(|()| number).unwrap()
        };
        let held = Arc::new(Mutex::new(held));
        let hangs = move || held.lock().unwrap().recv().is_ok();
        let mut first = Box::pin(turns.take(neighbour(0), hangs));
        assert_eq!(poll(first.as_mut()), None);
        let mut waiting: Vec<_> =
            (1..MOST).map(|n| Box::pin(turns.take(neighbour(n), scrape(n)))).collect();
        assert!(waiting.iter_mut().all(|scrape| poll(scrape.as_mut()).is_none()));
        assert_eq!(
            poll(pin!(turns.take(neighbour(MOST), scrape(MOST)))),
            Some(Err(Unscraped::Busy))
        );
        // Whoever asked has gone, but what hangs goes on.
        drop(first);
        assert!(waiting.iter_mut().all(|scrape| poll(scrape.as_mut()).is_none()));
        assert!(begun.try_recv().is_err(), "two at once");
        drop(release);
        for (number, scrape) in (1..MOST).zip(&mut waiting) {
            assert_eq!(runtime.block_on(scrape), Ok(number));
        }
        assert_eq!(begun.try_iter().collect::<Vec<_>>(), (1..MOST).collect::<Vec<_>>());
    }

    #[test]
    fn a_panic_gives_the_turn_back() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let turns = Turns::default();
        let panics = || std::panic::resume_unwind(Box::new("on purpose"));
        let failed: Result<(), _> = runtime.block_on(turns.take(neighbour(1), panics));
        assert_eq!(failed, Err(Unscraped::Failed));
        assert_eq!(runtime.block_on(turns.take(neighbour(1), || 1)), Ok(1));
    }
}
