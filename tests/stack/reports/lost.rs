//! Bugsink is killed and back: what was made, delivered and lost adds up to the last report.

use http::{Request, Response, StatusCode};
use obskit::Telemetry;
use obskit_tests::bugsink::Bugsink;
use obskit_tests::exported::Sums;
use obskit_tests::settings;
use obskit_tests::wait::wait_until;
use std::convert::Infallible;
use std::time::Duration;
use tower::{Layer, ServiceExt, service_fn};

/// Failures in each part of a test.
const SOME: u64 = 50;
/// A server that was gone is asked again after 30 s at most.
const PATIENCE: Duration = Duration::from_mins(3);

#[tokio::test]
async fn one_that_is_killed_and_back_loses_nothing_that_fits() {
    let mut bugsink = Bugsink::start().await;
    let telemetry = start(&bugsink, 10_000);
    fail(&telemetry).await;
    arrived(&bugsink, SOME).await;
    bugsink.daemon.kill();
    fail(&telemetry).await;
    bugsink.start_again().await;
    fail(&telemetry).await;
    assert!(telemetry.flush(PATIENCE));
    assert_eq!(Sums::of(&telemetry, "report"), Sums::new(3 * SOME, 3 * SOME, &[]));
    arrived(&bugsink, 3 * SOME).await;
}

#[tokio::test]
async fn one_that_is_killed_loses_what_the_queue_cannot_hold() {
    let mut bugsink = Bugsink::start().await;
    let telemetry = start(&bugsink, 10);
    bugsink.daemon.kill();
    fail(&telemetry).await;
    bugsink.start_again().await;
    assert!(telemetry.flush(PATIENCE));
    let sums = Sums::of(&telemetry, "report");
    assert!(sums.dropped["full"] > 0, "{sums:?}");
    assert_eq!((sums.accepted, sums.waiting()), (SOME, 0), "{sums:?}");
    assert_eq!(sums.lost(), sums.dropped["full"], "{sums:?}");
    arrived(&bugsink, sums.delivered).await;
}

/// Every failure is a report, though they are all alike.
fn start(bugsink: &Bugsink, queue: usize) -> Telemetry {
    let mut config = settings::local();
    config.reports.dsn = Some(bugsink.dsn().parse().unwrap());
    config.reports.limit = 0;
    config.reports.sessions = false;
    config.reports.traces_sample_rate = 0.0;
    config.reports.queue_size = queue;
    Telemetry::build(config).unwrap()
}

async fn fail(telemetry: &Telemetry) {
    let service = telemetry.layer().layer(service_fn(async |_: Request<String>| {
        let mut answer = Response::new(String::new());
        *answer.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        Ok::<_, Infallible>(answer)
    }));
    for _ in 0..SOME {
        let request = Request::get("/users/1").body(String::new()).unwrap();
        drop(service.clone().oneshot(request).await.unwrap());
    }
}

async fn arrived(bugsink: &Bugsink, count: u64) {
    wait_until("the reports", PATIENCE, async || {
        let stored = bugsink.stored().await? as u64;
        if stored == count { Ok(()) } else { Err(stored.to_string()) }
    })
    .await;
}
