//! Calls to databases, caches and other services.

use std::time::Duration;

use crate::context::{Call, Outcome, RecordCall};
use crate::error::Error;

use super::catalog;
use super::counter::Counter;
use super::family::Family;
use super::histogram::Histogram;
use super::registry::Metrics;

/// The dependency families of one registry.
#[derive(Debug)]
pub(crate) struct Dependencies {
    requests: Family<(&'static str, &'static str, Outcome), Counter>,
    duration: Family<(&'static str, &'static str), Histogram>,
    slow: Family<(&'static str, &'static str), Counter>,
    threshold: Duration,
}

impl Dependencies {
    pub(crate) fn register(metrics: &Metrics) -> Result<Self, Error> {
        let requests = &catalog::DEPENDENCY_REQUESTS;
        let duration = &catalog::DEPENDENCY_DURATION;
        let slow = &catalog::DEPENDENCY_SLOW;
        let counter = metrics.counter(requests.name, requests.help);
        let histogram = metrics.histogram(duration.name, duration.help);
        Ok(Self {
            requests: counter.labels(requests.labels).register()?,
            duration: histogram.labels(duration.labels).register()?,
            slow: metrics.counter(slow.name, slow.help).labels(slow.labels).register()?,
            threshold: metrics.config().slow_dependency,
        })
    }
}

impl RecordCall for Dependencies {
    fn record(&self, call: &Call) {
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
