//! What time it is: the system's clock, or one that tests move.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

/// A source of both kinds of time. A clone shows and moves the same time.
///
/// ```
/// use std::time::Duration;
///
/// let clock = obskit::config::Clock::manual();
/// let before = clock.now();
/// clock.clone().advance(Duration::from_secs(3));
/// assert_eq!(clock.now() - before, Duration::from_secs(3));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Clock(Source);

#[derive(Clone, Debug, Default)]
enum Source {
    #[default]
    System,
    Manual(Arc<Manual>),
}

#[derive(Debug)]
struct Manual {
    instant: Instant,
    wall: SystemTime,
    /// How far both were moved.
    nanos: AtomicU64,
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands still at the present until it is moved.
    pub fn manual() -> Self {
        let nanos = AtomicU64::new(0);
        let manual = Manual { instant: Instant::now(), wall: SystemTime::now(), nanos };
        Self(Source::Manual(Arc::new(manual)))
    }

    /// The monotonic time, for durations.
    pub fn now(&self) -> Instant {
        match &self.0 {
            Source::System => Instant::now(),
            Source::Manual(manual) => {
                manual.instant.checked_add(manual.moved()).unwrap_or(manual.instant)
            }
        }
    }

    /// The time of day, for timestamps.
    pub fn wall(&self) -> SystemTime {
        match &self.0 {
            Source::System => SystemTime::now(),
            Source::Manual(manual) => {
                manual.wall.checked_add(manual.moved()).unwrap_or(manual.wall)
            }
        }
    }

    /// Moves both times of a manual clock forward, together, by at most 584 years in all. The
    /// system's clock is not moved.
    pub fn advance(&self, by: Duration) {
        if let Source::Manual(manual) = &self.0 {
            let by = u64::try_from(by.as_nanos()).unwrap_or(u64::MAX);
            let add = |nanos: u64| Some(nanos.saturating_add(by));
            let (set, fetch) = (Ordering::AcqRel, Ordering::Acquire);
            // The closure always gives a value, so this never fails.
            let _ = manual.nanos.fetch_update(set, fetch, add);
        }
    }
}

impl Manual {
    fn moved(&self) -> Duration {
        Duration::from_nanos(self.nanos.load(Ordering::Acquire))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_both_times_and_only_when_told() {
        let clock = Clock::manual();
        let (now, wall) = (clock.now(), clock.wall());
        assert_eq!((clock.now(), clock.wall()), (now, wall));
        clock.clone().advance(Duration::from_millis(1_500));
        assert_eq!(clock.now().duration_since(now), Duration::from_millis(1_500));
        assert_eq!(clock.wall().duration_since(wall).unwrap(), Duration::from_millis(1_500));
        clock.advance(Duration::MAX);
        assert!(clock.now() >= now && clock.wall() >= wall);
    }

    #[test]
    fn the_system_clock_is_not_moved() {
        let clock = Clock::system();
        clock.advance(Duration::from_hours(24));
        assert!(clock.now().duration_since(Instant::now()) < Duration::from_hours(1));
    }
}
