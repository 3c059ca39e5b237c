//! Which kinds the server wants no more of, and for how long.
//!
//! As <https://develop.sentry.dev/sdk/expected-features/rate-limiting/> has it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::Category;

/// By category, when it is wanted again.
#[derive(Debug)]
pub(super) struct Throttle {
    start: Instant,
    /// In milliseconds after the start; 0 for what was never limited.
    until: [AtomicU64; Category::ALL.len()],
}

/// What an answer limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limit {
    /// All of them if none is named.
    pub(super) category: Option<Category>,
    pub(super) pause: Duration,
}

/// Where a 429 does not say how long.
pub(super) const PAUSE: Duration = Duration::from_mins(1);
/// However long the server asks for.
const LONGEST: Duration = Duration::from_hours(24);
/// What a header lists beyond is left out.
const MOST: usize = 64;

impl Throttle {
    pub(super) fn new() -> Self {
        Self { start: Instant::now(), until: [const { AtomicU64::new(0) }; Category::ALL.len()] }
    }

    /// Whether none of that kind is wanted now.
    #[inline]
    pub(super) fn holds(&self, category: Category) -> bool {
        let until =
            self.until.get(category as usize).map_or(0, |until| until.load(Ordering::Relaxed));
        until != 0 && self.now() < until
    }

    /// What is limited for longer already stays so.
    pub(super) fn set(&self, limit: Limit) {
        let until = self.now().saturating_add(millis(limit.pause.min(LONGEST)));
        let is_meant = |category| limit.category.is_none_or(|limited| limited == category);
        for (category, cell) in Category::ALL.into_iter().zip(&self.until) {
            if is_meant(category) {
                cell.fetch_max(until, Ordering::Relaxed);
            }
        }
    }

    fn now(&self) -> u64 {
        millis(self.start.elapsed())
    }
}

/// What `x-sentry-rate-limits` lists: `seconds:categories:scope:reason`, any number of them. What
/// is malformed, or of kinds that are not sent here, is left out.
pub(super) fn limits(header: &str) -> impl Iterator<Item = Limit> {
    header.split(',').take(MOST).filter_map(group).flatten()
}

fn group(text: &str) -> Option<impl Iterator<Item = Limit>> {
    let mut parts = text.trim().split(':');
    let pause = seconds(parts.next()?)?;
    let categories = parts.next()?.trim();
    let limit = move |name: &str| {
        let named = Category::ALL.into_iter().find(|category| category.as_str() == name);
        let is_known = name.is_empty() || named.is_some();
        is_known.then_some(Limit { category: named, pause })
    };
    // Names between semicolons; none at all is every kind, one that is empty beside others is none.
    let is_all = categories.is_empty();
    let names = categories.split(';').map(str::trim).filter(move |name| is_all || !name.is_empty());
    Some(names.take(MOST).filter_map(limit))
}

/// A whole number or a fraction of seconds, rounded up.
fn seconds(text: &str) -> Option<Duration> {
    let seconds: f64 = text.trim().parse().ok()?;
    let is_time = seconds.is_finite() && seconds >= 0.0;
    is_time.then(|| Duration::try_from_secs_f64(seconds.ceil()).unwrap_or(LONGEST))
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(header: &str) -> Vec<(&'static str, u64)> {
        let name = |category: Option<Category>| category.map_or("all", Category::as_str);
        limits(header).map(|limit| (name(limit.category), limit.pause.as_secs())).collect()
    }

    #[test]
    fn limits_are_of_categories_or_of_all() {
        let check = |header: &str, expected: &[(&str, u64)]| {
            assert_eq!(read(header), expected, "{header}");
        };
        check("60:error:key", &[("error", 60)]);
        check("60:error;transaction:organization:quota", &[("error", 60), ("transaction", 60)]);
        check(
            "60:transaction:key, 2700:default;error;security:organization",
            &[("transaction", 60), ("error", 2_700)],
        );
        check("2700::organization", &[("all", 2_700)]);
        check("2700: :organization", &[("all", 2_700)]);
        check("10", &[]);
        check("10:error", &[("error", 10)]);
        check(
            "1.2:monitor;feedback;session:key",
            &[("monitor", 2), ("feedback", 2), ("session", 2)],
        );
        check("60:default;attachment;log_item:key", &[]);
        check("60:;error:key", &[("error", 60)]);
        check("60:;:key", &[]);
        check("0:error:key", &[("error", 0)]);
        check("-1:error:key, nan:error:key, inf:error:key, x:error, :error, ,", &[]);
        check("1e300:error:key", &[("error", LONGEST.as_secs())]);
        check(
            "60:error:key:reason:metric_bucket:more, 5:session",
            &[("error", 60), ("session", 5)],
        );
        check("", &[]);
    }

    #[test]
    fn the_longer_limit_holds_and_others_are_not_meant() {
        let throttle = Throttle::new();
        assert!(Category::ALL.into_iter().all(|category| !throttle.holds(category)));
        let set = |category, seconds| {
            throttle.set(Limit { category, pause: Duration::from_secs(seconds) });
        };
        set(Some(Category::Error), 3_600);
        set(Some(Category::Error), 0);
        assert!(throttle.holds(Category::Error) && !throttle.holds(Category::Transaction));
        set(None, 3_600);
        assert!(Category::ALL.into_iter().all(|category| throttle.holds(category)));
        let throttle = Throttle::new();
        throttle.set(Limit { category: None, pause: Duration::MAX });
        assert!(throttle.holds(Category::Session));
        let throttle = Throttle::new();
        throttle.set(Limit { category: None, pause: Duration::ZERO });
        assert!(!throttle.holds(Category::Error));
    }

    proptest! {
        #[test]
        fn no_header_is_too_much(header in "[0-9a-z:;,. -]{0,200}|.{0,100}") {
            let found: Vec<_> = limits(&header).collect();
            prop_assert!(found.len() <= MOST * MOST);
            let throttle = Throttle::new();
            for limit in found {
                throttle.set(limit);
            }
        }

        #[test]
        fn what_is_said_is_read(
            seconds in 0_u64..86_400,
            names in prop::collection::vec(0_usize..5, 1..5),
        ) {
            let names: Vec<_> = names.iter().map(|at| Category::ALL[*at].as_str()).collect();
            let header = format!("{seconds}:{}:organization:quota", names.join(";"));
            let expected: Vec<_> = names.iter().map(|name| (*name, seconds)).collect();
            prop_assert_eq!(read(&header), expected);
        }
    }
}
