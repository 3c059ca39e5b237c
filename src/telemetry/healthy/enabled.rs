//! The service's runtime, as far as health needs it: to run the checks, and to be seen to run.

use std::sync::Arc;

use tokio::runtime::Handle;

use crate::config;
use crate::error::Error;
use crate::health::{Health, Pulse};
use crate::telemetry::Telemetry;

/// Beats on the service's runtime once one is met, and is watched from the `obskit` thread.
#[derive(Debug)]
pub(in crate::telemetry) struct Heart {
    pulse: Arc<Pulse>,
}

impl Heart {
    pub(in crate::telemetry) fn new(config: &config::Health, health: &Health) -> Self {
        Self { pulse: Arc::new(Pulse::new(config.stall_after, health)) }
    }

    pub(in crate::telemetry) fn pulse(&self) -> Arc<Pulse> {
        Arc::clone(&self.pulse)
    }

    pub(in crate::telemetry) fn stop(&self) {
        self.pulse.stop();
    }
}

impl Telemetry {
    /// Has the caller's runtime, if it is in one, run the checks that run on none, and watches that
    /// it runs. Whoever asks whether the service is well calls this first.
    ///
    /// # Errors
    ///
    /// When the `obskit` thread cannot be started, or was stopped before.
    pub(in crate::telemetry) fn meet_runtime(&self) -> Result<(), Error> {
        let healthy = &self.parts.health;
        if let Ok(handle) = Handle::try_current() {
            healthy.adopt(&handle);
            healthy.heart.pulse.beat_on(&handle);
        }
        let background = self.parts.background.get_or_start()?;
        if healthy.heart.pulse.is_first_watch() {
            let pulse = healthy.heart.pulse();
            background.spawn(|lifeline| pulse.watch(lifeline));
        }
        Ok(())
    }
}
