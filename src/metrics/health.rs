//! Health checks and probes as metrics.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::error::Error;

use super::catalog::{self, Definition};
use super::family::Family;
use super::gauge::{FloatGauge, Gauge};
use super::histogram::Histogram;
use super::label::Text;
use super::registry::Metrics;

/// The families of one registry. There are at most as many series as checks, so each has its place.
#[derive(Clone, Debug)]
pub(crate) struct HealthFamilies {
    status: Family<(Text,), Gauge>,
    duration: Family<(Text,), Histogram>,
    changed: Family<(Text,), FloatGauge>,
    failures: Family<(Text,), Gauge>,
    probes: Family<(&'static str,), Gauge>,
    /// Nothing where the runtime's metrics are switched off.
    stalled: Option<Family<(), Gauge>>,
}

impl HealthFamilies {
    /// # Errors
    ///
    /// When one of the names is taken.
    pub(crate) fn register(metrics: &Metrics) -> Result<Self, Error> {
        let by_check = |definition: &Definition| {
            metrics.gauge(definition.name, definition.help).labels(definition.labels).register()
        };
        let (duration, changed) = (&catalog::HEALTH_DURATION, &catalog::HEALTH_CHANGE);
        let (probes, stalled) = (&catalog::HEALTH_PROBE, &catalog::RUNTIME_STALLED);
        let is_collected = metrics.config().collect_runtime;
        let histogram = metrics.histogram(duration.name, duration.help);
        let change = metrics.float_gauge(changed.name, changed.help);
        Ok(Self {
            status: by_check(&catalog::HEALTH_STATUS)?,
            duration: histogram.labels(duration.labels).register()?,
            changed: change.labels(changed.labels).register()?,
            failures: by_check(&catalog::HEALTH_FAILURES)?,
            probes: metrics.gauge(probes.name, probes.help).labels(probes.labels).register()?,
            stalled: is_collected
                .then(|| metrics.gauge(stalled.name, stalled.help).register())
                .transpose()?,
        })
    }

    /// Has the series of a check exist before its first run.
    pub(crate) fn declare(&self, check: &str) {
        self.duration.reserve((check,));
        self.set(check, false, None, 0);
    }

    pub(crate) fn observe(&self, check: &str, took: Duration) {
        self.duration.reserve((check,)).observe(took.as_secs_f64());
    }

    pub(crate) fn set(
        &self,
        check: &str,
        passes: bool,
        changed: Option<SystemTime>,
        failures: u64,
    ) {
        let since = changed.and_then(|changed| changed.duration_since(UNIX_EPOCH).ok());
        self.status.reserve((check,)).set(passes.into());
        self.changed.reserve((check,)).set(since.unwrap_or_default().as_secs_f64());
        self.failures.reserve((check,)).set(i64::try_from(failures).unwrap_or(i64::MAX));
    }

    pub(crate) fn set_probe(&self, probe: &'static str, passes: bool) {
        self.probes.reserve((probe,)).set(passes.into());
    }

    pub(crate) fn set_stalled(&self, stalled: Duration) {
        if let Some(gauge) = &self.stalled {
            gauge.set(i64::try_from(stalled.as_secs()).unwrap_or(i64::MAX));
        }
    }
}
