//! The way of spans to a collector.

mod answers;
mod arrive;
mod bounds;
mod lifetimes;
mod outage;
mod secrets;
mod tls;

use std::time::Duration;

use obskit::Telemetry;
use obskit::config::Config;
use obskit_tests::collector::Collector;
use obskit_tests::recorded;

const PATIENCE: Duration = Duration::from_secs(10);

/// A telemetry whose spans go to a collector of its own.
async fn stage(set: impl FnOnce(&mut Config)) -> (Telemetry, Collector) {
    let collector = Collector::start().await;
    let telemetry = recorded::telemetry_with(|config| {
        collector.config(config);
        set(config);
    });
    (telemetry, collector)
}
