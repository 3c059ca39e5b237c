//! Requests under way: how many, and since when the oldest.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use crate::concurrent::shard;

/// The requests under way on one endpoint.
///
/// All of them are counted; the starts of at most 64 are kept. While more are under way, those
/// without a place are younger than some that have one, so the oldest is still seen.
#[derive(Debug)]
pub(crate) struct InFlight {
    count: AtomicI64,
    /// Nanoseconds after the epoch, plus one; 0 is a free place.
    starts: [AtomicU64; PLACES],
}

/// What [`InFlight::begin`] took and [`InFlight::end`] gives back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place(Option<usize>);

const PLACES: usize = 64;
/// Threads begin their search this far apart, to meet seldom.
const STRIDE: usize = 4;

impl InFlight {
    #[inline]
    pub(crate) fn begin(&self, at: Duration) -> Place {
        self.count.fetch_add(1, Ordering::Relaxed);
        let start = u64::try_from(at.as_nanos()).unwrap_or(u64::MAX - 1) + 1;
        let first = shard() * STRIDE;
        let places = (0..PLACES).map(|step| (first + step) % PLACES);
        Place(places.into_iter().find(|place| self.take(*place, start)))
    }

    #[inline]
    pub(crate) fn end(&self, place: Place) {
        self.count.fetch_sub(1, Ordering::Relaxed);
        if let Some(start) = place.0.and_then(|place| self.starts.get(place)) {
            start.store(0, Ordering::Relaxed);
        }
    }

    pub(crate) fn count(&self) -> i64 {
        self.count.load(Ordering::Relaxed)
    }

    /// When the oldest of them began.
    pub(crate) fn oldest(&self) -> Option<Duration> {
        let starts = self.starts.iter().map(|start| start.load(Ordering::Relaxed));
        let oldest = starts.filter(|start| *start != 0).min()?;
        Some(Duration::from_nanos(oldest - 1))
    }

    #[inline]
    fn take(&self, place: usize, start: u64) -> bool {
        let Some(free) = self.starts.get(place) else { return false };
        free.load(Ordering::Relaxed) == 0
            && free.compare_exchange(0, start, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

impl Default for InFlight {
    fn default() -> Self {
        Self { count: AtomicI64::new(0), starts: [const { AtomicU64::new(0) }; PLACES] }
    }
}
