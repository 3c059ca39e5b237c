//! The way of reports to Sentry.

use std::time::Duration;

use obskit::Telemetry;
use obskit::config::Config;
use obskit_tests::recorded;
use obskit_tests::sentry::Sentry;

pub const PATIENCE: Duration = Duration::from_secs(20);

/// A telemetry that sends every failure to a Sentry of its own, however many are alike.
pub async fn stage(set: impl FnOnce(&mut Config)) -> (Telemetry, Sentry) {
    let sentry = Sentry::start().await;
    let telemetry = telemetry(&sentry, set);
    (telemetry, sentry)
}

pub fn telemetry(sentry: &Sentry, set: impl FnOnce(&mut Config)) -> Telemetry {
    recorded::telemetry_with(|config| {
        sentry.config(config);
        config.reports.limit = 0;
        set(config);
    })
}
