//! Calls to databases, caches and other services.

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
}

impl Dependencies {
    pub(crate) fn register(metrics: &Metrics) -> Result<Self, Error> {
        let requests = &catalog::DEPENDENCY_REQUESTS;
        let duration = &catalog::DEPENDENCY_DURATION;
        let counter = metrics.counter(requests.name, requests.help);
        let histogram = metrics.histogram(duration.name, duration.help);
        Ok(Self {
            requests: counter.labels(requests.labels).register()?,
            duration: histogram.labels(duration.labels).register()?,
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
    }
}
