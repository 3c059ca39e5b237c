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
        let named = |category: &Category| category.as_str() == name;
        match name {
            "" => Some(Limit { category: None, pause }),
            name => Category::ALL
                .into_iter()
                .find(named)
                .map(|category| Limit { category: Some(category), pause }),
        }
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
