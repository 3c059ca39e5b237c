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
    use std::sync::Mutex;
    use tokio::runtime::Builder;
    use tokio::sync::oneshot;

    #[test]
    fn one_at_a_time_and_no_more_than_may_wait() {
        let turns = Turns::default();
        let (running, order) = (Mutex::new(0), Mutex::new(Vec::new()));
        let scrape = async |number: usize, hold: Option<oneshot::Receiver<()>>| {
            let scraped = turns.take(async {
                *running.lock().unwrap() += 1;
                if let Some(hold) = hold {
                    hold.await.unwrap();
                }
                *running.lock().unwrap() -= 1;
                assert_eq!(*running.lock().unwrap(), 0);
                order.lock().unwrap().push(number);
            });
            scraped.await.is_some()
        };
        Builder::new_current_thread().build().unwrap().block_on(async {
            let (release, held) = oneshot::channel();
            let release_after = async {
                let refused = !scrape(MOST, None).await;
                release.send(()).unwrap();
                refused
            };
            let rest = async {
                let (a, b, c) = (scrape(1, None), scrape(2, None), scrape(3, None));
                let (d, e, f) = (scrape(4, None), scrape(5, None), scrape(6, None));
                tokio::join!(a, b, c, d, e, f, scrape(7, None))
            };
            let (first, rest, refused) = tokio::join!(scrape(0, Some(held)), rest, release_after);
            assert!(first && refused);
            assert_eq!(rest, (true, true, true, true, true, true, true));
        });
        assert_eq!(*order.lock().unwrap(), [0, 1, 2, 3, 4, 5, 6, 7]);
    }
}
