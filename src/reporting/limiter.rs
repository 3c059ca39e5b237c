//! How many reports alike are made.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::fingerprint::Fingerprint;

/// Lets so many reports of one fingerprint pass in a minute.
#[derive(Debug)]
pub(super) struct Limiter {
    /// 0 is no limit.
    each_minute: u32,
    places: Mutex<Places>,
}

#[derive(Debug, Default)]
struct Places {
    known: HashMap<u64, Place>,
    /// Of fingerprints that found no place of their own.
    shared: Option<Place>,
    swept: Option<Instant>,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    /// When its minute began.
    since: Instant,
    passed: u32,
    suppressed: u64,
}

const MAX_PLACES: usize = 1_024;
const MINUTE: Duration = Duration::from_mins(1);
/// For so long it is remembered how many were suppressed.
const MEMORY: Duration = Duration::from_hours(1);
/// Places are looked through for old ones no more often.
const SWEEP: Duration = Duration::from_secs(1);

impl Limiter {
    pub(super) fn new(each_minute: u32) -> Self {
        Self { each_minute, places: Mutex::default() }
    }

    /// Lets a report pass, and says how many alike did not since the last one; none where it is not
    /// let.
    pub(super) fn pass(&self, fingerprint: &Fingerprint, now: Instant) -> Option<u64> {
        if self.each_minute == 0 {
            return Some(0);
        }
        let mut places = self.lock();
        let place = places.place(key(fingerprint), now);
        if place.passed < self.each_minute {
            place.passed += 1;
            return Some(std::mem::take(&mut place.suppressed));
        }
        place.suppressed += 1;
        None
    }

    /// Whether a report would pass.
    pub(super) fn lets(&self, fingerprint: &Fingerprint, now: Instant) -> bool {
        self.each_minute == 0 || self.lock().place(key(fingerprint), now).passed < self.each_minute
    }

    fn lock(&self) -> MutexGuard<'_, Places> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Places {
    fn place(&mut self, key: u64, now: Instant) -> &mut Place {
        if self.known.len() >= MAX_PLACES && !self.known.contains_key(&key) {
            self.sweep(now);
        }
        let new = Place { since: now, passed: 0, suppressed: 0 };
        let has_room = self.known.len() < MAX_PLACES || self.known.contains_key(&key);
        let place = if has_room {
            self.known.entry(key).or_insert(new)
        } else {
            self.shared.get_or_insert(new)
        };
        if now.saturating_duration_since(place.since) >= MINUTE {
            (place.since, place.passed) = (now, 0);
        }
        place
    }

    fn sweep(&mut self, now: Instant) {
        let is_past = |since: Instant, time| now.saturating_duration_since(since) >= time;
        if self.swept.is_some_and(|swept| !is_past(swept, SWEEP)) {
            return;
        }
        self.swept = Some(now);
        self.known.retain(|_, place| {
            let memory = if place.suppressed > 0 { MEMORY } else { MINUTE };
            !is_past(place.since, memory)
        });
    }
}

fn key(fingerprint: &Fingerprint) -> u64 {
    let mut hasher = DefaultHasher::new();
    fingerprint.parts().hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Fingerprint {
        Fingerprint(vec![text.to_owned()])
    }

    #[test]
    fn a_minute_has_so_many() {
        let (limiter, start) = (Limiter::new(2), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        let passes = |text: &str, seconds| limiter.pass(&of(text), at(seconds));
        let passed = [passes("a", 0), passes("a", 1), passes("a", 2), passes("a", 59)];
        assert_eq!(passed, [Some(0), Some(0), None, None]);
        assert_eq!((passes("b", 59), limiter.lets(&of("a"), at(59))), (Some(0), false));
        assert!(limiter.lets(&of("a"), at(60)));
        assert_eq!([passes("a", 60), passes("a", 60), passes("a", 60)], [Some(2), Some(0), None]);
    }

    #[test]
    fn without_a_limit_all_pass() {
        let (limiter, now) = (Limiter::new(0), Instant::now());
        assert!((0..100).all(|_| limiter.lets(&of("a"), now)));
        assert!((0..100).all(|_| limiter.pass(&of("a"), now) == Some(0)));
    }

    #[test]
    fn places_are_bounded_and_given_up_when_old() {
        let (limiter, start) = (Limiter::new(1), Instant::now());
        for number in 0..MAX_PLACES {
            assert_eq!(limiter.pass(&of(&number.to_string()), start), Some(0));
        }
        // The rest share one.
        assert_eq!(limiter.pass(&of("x"), start), Some(0));
        assert_eq!(limiter.pass(&of("y"), start), None);
        assert_eq!(limiter.pass(&of("0"), start), None);
        assert_eq!(limiter.lock().known.len(), MAX_PLACES);
        // A minute later there is room, and what was suppressed is remembered for an hour.
        let later = start + MINUTE;
        assert_eq!(limiter.pass(&of("y"), later), Some(0));
        assert_eq!(limiter.lock().known.len(), 2);
        assert_eq!(limiter.pass(&of("0"), later), Some(1));
    }
}
