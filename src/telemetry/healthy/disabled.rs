//! Without the feature `tokio` no runtime is known.

use std::time::Duration;

use crate::config;
use crate::health::Health;

/// No heart.
#[derive(Clone, Debug)]
pub(in crate::telemetry) struct Heart;

impl Heart {
    pub(in crate::telemetry) fn new(_: &config::Health, _: &Health) -> Self {
        Self
    }

    pub(in crate::telemetry) fn pulse(&self) -> Self {
        self.clone()
    }

    #[expect(clippy::unused_self, reason = "the twin has something to stop")]
    pub(in crate::telemetry) fn stop(&self) {}

    #[expect(clippy::unused_self, reason = "the twin knows")]
    pub(in crate::telemetry) fn missed(&self) -> Duration {
        Duration::ZERO
    }
}
