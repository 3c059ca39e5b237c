//! Checks of real servers that are stopped, killed and back, and real probes of a service.

mod blackbox;
mod postgres;
mod redis;

use http::StatusCode;
use obskit::health::{Check, Health};
use obskit_tests::wait::wait_until;
use obskit_tests::watched::Watched;
use std::time::Duration;

const INTERVAL: Duration = Duration::from_millis(200);
const TIMEOUT: Duration = Duration::from_millis(500);

/// Registers a critical check that runs often.
fn often(health: &Health, name: &'static str, check: impl Check) -> Result<(), obskit::Error> {
    health.check(name, check).interval(INTERVAL).timeout(TIMEOUT).register()
}

/// Waits until a check passes and the service is ready, for which its other checks pass too.
async fn is_ready(service: &Watched, check: &str) {
    service.becomes(check, "pass").await;
    wait_until("the service to be ready", Duration::from_secs(20), async || {
        let status = service.status("/readyz").await;
        if status == StatusCode::OK { Ok(()) } else { Err(status) }
    })
    .await;
}

/// Waits until a check fails with these words, which no stranger reads.
async fn is_unready(service: &Watched, check: &str, words: &str) {
    let output = service.becomes(check, "fail").await;
    assert!(output.contains(words), "{output:?} is to say {words:?}");
    let page = obskit_tests::http::get(&service.url("/readyz")).await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(page.text(), r#"{"status":"fail"}"#);
}

/// How one run ends.
async fn once(check: &impl Check) -> Result<(), String> {
    let run = tokio::time::timeout(Duration::from_secs(10), check.check()).await;
    run.expect("within 10 s").map_err(|error| error.to_string())
}
