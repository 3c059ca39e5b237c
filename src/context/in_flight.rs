//! Requests under way: how many, since when, and of which traces.

use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering, fence};
use std::time::Duration;

use once_cell::race::OnceBox;

use crate::concurrent::{Tally, shard};

use super::TraceId;

/// The requests under way on one endpoint.
///
/// All of them are counted, and the start and the trace of each are kept, so that the oldest is
/// known however many younger ones there are. Places for them are made as they are needed, 24
/// bytes each, for about 300,000 requests at once; beyond that those of some are not kept.
#[derive(Default)]
pub(crate) struct InFlight {
    count: Tally,
    starts: Starts,
    traces: OnceBox<Traces>,
    more: [OnceLock<Further>; 4],
}

/// Nanoseconds after the epoch, plus one; 0 is a free place. On cache lines of their own, so that
/// what is only read beside them stays where it is read.
#[repr(align(128))]
struct Starts([AtomicU64; PLACES]);

/// Apart from the starts, so that the oldest of those is found in few cache lines.
#[repr(align(128))]
struct Traces([Trace; PLACES]);

/// A trace ID, high word and low.
#[derive(Default)]
struct Trace([AtomicU64; 2]);

/// A further level of places.
struct Further {
    starts: Box<[AtomicU64]>,
    traces: Box<[Trace]>,
}

/// What [`InFlight::begin`] took and [`InFlight::end`] gives back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place(Option<(u8, u32)>);

/// Set beside a start while the trace is not yet that of its request.
const UNNAMED: u64 = 1 << 63;
const PLACES: usize = 64;
/// Each further level has so many times the places of the one before.
const GROWTH: usize = 8;
/// Threads begin their search this far apart: a cache line, to meet seldom.
const STRIDE: usize = 8;
/// On a further level so many places are looked at before one on the next is taken.
const PROBES: usize = 16;

impl InFlight {
    #[inline]
    pub(crate) fn begin(&self, at: Duration, trace: TraceId) -> Place {
        self.count.add(1);
        let start = u64::try_from(at.as_nanos()).map_or(u64::MAX, |start| start + 1) & !UNNAMED;
        let Some(place) = search(&self.starts.0, shard() * STRIDE, PLACES, start) else {
            return self.begin_further(start, trace);
        };
        let traces = self.traces.get_or_init(Box::default);
        name(&self.starts.0, &traces.0, place, start, trace);
        Place(u32::try_from(place).ok().map(|place| (0, place)))
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
        let more = self.more.iter().filter_map(OnceLock::get).flat_map(|further| &further.starts);
        self.starts
            .0
            .iter()
            .chain(more)
            .filter_map(|start| began(start.load(Ordering::Relaxed)))
            .min()
    }

    /// Whoever comes when there are many begins the search at the place of its number.
    #[cold]
    fn begin_further(&self, start: u64, trace: TraceId) -> Place {
        let first = usize::try_from(self.count()).unwrap_or_default();
        let mut places = PLACES;
        for (level, more) in (1..).zip(&self.more) {
            places *= GROWTH;
            let Further { starts, traces } = more.get_or_init(|| Further::new(places));
            if let Some(place) = search(starts, first, PROBES, start) {
                name(starts, traces, place, start, trace);
                return Place(u32::try_from(place).ok().map(|place| (level, place)));
            }
        }
        Place(None)
    }

    fn level(&self, level: u8) -> Option<&[AtomicU64]> {
        match level.checked_sub(1) {
            None => Some(&self.starts.0),
            Some(further) => Some(&self.more.get(usize::from(further))?.get()?.starts),
        }
    }
}

/// What operators look at.
#[cfg(any(test, feature = "admin"))]
impl InFlight {
    /// Each of them whose start is kept: when it began, and its trace unless that is being noted
    /// just now.
    pub(crate) fn each(&self, mut see: impl FnMut(Duration, Option<TraceId>)) {
        let traces: &[Trace] = self.traces.get().map_or(&[], |traces| &traces.0);
        let further = self.more.iter().filter_map(OnceLock::get);
        let further = further.map(|further| (&*further.starts, &*further.traces));
        let levels = std::iter::once((&self.starts.0[..], traces)).chain(further);
        let places = levels.flat_map(|(starts, traces)| starts.iter().zip(traces));
        places.filter_map(|(start, trace)| look(start, trace)).for_each(|(began, trace)| {
            see(began, trace);
        });
    }
}

impl Further {
    fn new(places: usize) -> Self {
        let starts = std::iter::repeat_with(AtomicU64::default).take(places);
        let traces = std::iter::repeat_with(Trace::default).take(places);
        Self { starts: starts.collect(), traces: traces.collect() }
    }
}

impl Trace {
    #[inline]
    fn write(&self, trace: TraceId) {
        let [high, low] = &self.0;
        high.store(trace.high(), Ordering::Relaxed);
        low.store(trace.low(), Ordering::Relaxed);
    }
}

#[cfg(any(test, feature = "admin"))]
impl Trace {
    fn read(&self) -> Option<TraceId> {
        let [high, low] = self.0.each_ref().map(|word| word.load(Ordering::Relaxed));
        TraceId::from_bytes((u128::from(high) << 64 | u128::from(low)).to_be_bytes())
    }
}

impl Default for Traces {
    fn default() -> Self {
        Self([const { Trace([const { AtomicU64::new(0) }; 2]) }; PLACES])
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

/// Takes the first free one of so many places; there are a power of two of them. Its trace is not
/// yet that of the request.
#[inline]
fn search(starts: &[AtomicU64], first: usize, probes: usize, start: u64) -> Option<usize> {
    let mask = starts.len().wrapping_sub(1);
    let mut places = (first..first + probes).map(|place| place & mask);
    places.find(|place| starts.get(*place).is_some_and(|free| take(free, start | UNNAMED)))
}

#[inline]
fn take(free: &AtomicU64, start: u64) -> bool {
    free.load(Ordering::Relaxed) == 0
        && free.compare_exchange(0, start, Ordering::Relaxed, Ordering::Relaxed).is_ok()
}

/// Notes the trace at a place that was taken. Whoever reads a trace of this and not the start that
/// was there before knows it by the start; see [`InFlight::each`].
#[inline]
fn name(starts: &[AtomicU64], traces: &[Trace], place: usize, start: u64, trace: TraceId) {
    let (Some(taken), Some(place)) = (starts.get(place), traces.get(place)) else { return };
    fence(Ordering::Release);
    place.write(trace);
    taken.store(start, Ordering::Release);
}

/// When a request began by what its place says, unless the place is free.
#[inline]
fn began(start: u64) -> Option<Duration> {
    (start & !UNNAMED).checked_sub(1).map(Duration::from_nanos)
}

/// What a place says, unless it is free or changes hands just now.
#[cfg(any(test, feature = "admin"))]
fn look(start: &AtomicU64, trace: &Trace) -> Option<(Duration, Option<TraceId>)> {
    let at = start.load(Ordering::Acquire);
    let trace = trace.read().filter(|_| at & UNNAMED == 0);
    // What was read belongs to this start if that is still there.
    fence(Ordering::Acquire);
    let is_still = start.load(Ordering::Relaxed) == at;
    began(at).filter(|_| is_still).map(|began| (began, trace))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    fn trace(number: u64) -> TraceId {
        TraceId::from_bytes((u128::from(number) << 64 | 1).to_be_bytes()).unwrap()
    }

    fn seen(in_flight: &InFlight) -> Vec<(Duration, Option<TraceId>)> {
        let mut seen = Vec::new();
        in_flight.each(|began, trace| seen.push((began, trace)));
        seen
    }

    #[test]
    fn each_is_seen_with_its_own_trace_however_many_there_are() {
        let in_flight = InFlight::default();
        let places: Vec<_> =
            (0..10_000).map(|n| in_flight.begin(Duration::from_nanos(n), trace(n))).collect();
        let mut all = seen(&in_flight);
        all.sort_unstable_by_key(|(began, _)| *began);
        let expected = (0..10_000).map(|n| (Duration::from_nanos(n), Some(trace(n))));
        assert!(all.into_iter().eq(expected));
        for place in places.into_iter().skip(1) {
            in_flight.end(place);
        }
        assert_eq!(seen(&in_flight), [(Duration::ZERO, Some(trace(0)))]);
    }

    /// A place that changes hands while it is read never gives one request another's trace.
    #[test]
    fn a_trace_is_that_of_its_request_or_not_said() {
        const ROUNDS: u64 = 200_000;
        let in_flight = &InFlight::default();
        thread::scope(|scope| {
            let write = |n| in_flight.end(in_flight.begin(Duration::from_nanos(n), trace(n)));
            let writers =
                [0, 1].map(|first| scope.spawn(move || (first..ROUNDS).step_by(2).for_each(write)));
            let check = |began: Duration, found: Option<TraceId>| {
                let its = trace(u64::try_from(began.as_nanos()).unwrap());
                assert!(found == Some(its) || found.is_none(), "{found:?} for {its}");
            };
            while !writers.iter().all(thread::ScopedJoinHandle::is_finished) {
                in_flight.each(check);
            }
        });
        assert_eq!(seen(in_flight), []);
    }

    #[test]
    fn the_oldest_is_known_however_many_came_before_it() {
        let in_flight = InFlight::default();
        let second = Duration::from_secs;
        let early: Vec<_> = (0..100_000).map(|_| in_flight.begin(second(1), trace(1))).collect();
        let late = in_flight.begin(second(2), trace(2));
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
        let places: Vec<_> = (0..400_000)
            .map(|number| in_flight.begin(Duration::from_nanos(number), trace(number)))
            .collect();
        assert_eq!((in_flight.count(), in_flight.oldest()), (400_000, Some(Duration::ZERO)));
        for place in places {
            in_flight.end(place);
        }
        assert_eq!((in_flight.count(), in_flight.oldest()), (0, None));
    }
}
