//! Health checks: when they run, what they come to, and what the probes say of it.

mod calls;
mod ends;
mod grpc;
mod judged;
mod lines;
mod many;
mod passive;
mod refused;
mod runs;
mod script;
mod stall;
mod told;

use obskit::Telemetry;
use obskit::config::{Clock, Config};
use obskit::health::{CheckReport, Probe, Status};
use obskit_tests::settings;
use std::time::Duration;
use tokio::time::sleep;

fn telemetry() -> Telemetry {
    telemetry_with(|_| ())
}

fn telemetry_with(set: impl FnOnce(&mut Config)) -> Telemetry {
    let mut config = settings::local();
    config.metrics.collect_process = false;
    config.metrics.collect_runtime = false;
    config.admin.addr = "127.0.0.1:0".parse().unwrap();
    set(&mut config);
    Telemetry::build(config).unwrap()
}

/// One whose time is moved by the test.
fn with_clock() -> (Telemetry, Clock) {
    let clock = Clock::manual();
    (telemetry_with(|config| config.clock = clock.clone()), clock)
}

/// What a check has come to.
fn found(telemetry: &Telemetry, name: &str) -> CheckReport {
    let checks = telemetry.health().report(Probe::Ready).checks;
    checks.into_iter().find(|check| check.name == name).unwrap()
}

/// Its status and why.
fn verdict(telemetry: &Telemetry, name: &str) -> (Status, String) {
    let CheckReport { status, output, .. } = found(telemetry, name);
    (status, output.as_deref().unwrap_or_default().to_owned())
}

fn failed(why: &str) -> (Status, String) {
    (Status::Fail, why.to_owned())
}

fn passed() -> (Status, String) {
    (Status::Pass, String::new())
}

/// What liveness, readiness and start-up say.
fn probes(telemetry: &Telemetry) -> [Status; 3] {
    [Probe::Live, Probe::Ready, Probe::Startup].map(|probe| telemetry.health().status(probe))
}

/// Lets paused time pass: what is due meanwhile has happened after it, as nothing else is awaited.
async fn pass(time: Duration) {
    sleep(time).await;
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}
