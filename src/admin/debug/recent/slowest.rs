//! The slowest requests of the last minutes.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The slowest of this span of five minutes, and those of the one before.
///
/// Spans take turns with two boards. What a board still holds of its span before last ranks below
/// everything of the new one and gives way to it, so nothing has to be cleared and no turn taken.
pub(super) struct Slowest<T> {
    boards: [Board<T>; 2],
}

/// How slow a request was, below the number of the span in which it ended: one number, so that
/// both are compared at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank(u64);

struct Board<T> {
    /// The lowest rank on it, as far as that is known: it may be lower than that, and never higher.
    least: AtomicU64,
    places: [Place<T>; PLACES],
}

struct Place<T> {
    /// 0 while it is free. It only grows.
    rank: AtomicU64,
    /// Locked for a move at most.
    kept: Mutex<Option<(Rank, Arc<T>)>>,
}

const PLACES: usize = 32;
const SPAN_SECONDS: u64 = 300;
const LATENCY_BITS: u32 = 40;
const SUBSECOND_BITS: u32 = 20;

impl Rank {
    /// Of a request that ended at this age of the routes. In units of 1,024 ns below seconds of
    /// 2^20 of them, which needs no division; there is room for twelve days.
    #[inline]
    pub(super) fn of(age: Duration, latency: Duration) -> Self {
        let seconds = latency.as_secs().min(u64::from(u32::MAX)) << SUBSECOND_BITS;
        let units = seconds | u64::from(latency.subsec_nanos() >> 10);
        // One more, so that none ranks as a free place does.
        Self(span(age) << LATENCY_BITS | (units + 1).min((1 << LATENCY_BITS) - 1))
    }

    #[inline]
    fn span(self) -> u64 {
        self.0 >> LATENCY_BITS
    }

    fn latency(self) -> u64 {
        self.0 & ((1 << LATENCY_BITS) - 1)
    }
}

impl<T> Slowest<T> {
    /// Whether it is among the slowest, or may be.
    #[inline]
    pub(super) fn wants(&self, rank: Rank) -> bool {
        self.board(rank).least.load(Ordering::Relaxed) < rank.0
    }

    pub(super) fn keep(&self, rank: Rank, item: &Arc<T>) {
        let board = self.board(rank);
        let Some(place) = board.take_place(rank) else { return };
        board.least.store(board.least(), Ordering::Relaxed);
        place.put(rank, Arc::clone(item));
    }

    /// Those that ended in the span of this age or in the one before, slowest first.
    pub(super) fn of_late(&self, age: Duration) -> Vec<Arc<T>> {
        let first = span(age).saturating_sub(1);
        let places = self.boards.iter().flat_map(|board| &board.places);
        let kept = places.filter_map(|place| place.lock().clone());
        let mut late: Vec<_> = kept.filter(|(rank, _)| rank.span() >= first).collect();
        late.sort_by_key(|(rank, _)| std::cmp::Reverse(rank.latency()));
        late.into_iter().take(PLACES).map(|(_, item)| item).collect()
    }

    #[inline]
    fn board(&self, rank: Rank) -> &Board<T> {
        let [even, odd] = &self.boards;
        if rank.span().is_multiple_of(2) { even } else { odd }
    }
}

impl<T> Board<T> {
    /// Takes the place of the lowest rank, unless all are higher.
    fn take_place(&self, rank: Rank) -> Option<&Place<T>> {
        loop {
            let ranked =
                self.places.iter().map(|place| (place.rank.load(Ordering::Relaxed), place));
            let (least, place) = ranked.min_by_key(|(least, _)| *least)?;
            if least >= rank.0 {
                return None;
            }
            let (order, failed) = (Ordering::Relaxed, Ordering::Relaxed);
            if place.rank.compare_exchange(least, rank.0, order, failed).is_ok() {
                return Some(place);
            }
        }
    }

    fn least(&self) -> u64 {
        let ranks = self.places.iter().map(|place| place.rank.load(Ordering::Relaxed));
        ranks.min().unwrap_or_default()
    }
}

impl<T> Place<T> {
    /// Unless a higher rank has taken the place meanwhile.
    fn put(&self, rank: Rank, item: Arc<T>) {
        let mut kept = self.lock();
        let is_its = self.rank.load(Ordering::Relaxed) == rank.0;
        let before = if is_its { kept.replace((rank, item)) } else { None };
        drop(kept);
        drop(before);
    }

    fn lock(&self) -> MutexGuard<'_, Option<(Rank, Arc<T>)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Default for Slowest<T> {
    fn default() -> Self {
        Self { boards: [Board::default(), Board::default()] }
    }
}

impl<T> Default for Board<T> {
    fn default() -> Self {
        let place = || Place { rank: AtomicU64::new(0), kept: Mutex::new(None) };
        Self { least: AtomicU64::new(0), places: std::array::from_fn(|_| place()) }
    }
}

#[inline]
fn span(age: Duration) -> u64 {
    age.as_secs() / SPAN_SECONDS
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    const THREADS: u64 = 4;
    const EACH: u64 = 20_000;

    fn keep(slowest: &Slowest<u64>, age: Duration, millis: u64) {
        let rank = Rank::of(age, Duration::from_millis(millis));
        if slowest.wants(rank) {
            slowest.keep(rank, &Arc::new(millis));
        }
    }

    fn of_late(slowest: &Slowest<u64>, age: Duration) -> Vec<u64> {
        slowest.of_late(age).iter().map(|millis| **millis).collect()
    }

    /// Each number once, slower and slower, from threads that all want a place at once.
    #[test]
    fn of_many_at_once_the_slowest_are_kept() {
        let slowest = Slowest::default();
        for age in [0, SPAN_SECONDS, 2 * SPAN_SECONDS].map(Duration::from_secs) {
            let keep_each = |first| {
                let numbers = (0..EACH).map(|n| n * THREADS + first);
                numbers.for_each(|millis| keep(&slowest, age, millis));
            };
            thread::scope(|scope| {
                (0..THREADS).for_each(|first| drop(scope.spawn(move || keep_each(first))));
            });
            let late = of_late(&slowest, age);
            let expected: Vec<_> = (0..THREADS * EACH).rev().take(PLACES).collect();
            let of_two_spans: Vec<_> =
                expected.iter().flat_map(|n| [*n, *n]).take(PLACES).collect();
            assert_eq!(late, if age.is_zero() { expected } else { of_two_spans });
        }
    }

    #[test]
    fn a_latency_of_any_length_has_a_rank() {
        let rank = |age, latency| Rank::of(Duration::from_secs(age), latency);
        assert!(rank(0, Duration::ZERO) > Rank(0));
        assert!(rank(0, Duration::MAX) < rank(SPAN_SECONDS, Duration::ZERO));
        assert!(rank(0, Duration::from_nanos(999_999_999)) < rank(0, Duration::from_secs(1)));
        assert!(rank(0, Duration::from_hours(24)) < rank(0, Duration::from_hours(48)));
    }

    /// A request that ended before the span did may be told after it.
    #[test]
    fn one_that_is_told_late_finds_its_span() {
        let (slowest, now) = (Slowest::default(), Duration::from_secs(SPAN_SECONDS));
        keep(&slowest, now, 1);
        keep(&slowest, Duration::from_secs(SPAN_SECONDS - 1), 2);
        assert_eq!(of_late(&slowest, now), [2, 1]);
        assert_eq!(of_late(&slowest, now * 2), [1]);
    }
}
