//! The health of one telemetry, as its metrics show it.

#[cfg(not(feature = "tokio"))]
#[path = "healthy/disabled.rs"]
mod runtime;
#[cfg(feature = "tokio")]
#[path = "healthy/enabled.rs"]
mod runtime;

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use crate::config::Config;
use crate::error::Error;
use crate::health::{Health, Observe, Probe, Status};
use crate::metrics::{HealthFamilies, Metrics};
use crate::redaction::Redactor;

use runtime::Heart;

/// Its checks end with it, although others may still hold what they came to.
pub(super) struct Healthy {
    health: Health,
    heart: Heart,
}

/// Tells the metrics of runs.
struct Observer(HealthFamilies);

impl Healthy {
    /// # Errors
    ///
    /// When the name of a metric is taken.
    pub(super) fn new(
        config: &Config,
        metrics: &Metrics,
        redactor: Arc<Redactor>,
    ) -> Result<Self, Error> {
        let health = Health::new(&config.clock, redactor);
        let families = HealthFamilies::register(metrics)?;
        health.observe(Observer(families.clone()));
        let heart = Heart::new(&config.health, &health);
        let (shown, pulse) = (health.clone(), heart.pulse());
        metrics.before_scrape(move || {
            show(&shown, &families);
            families.set_stalled(pulse.missed());
        });
        Ok(Self { health, heart })
    }
}

impl Healthy {
    /// Ends every check and the heartbeat for good.
    pub(super) fn stop(&self) {
        self.health.stop();
        self.heart.stop();
    }
}

impl Deref for Healthy {
    type Target = Health;

    fn deref(&self) -> &Health {
        &self.health
    }
}

impl Drop for Healthy {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Observe for Observer {
    fn added(&self, check: &str) {
        self.0.declare(check);
    }

    fn ran(&self, check: &str, took: Duration) {
        self.0.observe(check, took);
    }
}

fn show(health: &Health, families: &HealthFamilies) {
    for check in health.checks() {
        let passes = check.status == Status::Pass;
        families.set(&check.name, passes, check.changed, check.consecutive_failures);
    }
    for probe in Probe::ALL {
        let passes = health.status(probe) != Status::Fail;
        families.set_probe(probe.as_str(), passes);
    }
}
