//! Health checks as the doctor sees them.

use super::check;
use obskit::Telemetry;
use obskit::config::Config;
use obskit::telemetry::Severity::{Failure, Ok, Warning};

#[tokio::test]
async fn checks_run_and_pass() {
    let telemetry = Telemetry::build(Config::default()).unwrap();
    assert_eq!(telemetry.doctor().await.finding("health_checks"), None);
    let queue = telemetry.health().passive("queue").register().unwrap();
    let cache = telemetry.health().passive("cache").optional().register().unwrap();
    cache.pass();
    let found = check(&telemetry.doctor().await, "health_checks", Warning, "queue has not run");
    assert!(!found.message.contains("cache"), "{found:?}");

    queue.pass();
    check(&telemetry.doctor().await, "health_checks", Ok, "2");
    cache.fail("the secret reason");
    let found = check(&telemetry.doctor().await, "health_checks", Warning, "cache fails");
    assert!(!format!("{found:?}").contains("secret reason"), "{found:?}");
    queue.fail("gone");
    let diagnosis = telemetry.doctor().await;
    check(&diagnosis, "health_checks", Failure, "queue fails; cache fails");
    assert!(!diagnosis.is_healthy());
}
