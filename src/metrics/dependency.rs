//! Calls to databases, caches and other services.

#[cfg(feature = "tokio")]
mod tally;

use std::time::Duration;

use crate::context::{Call, Outcome, RecordCall};
use crate::error::Error;

use super::catalog;
use super::counter::Counter;
use super::declaration::Declaration;
use super::exemplar::Exemplar;
use super::family::Family;
use super::gauge::Gauge;
use super::histogram::Histogram;
use super::instruments::{ByOutcome, Placed};
use super::pool::{self, PoolStatus};
use super::registry::Metrics;

#[cfg(feature = "tokio")]
pub(crate) use tally::Tally;

/// The dependency families of one registry.
#[derive(Debug)]
pub(crate) struct Dependencies {
    requests: Family<(&'static str, &'static str, Outcome), Counter>,
    duration: Family<(&'static str, &'static str), Histogram>,
    slow: Family<(&'static str, &'static str), Counter>,
    connections: Family<(&'static str, &'static str), Gauge>,
    threshold: Duration,
    metrics: Metrics,
}

/// One operation of a dependency, declared by an attribute.
#[derive(Debug)]
pub(super) struct Operation {
    labels: (&'static str, &'static str),
    requests: ByOutcome<(&'static str, &'static str, Outcome)>,
    duration: Placed<(&'static str, &'static str), Histogram>,
    slow: Placed<(&'static str, &'static str), Counter>,
    threshold: Duration,
}

/// Which of an operation's counters exist before its first call.
const OUTCOMES: [Outcome; 5] = [
    Outcome::Success,
    Outcome::ClientError,
    Outcome::ServerError,
    Outcome::Cancelled,
    Outcome::Panicked,
];

impl Dependencies {
    pub(crate) fn register(metrics: &Metrics) -> Result<Self, Error> {
        let requests = &catalog::DEPENDENCY_REQUESTS;
        let duration = &catalog::DEPENDENCY_DURATION;
        let slow = &catalog::DEPENDENCY_SLOW;
        let pool = &catalog::DEPENDENCY_POOL;
        let counter = metrics.counter(requests.name, requests.help);
        let histogram = metrics.histogram(duration.name, duration.help);
        Ok(Self {
            requests: counter.labels(requests.labels).register()?,
            duration: histogram.labels(duration.labels).register()?,
            slow: metrics.counter(slow.name, slow.help).labels(slow.labels).register()?,
            connections: metrics.gauge(pool.name, pool.help).labels(pool.labels).register()?,
            threshold: metrics.config().slow_dependency,
            metrics: metrics.clone(),
        })
    }

    /// Has each scrape read a pool of connections.
    pub(crate) fn watch_pool(
        &self,
        dependency: &'static str,
        read: impl Fn() -> PoolStatus + Send + Sync + 'static,
    ) {
        pool::watch(&self.metrics, self.connections.clone(), dependency, read);
    }

    /// What an attribute declares, whose series exist from now on.
    pub(super) fn operation(&self, declaration: &Declaration) -> Operation {
        let (name, operation) = (declaration.name, declaration.operation.unwrap_or_default());
        let labels = (name, operation);
        Operation {
            labels,
            requests: ByOutcome::new(&self.requests, &OUTCOMES, |end| (name, operation, end)),
            duration: Placed::new(&self.duration, labels),
            slow: Placed::new(&self.slow, labels),
            threshold: declaration.slow.unwrap_or(self.threshold),
        }
    }
}

impl RecordCall for Dependencies {
    fn record(&self, call: &Call<'_>) {
        self.requests.get((call.dependency, call.operation, call.outcome)).inc();
        if call.outcome != Outcome::Cancelled {
            let duration = self.duration.get((call.dependency, call.operation));
            duration.observe(call.duration.as_secs_f64());
        }
        // Looked up in any case, so that it stands at 0 before the first slow call.
        let slow = self.slow.get((call.dependency, call.operation));
        if call.duration > self.threshold {
            slow.inc();
        }
    }
}

impl Operation {
    /// Takes the time of a call that came to its end; one that was given up may be slow, too.
    #[inline]
    pub(super) fn end(&self, took: Duration, is_over: bool, exemplar: Option<&Exemplar<'_>>) {
        if is_over {
            self.duration.get().observe_with(took.as_secs_f64(), exemplar);
        }
        if took > self.threshold {
            self.slow.get().inc();
        }
    }

    #[inline]
    pub(super) fn count(&self, outcome: Outcome) {
        let (dependency, operation) = self.labels;
        self.requests.get(outcome, |outcome| (dependency, operation, outcome)).inc();
    }
}
