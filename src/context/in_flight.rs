//! Requests under way: how many, and since when the oldest.

use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::concurrent::{Tally, shard};

/// The requests under way on one endpoint.
///
/// All of them are counted, and the start of each is kept, so that the oldest is known however
/// many younger ones there are. Places for the starts are made as they are needed, 8 bytes each,
/// for about 300,000 requests at once; beyond that the start of some is not kept.
#[derive(Default)]
pub(crate) struct InFlight {
    count: Tally,
    starts: Starts,
    more: [OnceLock<Box<[AtomicU64]>>; 4],
}

/// Nanoseconds after the epoch, plus one; 0 is a free place. On cache lines of their own, so that
/// what is only read beside them stays where it is read.
#[repr(align(128))]
struct Starts([AtomicU64; PLACES]);

/// What [`InFlight::begin`] took and [`InFlight::end`] gives back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place(Option<(u8, u32)>);

const PLACES: usize = 64;
/// Each further level has so many times the places of the one before.
const GROWTH: usize = 8;
/// Threads begin their search this far apart: a cache line, to meet seldom.
const STRIDE: usize = 8;
/// On a further level so many places are looked at before one on the next is taken.
const PROBES: usize = 16;

impl InFlight {
    #[inline]
    pub(crate) fn begin(&self, at: Duration) -> Place {
        self.count.add(1);
        let start = u64::try_from(at.as_nanos()).unwrap_or(u64::MAX - 1) + 1;
        match search(&self.starts.0, shard() * STRIDE, PLACES, start) {
            Some(at) => Place(Some((0, at))),
            None => self.begin_further(start),
        }
    }

    #[inline]
    pub(crate) fn end(&self, place: Place) {
        self.count.add(1_u64.wrapping_neg());
        if let Some(start) = place.0.and_then(|(level, at)| self.level(level)?.get(at as usize)) {
            start.store(0, Ordering::Relaxed);
        }
    }

    pub(crate) fn count(&self) -> i64 {
        // Read cell by cell, it may miss a beginning whose end it has seen.
        self.count.get().cast_signed().max(0)
    }

    /// When the oldest of them began.
    pub(crate) fn oldest(&self) -> Option<Duration> {
        let more = self.more.iter().filter_map(OnceLock::get).flatten();
        let starts = self.starts.0.iter().chain(more).map(|start| start.load(Ordering::Relaxed));
        let oldest = starts.filter(|start| *start != 0).min()?;
        Some(Duration::from_nanos(oldest - 1))
    }

    /// Whoever comes when there are many begins the search at the place of its number.
    #[cold]
    fn begin_further(&self, start: u64) -> Place {
        let first = usize::try_from(self.count()).unwrap_or_default();
        let mut places = PLACES;
        for (level, more) in (1..).zip(&self.more) {
            places *= GROWTH;
            let starts = more.get_or_init(|| (0..places).map(|_| AtomicU64::new(0)).collect());
            if let Some(at) = search(starts, first, PROBES, start) {
                return Place(Some((level, at)));
            }
        }
        Place(None)
    }

    fn level(&self, level: u8) -> Option<&[AtomicU64]> {
        match level.checked_sub(1) {
            None => Some(&self.starts.0),
            Some(further) => self.more.get(usize::from(further))?.get().map(AsRef::as_ref),
        }
    }
}

impl Default for Starts {
    fn default() -> Self {
        Self([const { AtomicU64::new(0) }; PLACES])
    }
}

impl fmt::Debug for InFlight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InFlight").field("count", &self.count()).finish_non_exhaustive()
    }
}

/// Takes the first free one of so many places; there are a power of two of them.
#[inline]
fn search(starts: &[AtomicU64], first: usize, probes: usize, start: u64) -> Option<u32> {
    let mask = starts.len().wrapping_sub(1);
    let mut places = (first..first + probes).map(|place| place & mask);
    let taken = places.find(|place| starts.get(*place).is_some_and(|free| take(free, start)));
    taken.and_then(|place| u32::try_from(place).ok())
}

#[inline]
fn take(free: &AtomicU64, start: u64) -> bool {
    free.load(Ordering::Relaxed) == 0
        && free.compare_exchange(0, start, Ordering::Relaxed, Ordering::Relaxed).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_is_known_however_many_came_before_it() {
        let in_flight = InFlight::default();
        let second = Duration::from_secs;
        let early: Vec<_> = (0..100_000).map(|_| in_flight.begin(second(1))).collect();
        let late = in_flight.begin(second(2));
        assert_eq!((in_flight.count(), in_flight.oldest()), (100_001, Some(second(1))));
        for place in early {
            in_flight.end(place);
        }
        assert_eq!((in_flight.count(), in_flight.oldest()), (1, Some(second(2))));
        in_flight.end(late);
        assert_eq!((in_flight.count(), in_flight.oldest()), (0, None));
    }

    #[test]
    fn more_than_there_are_places_for_are_still_counted() {
        let in_flight = InFlight::default();
        let places: Vec<_> =
            (0..400_000).map(|number| in_flight.begin(Duration::from_nanos(number))).collect();
        assert_eq!((in_flight.count(), in_flight.oldest()), (400_000, Some(Duration::ZERO)));
        for place in places {
            in_flight.end(place);
        }
        assert_eq!((in_flight.count(), in_flight.oldest()), (0, None));
    }
}
