//! The last requests that failed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::past::Past;

/// A ring, whose places are locked one by one and for a move at most.
pub(super) struct Failures {
    next: AtomicU64,
    places: [Mutex<Option<Numbered>>; PLACES],
}

/// A failure and how many there were before.
type Numbered = (u64, Arc<Past>);

const PLACES: usize = 64;

impl Failures {
    pub(super) fn keep(&self, past: Arc<Past>) {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let place = usize::try_from(number).unwrap_or_default() % PLACES;
        let Some(place) = self.places.get(place) else { return };
        let mut kept = lock(place);
        // A thread that was held up for so long comes too late.
        let is_late = kept.as_ref().is_some_and(|(later, _)| *later > number);
        let before = if is_late { None } else { kept.replace((number, past)) };
        drop(kept);
        drop(before);
    }

    /// Latest first.
    pub(super) fn latest(&self) -> Vec<Arc<Past>> {
        let mut all: Vec<_> = self.places.iter().filter_map(|place| lock(place).clone()).collect();
        all.sort_unstable_by_key(|(number, _)| std::cmp::Reverse(*number));
        all.into_iter().map(|(_, past)| past).collect()
    }
}

impl Default for Failures {
    fn default() -> Self {
        Self { next: AtomicU64::new(0), places: [const { Mutex::new(None) }; PLACES] }
    }
}

fn lock(place: &Mutex<Option<Numbered>>) -> MutexGuard<'_, Option<Numbered>> {
    place.lock().unwrap_or_else(PoisonError::into_inner)
}
