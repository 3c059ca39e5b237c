//! Work that several threads ask for at the same time is done once.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crate::metrics::registry::lock;

/// The work being done: requests `R` for a `T`.
pub(super) struct Flights<R, T> {
    aloft: Mutex<Vec<Arc<Flight<R, T>>>>,
}

struct Flight<R, T> {
    request: R,
    outcome: Mutex<Outcome<T>>,
    landed: Condvar,
}

enum Outcome<T> {
    Aloft,
    Done(T),
    /// Its thread unwound; someone else has to fly.
    Lost,
}

/// The thread that works; whatever ends it, those that wait are told.
struct Pilot<'a, R, T> {
    flights: &'a Flights<R, T>,
    flight: Arc<Flight<R, T>>,
}

impl<R: Clone + PartialEq, T: Clone> Flights<R, T> {
    /// What `work` gives, or what it gives another thread that asked for the same before.
    pub(super) fn share(&self, request: &R, work: impl FnOnce() -> T) -> T {
        loop {
            let shared = match self.board(request) {
                Ok(pilot) => return pilot.land(work()),
                Err(flight) => flight.wait(),
            };
            if let Some(result) = shared {
                return result;
            }
        }
    }

    /// The flight of this request that is aloft, or a new one to pilot.
    fn board(&self, request: &R) -> Result<Pilot<'_, R, T>, Arc<Flight<R, T>>> {
        let mut aloft = lock(&self.aloft);
        if let Some(flight) = aloft.iter().find(|flight| flight.request == *request) {
            return Err(Arc::clone(flight));
        }
        let flight = Arc::new(Flight {
            request: request.clone(),
            outcome: Mutex::new(Outcome::Aloft),
            landed: Condvar::new(),
        });
        aloft.push(Arc::clone(&flight));
        Ok(Pilot { flights: self, flight })
    }
}

impl<R, T> Flight<R, T> {
    fn land(&self, outcome: Outcome<T>) {
        let mut now = lock(&self.outcome);
        if matches!(*now, Outcome::Aloft) {
            *now = outcome;
            self.landed.notify_all();
        }
    }

    fn wait(&self) -> Option<T>
    where
        T: Clone,
    {
        let outcome = lock(&self.outcome);
        let landed = self.landed.wait_while(outcome, |now| matches!(now, Outcome::Aloft));
        match &*landed.unwrap_or_else(PoisonError::into_inner) {
            Outcome::Done(result) => Some(result.clone()),
            Outcome::Aloft | Outcome::Lost => None,
        }
    }
}

impl<R, T: Clone> Pilot<'_, R, T> {
    fn land(self, result: T) -> T {
        self.flight.land(Outcome::Done(result.clone()));
        result
    }
}

impl<R, T> Default for Flights<R, T> {
    fn default() -> Self {
        Self { aloft: Mutex::default() }
    }
}

impl<R, T> Drop for Pilot<'_, R, T> {
    fn drop(&mut self) {
        lock(&self.flights.aloft).retain(|flight| !Arc::ptr_eq(flight, &self.flight));
        self.flight.land(Outcome::Lost);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    const WAITERS: usize = 7;

    /// Until all the others wait: the list, the pilot and each of them hold the flight.
    fn await_boarding(flights: &Flights<u8, usize>) {
        while lock(&flights.aloft).iter().all(|flight| Arc::strong_count(flight) < 2 + WAITERS) {
            thread::yield_now();
        }
    }

    #[test]
    fn what_is_asked_for_meanwhile_is_shared() {
        let (flights, works) = (Flights::default(), AtomicUsize::new(0));
        let work = || {
            await_boarding(&flights);
            works.fetch_add(1, Ordering::Relaxed)
        };
        let results = thread::scope(|scope| {
            let ask = || scope.spawn(|| flights.share(&0, work));
            let threads: Vec<_> = (0..=WAITERS).map(|_| ask()).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
        });
        assert_eq!(results, [0; WAITERS + 1]);
        assert_eq!(flights.share(&0, || 5), 5);
        assert!(lock(&flights.aloft).is_empty());
    }

    #[test]
    fn one_that_unwinds_is_followed_by_another() {
        let (flights, works) = (Flights::default(), AtomicUsize::new(0));
        let work = || {
            let work = works.fetch_add(1, Ordering::Relaxed);
            if work == 0 {
                await_boarding(&flights);
            }
            assert!(work > 0, "the first one's fault");
            work
        };
        let results = thread::scope(|scope| {
            let safe = || catch_unwind(AssertUnwindSafe(|| flights.share(&0, work)));
            let threads: Vec<_> = (0..=WAITERS).map(|_| scope.spawn(safe)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
        });
        assert_eq!(results.iter().filter(|result| result.is_err()).count(), 1);
        assert!(lock(&flights.aloft).is_empty());
    }
}
