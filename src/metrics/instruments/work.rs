//! What handlers and jobs have in common: calls by outcome, their time, and how many run.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::concurrent::Tally;
use crate::context::Outcome;
use crate::error::Error;
use crate::metrics::catalog::Definition;
use crate::metrics::counter::Counter;
use crate::metrics::exemplar::Exemplar;
use crate::metrics::family::Family;
use crate::metrics::gauge::Gauge;
use crate::metrics::histogram::{Bounds, Histogram};
use crate::metrics::registry::Metrics;

use super::placed::{ByOutcome, Placed};

/// Functions of one role, by name.
pub(super) struct Works {
    calls: Family<(&'static str, Outcome), Counter>,
    duration: Family<(&'static str,), Histogram>,
    running: Family<(&'static str,), Gauge>,
    /// Which of a name's counters exist before its first call.
    outcomes: &'static [Outcome],
    by_name: BTreeMap<&'static str, Arc<Work>>,
}

/// The catalog's rows of one role.
pub(super) struct Definitions {
    pub(super) calls: &'static Definition,
    pub(super) duration: &'static Definition,
    pub(super) running: &'static Definition,
}

/// The functions of one name.
pub(super) struct Work {
    name: &'static str,
    calls: ByOutcome<(&'static str, Outcome)>,
    duration: Placed<(&'static str,), Histogram>,
    running: Tally,
}

impl Works {
    pub(super) fn register(
        metrics: &Metrics,
        definitions: &Definitions,
        bounds: Bounds,
        outcomes: &'static [Outcome],
    ) -> Result<Self, Error> {
        let Definitions { calls, duration, running } = definitions;
        let histogram = metrics.histogram(duration.name, duration.help).buckets(bounds);
        Ok(Self {
            calls: metrics.counter(calls.name, calls.help).labels(calls.labels).register()?,
            duration: histogram.labels(duration.labels).register()?,
            running: metrics.gauge(running.name, running.help).labels(running.labels).register()?,
            outcomes,
            by_name: BTreeMap::new(),
        })
    }

    /// The functions of this name, whose series exist from now on.
    pub(super) fn named(&mut self, name: &'static str) -> Arc<Work> {
        let Self { calls, duration, running, outcomes, by_name } = self;
        let make = || {
            running.reserve((name,));
            Arc::new(Work {
                name,
                calls: ByOutcome::new(calls, outcomes, |outcome| (name, outcome)),
                duration: Placed::new(duration, (name,)),
                running: Tally::default(),
            })
        };
        Arc::clone(by_name.entry(name).or_insert_with(make))
    }

    /// Has each scrape see how many run.
    pub(super) fn watch(self, metrics: &Metrics) {
        let Self { running, by_name, .. } = self;
        metrics.before_scrape(move || {
            for work in by_name.values() {
                running.reserve((work.name,)).set(work.running());
            }
        });
    }
}

impl Work {
    #[inline]
    pub(super) fn begin(&self) {
        self.running.add(1);
    }

    /// Takes the time of a call that came to its end.
    #[inline]
    pub(super) fn end(&self, took: Duration, is_over: bool, exemplar: Option<&Exemplar<'_>>) {
        self.running.add(1_u64.wrapping_neg());
        if is_over {
            self.time(took, exemplar);
        }
    }

    #[inline]
    pub(super) fn time(&self, took: Duration, exemplar: Option<&Exemplar<'_>>) {
        self.duration.get().observe_with(took.as_secs_f64(), exemplar);
    }

    #[inline]
    pub(super) fn count(&self, outcome: Outcome) {
        self.calls.get(outcome, |outcome| (self.name, outcome)).inc();
    }

    fn running(&self) -> i64 {
        // Read cell by cell, it may miss a beginning whose end it has seen.
        self.running.get().cast_signed().max(0)
    }
}
