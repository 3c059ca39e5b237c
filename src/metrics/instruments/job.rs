//! The families of instrumented jobs.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use crate::config::Clock;
use crate::context::Outcome;
use crate::error::Error;
use crate::metrics::catalog;
use crate::metrics::declaration::{Declaration, Role};
use crate::metrics::family::Family;
use crate::metrics::gauge::FloatGauge;
use crate::metrics::red::LIFETIMES;
use crate::metrics::registry::Metrics;

use super::agreement::Agreement;
use super::bounds;
use super::placed::Placed;
use super::work::{Definitions, Work, Works};

/// The jobs of one registry.
pub(super) struct Jobs {
    works: Works,
    last_success: Family<(&'static str,), FloatGauge>,
    clock: Clock,
}

/// The jobs of one name.
pub(super) struct Job {
    work: Arc<Work>,
    last_success: Placed<(&'static str,), FloatGauge>,
    clock: Clock,
}

const DEFINITIONS: Definitions = Definitions {
    calls: &catalog::JOB_RUNS,
    duration: &catalog::JOB_DURATION,
    running: &catalog::JOB_IN_PROGRESS,
};
const OUTCOMES: [Outcome; 4] =
    [Outcome::Success, Outcome::ServerError, Outcome::Cancelled, Outcome::Panicked];
const MAX_RUNTIME: Agreement<Duration> = Agreement {
    role: Role::Job,
    what: "max_runtime",
    of: |declaration| declaration.max_runtime,
    text: |time| format!("{time:?}"),
};
const SCHEDULE: Agreement<&'static str> = Agreement {
    role: Role::Job,
    what: "schedule",
    of: |declaration| declaration.schedule,
    text: |schedule| format!("{schedule:?}"),
};

impl Jobs {
    pub(super) fn register(
        metrics: &Metrics,
        declarations: &[&'static Declaration],
    ) -> Result<Self, Error> {
        SCHEDULE.reach(declarations)?;
        let longest = MAX_RUNTIME.reach(declarations)?;
        let max_runtime = &catalog::JOB_MAX_RUNTIME;
        let gauge = metrics.float_gauge(max_runtime.name, max_runtime.help);
        let max_runtime: Family<(&'static str,), _> =
            gauge.labels(max_runtime.labels).register()?;
        for (job, time) in longest {
            max_runtime.reserve((job,)).set(time.as_secs_f64());
        }
        let bounds =
            bounds::with_marks(DEFINITIONS.duration, &LIFETIMES, declarations, MAX_RUNTIME.of)?;
        let last = &catalog::JOB_LAST_SUCCESS;
        Ok(Self {
            works: Works::register(metrics, &DEFINITIONS, bounds, &OUTCOMES)?,
            last_success: metrics
                .float_gauge(last.name, last.help)
                .labels(last.labels)
                .register()?,
            clock: metrics.clock().clone(),
        })
    }

    /// The jobs of this name, whose series exist from now on.
    pub(super) fn named(&mut self, name: &'static str) -> Job {
        let Self { works, last_success, clock } = self;
        let last_success = Placed::new(last_success, (name,));
        Job { work: works.named(name), last_success, clock: clock.clone() }
    }

    /// Has each scrape see how many run.
    pub(super) fn watch(self, metrics: &Metrics) {
        self.works.watch(metrics);
    }
}

impl Job {
    pub(super) fn work(&self) -> &Work {
        &self.work
    }

    pub(super) fn count(&self, outcome: Outcome) {
        self.work.count(outcome);
        if outcome == Outcome::Success {
            let now = self.clock.wall().duration_since(UNIX_EPOCH).unwrap_or_default();
            self.last_success.get().set(now.as_secs_f64());
        }
    }
}
