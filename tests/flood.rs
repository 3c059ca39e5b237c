//! A hundred thousand requests fail while nobody takes their reports, in a process of their own,
//! whose memory is looked at: they are answered as fast as before, memory stays what it was, and
//! what became of each report is counted.

use http::{Request, Response, StatusCode};
use obskit::Telemetry;
use obskit_tests::exported::Sums;
use obskit_tests::lab::dispatch;
use obskit_tests::sentry::Sentry;
use obskit_tests::settings;
use std::convert::Infallible;
use std::fs;
use std::time::{Duration, Instant};
use tower::{Layer, ServiceExt, service_fn};
use tracing::{Dispatch, dispatcher, error, info};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry;

/// While reports are taken.
const BEFORE: u64 = 2_000;
/// Until all that fills itself is full: queues, breadcrumbs, what the allocator keeps.
const FIRST: u64 = 10_000;
const REST: u64 = 40_000;
/// Memory may grow by so many KiB, which is a tenth of what one KiB a failure would make.
const GROWTH: u64 = 4_096;
const SLOWER: u32 = 2;

#[tokio::test]
async fn nobody_notices() {
    // Of those alike ten a minute are reported, the others counted.
    let sums = flood(10).await;
    assert!((10..=100).contains(&sums.accepted), "{sums:?}");
    assert_eq!(sums.accepted + sums.dropped["flood"], BEFORE + FIRST + REST, "{sums:?}");
    // Each is reported, and most find the queue full.
    let sums = flood(0).await;
    assert_eq!(sums.accepted, BEFORE + FIRST + REST, "{sums:?}");
    assert!(sums.dropped["full"] > REST, "{sums:?}");
}

/// What became of the reports, of which none waits any more.
async fn flood(limit: u32) -> Sums {
    let sentry = Sentry::start().await;
    let mut config = settings::local();
    sentry.config(&mut config);
    config.reports.limit = limit;
    config.logs.directives = Some("off".to_owned());
    config.logs.access.enabled = false;
    let telemetry = Telemetry::build(config).unwrap();
    let (layer, levels) = (telemetry.tracing_layer().unwrap(), telemetry.levels().clone());
    let subscriber = dispatch(registry().with(layer).with(levels));

    let before = fail(&telemetry, &subscriber, BEFORE).await;
    assert!(telemetry.flush(Duration::from_secs(10)));
    drop(sentry);
    fail(&telemetry, &subscriber, FIRST).await;
    let memory = resident();
    let after = fail(&telemetry, &subscriber, REST).await;
    let grown = resident().saturating_sub(memory);
    assert!(grown < GROWTH, "{grown} KiB more than {memory}");
    assert!(after < SLOWER * before, "{after:?} each, {before:?} before");

    let report = telemetry.shutdown(Duration::from_secs(5)).await.unwrap();
    let sums = Sums::of(&telemetry, "report");
    assert_eq!(sums.waiting(), 0, "{sums:?}: {report}");
    sums
}

/// Has so many requests fail, each with an error that is told; how long half of them took at most.
async fn fail(telemetry: &Telemetry, subscriber: &Dispatch, count: u64) -> Duration {
    let _entered = dispatcher::set_default(subscriber);
    let service = telemetry.layer().layer(service_fn(async |_: Request<String>| {
        info!("about to fail");
        error!(error = &std::fmt::Error as &dyn std::error::Error, "it failed");
        let mut answer = Response::new(String::new());
        *answer.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        Ok::<_, Infallible>(answer)
    }));
    let mut took = Vec::new();
    for _ in 0..count {
        let request = Request::get("/users/1").body(String::new()).unwrap();
        let begun = Instant::now();
        drop(service.clone().oneshot(request).await.unwrap());
        took.push(begun.elapsed());
    }
    took.sort_unstable();
    took[took.len() / 2]
}

/// In KiB.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
