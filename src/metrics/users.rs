//! How many different users there were of late.

mod sightings;

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use crate::config::Clock;
use crate::context::{Exchange, Record};
use crate::error::Error;

use super::catalog::ACTIVE_USERS;
use super::family::Family;
use super::gauge::Gauge;
use super::key::LabelValue;
use super::label::Label;
use super::registry::Metrics;

use sightings::Sightings;

/// `active_users{window}`: different users of the last five minutes, hour and day, by estimate.
///
/// A user is counted from the first request on, and leaves a window between its length and 30 s
/// more after the last one. The estimate has a standard error of 0.81 %; a few dozen users are
/// counted exactly, as a rule. It takes 32 KiB for every doubling of the day's users, 450 KiB for
/// 10,000 and 960 KiB at most, and nothing before the first. Users are kept as bits of a keyed
/// hash, from which nobody can be named.
///
/// Cloning it is cheap, and clones count together.
#[derive(Clone)]
pub(crate) struct ActiveUsers {
    shared: Arc<Shared>,
}

/// How far back users are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Window {
    FiveMinutes,
    Hour,
    Day,
}

struct Shared {
    clock: Clock,
    start: Instant,
    sightings: Sightings,
}

const TICK_SECONDS: u64 = 30;
const WINDOWS: [Window; 3] = [Window::FiveMinutes, Window::Hour, Window::Day];

impl ActiveUsers {
    /// Adds the family to `metrics`, and counts by its clock.
    ///
    /// # Errors
    ///
    /// When the name is taken.
    pub(crate) fn register(metrics: &Metrics) -> Result<Self, Error> {
        let family = metrics.gauge(ACTIVE_USERS.name, ACTIVE_USERS.help);
        let family: Family<(Window,), Gauge> = family.labels(ACTIVE_USERS.labels).register()?;
        let clock = metrics.clock().clone();
        let shared = Shared { start: clock.now(), clock, sightings: Sightings::new() };
        let users = Self { shared: Arc::new(shared) };
        let counted = users.clone();
        metrics.before_scrape(move || {
            for (window, count) in WINDOWS.into_iter().zip(counted.counts()) {
                family.get((window,)).set(i64::try_from(count).unwrap_or(i64::MAX));
            }
        });
        Ok(users)
    }

    /// Notes that `user` was there. It takes no lock, and allocates nothing but each row once.
    #[inline]
    pub(crate) fn record_at(&self, user: &str, now: Instant) {
        self.shared.sightings.record(user, self.shared.tick(now));
    }

    /// About how many users there are in each window now.
    fn counts(&self) -> [u64; 3] {
        let tick = self.shared.tick(self.shared.clock.now());
        self.shared.sightings.count(tick, WINDOWS.map(Window::ticks))
    }
}

/// By the time of the request's end, which needs no clock to be read.
impl Record for ActiveUsers {
    fn record(&self, exchange: &Exchange<'_>) {
        let start = exchange.context.start().at;
        if let Some(user) = exchange.context.user() {
            self.record_at(user, start.checked_add(exchange.duration).unwrap_or(start));
        }
    }
}

impl fmt::Debug for ActiveUsers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ActiveUsers").finish_non_exhaustive()
    }
}

impl Window {
    fn ticks(self) -> u16 {
        match self {
            Self::FiveMinutes => 10,
            Self::Hour => 120,
            Self::Day => 2_880,
        }
    }
}

impl Label for Window {
    const VALUES: &'static [&'static str] = &["5m", "1h", "1d"];

    fn write(&self, value: &mut LabelValue<'_>) {
        value.push_str(match self {
            Self::FiveMinutes => "5m",
            Self::Hour => "1h",
            Self::Day => "1d",
        });
    }
}

impl Shared {
    #[inline]
    fn tick(&self, now: Instant) -> u64 {
        now.saturating_duration_since(self.start).as_secs() / TICK_SECONDS
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;
    use std::time::Duration;

    const TICK: Duration = Duration::from_secs(TICK_SECONDS);

    #[test]
    fn users_leave_by_the_clock() {
        let clock = Clock::manual();
        let metrics = Metrics::new(&config::Metrics::default(), &clock);
        let users = ActiveUsers::register(&metrics).unwrap();
        assert_eq!(users.counts(), [0; 3]);
        users.record_at("ada", clock.now());
        clock.advance(TICK * 10);
        users.clone().record_at("grace", clock.now());
        users.record_at("grace", clock.now());
        assert_eq!(users.counts(), [2, 2, 2]);
        clock.advance(TICK);
        assert_eq!(users.counts(), [1, 2, 2]);
        clock.advance(TICK * 120);
        assert_eq!(users.counts(), [0, 0, 2]);
        clock.advance(TICK * 2_880);
        assert_eq!(users.counts(), [0; 3]);
    }
}
