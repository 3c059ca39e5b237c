//! A runtime that stands still, as the operator sees it.

use super::{seconds, telemetry_with};
use obskit::Telemetry;
use obskit::config::Config;
use obskit_tests::http;
use obskit_tests::samples::samples;
use obskit_tests::wait::wait_until;
use std::sync::mpsc::{Sender, channel};
use tokio::runtime::{Builder, Runtime};

/// The service's runtime, with one thread to block.
fn service() -> Runtime {
    Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

/// A telemetry of that service, and where it is served.
async fn served(service: &Runtime, set: impl FnOnce(&mut Config)) -> (Telemetry, String) {
    let telemetry = telemetry_with(|config| {
        config.metrics.collect_runtime = true;
        config.health.stall_after = Some(seconds(1));
        set(config);
    });
    let serving = telemetry.clone();
    let serve = async move { serving.serve_admin().await.unwrap() };
    let addr = service.spawn(serve).await.unwrap();
    (telemetry, format!("http://{addr}"))
}

/// Blocks the service's only thread until the answer is dropped.
fn block(service: &Runtime) -> Sender<()> {
    let (release, released) = channel::<()>();
    service.spawn(async move {
        let _ = released.recv();
    });
    release
}

/// Until the operator is told so of liveness.
async fn until(url: &str, status: u16) {
    let url = format!("{url}/livez");
    wait_until(&format!("{status} of {url}"), seconds(20), async || {
        let found = http::get(&url).await.status.as_u16();
        if found == status { Ok(()) } else { Err(found) }
    })
    .await;
}

/// Until the runtime has been seen to run, so that its silence means something.
async fn until_it_beats() {
    tokio::time::sleep(seconds(2)).await;
}

fn silence(telemetry: &Telemetry) -> f64 {
    samples(telemetry, "runtime_stalled_seconds")[0].value
}

#[tokio::test]
async fn liveness_fails_while_the_runtime_runs_nothing() {
    let service = service();
    let (telemetry, url) = served(&service, |_| ()).await;
    until_it_beats().await;
    assert_eq!(http::get(&format!("{url}/livez")).await.status, 200);
    let release = block(&service);
    until(&url, 503).await;
    assert_eq!(http::get(&format!("{url}/readyz")).await.status, 503);
    assert!(silence(&telemetry) >= 1.0);
    drop(release);
    until(&url, 200).await;
    assert_eq!(http::get(&format!("{url}/readyz")).await.status, 200);
    assert!(silence(&telemetry) < 1.0);
    service.shutdown_background();
}

/// It is asked from elsewhere, so it needs no timers, and no panic says that it has none.
#[tokio::test]
async fn a_runtime_without_timers_is_watched_too() {
    let service = Builder::new_multi_thread().worker_threads(1).build().unwrap();
    let (_telemetry, url) = served(&service, |_| ()).await;
    until_it_beats().await;
    let release = block(&service);
    until(&url, 503).await;
    drop(release);
    until(&url, 200).await;
    service.shutdown_background();
}

#[tokio::test]
async fn a_runtime_that_has_ended_has_not_stalled() {
    let service = service();
    let (telemetry, url) = served(&service, |_| ()).await;
    until_it_beats().await;
    let release = block(&service);
    until(&url, 503).await;
    drop(release);
    service.shutdown_background();
    until(&url, 200).await;
    assert!(silence(&telemetry) < 1.0);
}

#[tokio::test]
async fn a_service_on_its_way_down_is_left_to_end() {
    let service = service();
    let (telemetry, url) = served(&service, |_| ()).await;
    until_it_beats().await;
    let release = block(&service);
    until(&url, 503).await;
    telemetry.shutdown_signal().unwrap().trigger();
    assert_eq!(http::get(&format!("{url}/livez")).await.status, 200);
    drop(release);
    service.shutdown_background();
}

#[tokio::test]
async fn it_can_be_switched_off() {
    let service = service();
    let (telemetry, url) = served(&service, |config| config.health.stall_after = None).await;
    until_it_beats().await;
    let release = block(&service);
    tokio::time::sleep(seconds(2)).await;
    assert_eq!(http::get(&format!("{url}/livez")).await.status, 200);
    assert!(silence(&telemetry) < 1.0);
    drop(release);
    service.shutdown_background();
}
