//! Calls to databases, caches and services: by operation, with what is slow, and their pools.

use std::time::Duration;

use obskit::config::Clock;
use obskit::context::Outcome;
use obskit::{Classify, instrument_dependency};
use obskit_tests::lab::Lab;

use crate::read::{dependency, series, summary, telemetry, telemetry_with, told, value};

struct Judged(Outcome);

impl Classify for Judged {
    fn classify(&self) -> Outcome {
        self.0
    }
}

struct Store;

#[expect(clippy::unused_self, reason = "they are methods, as a store's are")]
impl Store {
    #[instrument_dependency("dp_postgres")]
    async fn get_workout(&self, outcome: Outcome) -> Result<u32, Judged> {
        if outcome == Outcome::Success { Ok(1) } else { Err(Judged(outcome)) }
    }

    #[instrument_dependency("dp_postgres", operation = "SELECT sets", slow = "200ms")]
    async fn sets(&self, clock: &Clock, millis: u64) {
        clock.advance(Duration::from_millis(millis));
    }

    #[instrument_dependency("dp_redis", operation = "GET", report = errors)]
    fn cached(&self, key: &str) -> Result<Option<u32>, String> {
        if key.is_empty() { Err("no key".to_owned()) } else { Ok(key.parse().ok()) }
    }

    #[instrument_dependency("dp_redis", operation = "SET")]
    fn silent(&self) -> Result<(), String> {
        Err("refused".to_owned())
    }
}

#[tokio::test]
async fn calls_by_operation() {
    let telemetry = telemetry();
    for outcome in [Outcome::Success, Outcome::ClientError, Outcome::ServerError] {
        let _ = telemetry.scope(Store.get_workout(outcome)).await;
    }
    dependency(&telemetry, "dp_postgres", "get_workout", "success=1 client_error=1 server_error=1");
    dependency(&telemetry, "dp_postgres", "SELECT sets", "");
}

#[tokio::test]
async fn slow_calls_are_counted() {
    let clock = Clock::manual();
    let telemetry = telemetry_with(|config| {
        config.clock = clock.clone();
        config.metrics.slow_dependency = Duration::from_secs(3);
    });
    for millis in [100, 300, 4_000] {
        telemetry.scope(Store.sets(&clock, millis)).await;
    }
    let slow = |name| {
        let labels = [("dependency", "dp_postgres"), ("operation", name)];
        value::<u64>(&telemetry, "dependency_slow_total", &labels)
    };
    assert_eq!((slow("SELECT sets"), slow("get_workout")), (2, 0));
    let labels = [("dependency", "dp_postgres"), ("operation", "SELECT sets")];
    let sum: f64 = value(&telemetry, "dependency_request_duration_seconds_sum", &labels);
    assert!((sum - 4.4).abs() < 1e-9, "{sum}");
}

/// The function around it tells of a failure, unless the dependency is asked to.
#[test]
fn failures_are_told_where_asked_for() {
    let lab = Lab::new(|_| {});
    let _entered = lab.enter();
    lab.telemetry.sync_scope(|| {
        assert_eq!(Store.cached("7"), Ok(Some(7)));
        Store.silent().unwrap_err();
        Store.cached("").unwrap_err();
    });
    let lines = told(&lab, module_path!());
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!(summary(&lines[0]), "error dp_redis GET failed no key");
    dependency(&lab.telemetry, "dp_redis", "GET", "success=1 server_error=1");
    dependency(&lab.telemetry, "dp_redis", "SET", "server_error=1");
    assert!(series(&lab.telemetry, "http_requests_total").is_empty());
}
