//! Endpoints: the route templates that requests matched, and what is in flight on each.

use std::fmt;
use std::hash::Hasher;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::concurrent::{Few, KeyHasher, Keyed, Query, Table};
use crate::config::Clock;
use crate::ledger::{Ledger, Reason, Signal};

use super::in_flight::InFlight;

/// The endpoints of one telemetry, of which there are only so many.
///
/// A template past the limit shares the endpoint `overflow`; declared ones always have a place.
pub(crate) struct Routes {
    table: Table<Route>,
    limit: u32,
    undeclared: AtomicU32,
    /// Requests whose template found no place, and some of those templates.
    overflowed: AtomicU64,
    refused: Few<Box<str>>,
    ledger: Ledger,
    epoch: Instant,
    /// Of traces, by template.
    shares: Box<[(String, f64)]>,
}

/// One endpoint.
#[derive(Debug)]
pub(crate) struct Route {
    position: usize,
    template: Box<str>,
    pub(crate) in_flight: InFlight,
    is_declared: AtomicBool,
    is_excluded: AtomicBool,
    is_streaming: AtomicBool,
    /// Of the traces that begin on it, where there is a rule for it.
    trace_share: Option<f64>,
    /// A request on it has been recorded; until then it is not worth a series.
    is_recorded: AtomicBool,
}

/// The endpoint of what matched no route.
pub(crate) const UNMATCHED: &str = "unmatched";
const OVERFLOW: &str = "overflow";
const UNMATCHED_POSITION: usize = 0;
const OVERFLOW_POSITION: usize = 1;
/// A longer template is taken for its first part.
const MAX_TEMPLATE_BYTES: usize = 128;

impl Routes {
    pub(crate) fn new(
        limit: u32,
        shares: &[(String, f64)],
        ledger: &Ledger,
        clock: &Clock,
    ) -> Self {
        let routes = Self {
            table: Table::new(),
            limit,
            undeclared: AtomicU32::new(0),
            overflowed: AtomicU64::new(0),
            refused: Few::default(),
            ledger: ledger.clone(),
            epoch: clock.now(),
            shares: shares.into(),
        };
        // The others have a place whatever the limit, for the sake of their rules.
        let ruled = shares.iter().map(|(template, _)| cut(template));
        for template in [UNMATCHED, OVERFLOW].into_iter().chain(ruled) {
            routes
                .table
                .get_or_insert(&template, |position| Some(routes.route(position, template)));
        }
        routes
    }

    /// The position of the endpoint of a request that matched `template`.
    #[inline]
    pub(crate) fn find(&self, template: Option<&str>) -> usize {
        let Some(template) = template else { return UNMATCHED_POSITION };
        match self.table.get(&template) {
            Some(route) => route.position,
            None => self.add(template),
        }
    }

    /// The endpoint at a position that [`find`](Self::find) gave.
    #[inline]
    pub(crate) fn at(&self, position: usize) -> Option<&Route> {
        self.table.at(position)
    }

    /// Gives `template` a place whatever the limit.
    pub(crate) fn declare(&self, template: &str) {
        self.mark(template, |route| &route.is_declared);
    }

    /// Leaves the endpoint's requests unrecorded.
    pub(crate) fn exclude(&self, template: &str) {
        self.mark(template, |route| &route.is_excluded);
    }

    /// Takes the endpoint's responses for streams.
    pub(crate) fn stream(&self, template: &str) {
        self.mark(template, |route| &route.is_streaming);
    }

    /// The template that is `path` itself, if it was declared.
    pub(crate) fn declared(&self, path: &str) -> Option<&str> {
        let route = self.table.get(&path)?;
        route.is_declared().then(|| route.template())
    }

    /// The share of the traces that begin on what has this template or name.
    pub(crate) fn trace_share(&self, name: &str) -> Option<f64> {
        self.table.get(&cut(name))?.trace_share()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Route> {
        self.table.iter()
    }

    /// How long after the table was made `now` is.
    #[inline]
    pub(crate) fn age(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.epoch)
    }

    fn mark(&self, template: &str, flag: impl Fn(&Route) -> &AtomicBool) {
        let template = cut(template);
        let make = |position| Some(self.route(position, template));
        let route = self.table.get_or_insert(&template, make);
        if let Some(route) = route {
            flag(route).store(true, Ordering::Relaxed);
        }
    }

    #[cold]
    fn add(&self, template: &str) -> usize {
        let template = cut(template);
        // Asked before the table is, which would have writers take turns.
        if self.undeclared.load(Ordering::Relaxed) >= self.limit {
            let known = self.table.get(&template).map(|route| route.position);
            return known.unwrap_or_else(|| self.overflow(template));
        }
        let make = |position| self.take_place().then(|| self.route(position, template));
        let added = self.table.get_or_insert(&template, make);
        added.map_or_else(|| self.overflow(template), |route| route.position)
    }

    fn overflow(&self, template: &str) -> usize {
        let earlier = self.overflowed.fetch_add(1, Ordering::Relaxed);
        self.refused.offer(earlier, |kept| **kept == *template, || template.into());
        self.ledger.drop(Signal::Endpoint, Reason::Limit, 1);
        OVERFLOW_POSITION
    }

    fn route(&self, position: usize, template: &str) -> Route {
        // The last rule counts.
        let rule = self.shares.iter().rfind(|(ruled, _)| cut(ruled) == template);
        Route { trace_share: rule.map(|(_, share)| *share), ..Route::new(position, template) }
    }

    /// Called by one thread at a time, so the limit is exact.
    fn take_place(&self) -> bool {
        let free = self.undeclared.load(Ordering::Relaxed) < self.limit;
        if free {
            self.undeclared.fetch_add(1, Ordering::Relaxed);
        }
        free
    }
}

/// How full it is, for operators.
#[cfg(feature = "admin")]
impl Routes {
    /// Endpoints that count towards the limit, and the limit.
    pub(crate) fn room(&self) -> (u32, u32) {
        (self.undeclared.load(Ordering::Relaxed), self.limit)
    }

    /// Requests whose template found no place.
    pub(crate) fn overflowed(&self) -> u64 {
        self.overflowed.load(Ordering::Relaxed)
    }

    /// Some of those templates.
    pub(crate) fn refused(&self) -> Vec<Box<str>> {
        self.refused.values()
    }
}

impl Route {
    #[inline]
    pub(crate) fn template(&self) -> &str {
        &self.template
    }

    #[inline]
    pub(crate) fn is_declared(&self) -> bool {
        self.is_declared.load(Ordering::Relaxed)
    }

    #[inline]
    pub(crate) fn is_excluded(&self) -> bool {
        self.is_excluded.load(Ordering::Relaxed)
    }

    #[inline]
    pub(crate) fn is_streaming(&self) -> bool {
        self.is_streaming.load(Ordering::Relaxed)
    }

    /// The share of the traces that begin on it, in place of the sampler's.
    #[inline]
    pub(crate) fn trace_share(&self) -> Option<f64> {
        self.trace_share
    }

    /// Says that a request on it has been recorded.
    #[inline]
    pub(crate) fn mark_recorded(&self) {
        // Written once, because every thread reads what lies beside it.
        if !self.is_recorded.load(Ordering::Relaxed) {
            self.is_recorded.store(true, Ordering::Relaxed);
        }
    }

    /// Whether an operator wants to see it: it was used or declared, or its first request is slow.
    pub(crate) fn is_worth_showing(&self, oldest: Option<Duration>) -> bool {
        let known = self.is_declared() || self.is_recorded.load(Ordering::Relaxed);
        let slow = oldest.is_some_and(|age| age > Duration::from_secs(1));
        (known || slow) && !self.is_excluded()
    }

    /// Where it is among the routes.
    #[inline]
    pub(crate) fn position(&self) -> usize {
        self.position
    }

    fn new(position: usize, template: &str) -> Self {
        Self {
            position,
            template: template.into(),
            in_flight: InFlight::default(),
            is_declared: AtomicBool::new(false),
            is_excluded: AtomicBool::new(false),
            is_streaming: AtomicBool::new(false),
            trace_share: None,
            is_recorded: AtomicBool::new(false),
        }
    }
}

impl Keyed for Route {
    fn hash(&self, hasher: &mut KeyHasher<'_>) {
        Query::hash(&self.template(), hasher);
    }
}

impl Query<Route> for &str {
    #[inline]
    fn hash(&self, hasher: &mut KeyHasher<'_>) {
        hasher.write(self.as_bytes());
    }

    #[inline]
    fn is_key_of(&self, route: &Route) -> bool {
        *self == route.template()
    }
}

impl fmt::Debug for Routes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(Route::template)).finish()
    }
}

fn cut(template: &str) -> &str {
    template.get(..template.floor_char_boundary(MAX_TEMPLATE_BYTES)).unwrap_or(template)
}
