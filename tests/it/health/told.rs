//! Who is told what: metrics, strangers, and reasons without secrets (H6, H8).

use super::script::{Script, Then};
use super::{found, millis, pass, seconds, telemetry, verdict, with_clock};
use obskit::Telemetry;
use obskit_tests::http;
use obskit_tests::samples::samples;
use std::error::Error;
use std::fmt;
use std::time::UNIX_EPOCH;

fn value(telemetry: &Telemetry, name: &str, label: &str) -> f64 {
    let found = samples(telemetry, name);
    let of = found.iter().find(|sample| sample.labels.values().any(|value| value == label));
    of.unwrap_or_else(|| panic!("{name} of {label:?} in {found:?}")).value
}

/// As it reads to the millisecond.
fn text(value: f64) -> String {
    format!("{value:.3}")
}

/// The status, last change, failures and runs of `db`.
fn figures(telemetry: &Telemetry) -> [String; 4] {
    [
        "health_check_status",
        "health_check_last_change_timestamp_seconds",
        "health_check_consecutive_failures",
        "health_check_duration_seconds_count",
    ]
    .map(|name| text(value(telemetry, name, "db")))
}

#[tokio::test(start_paused = true)]
async fn checks_are_metrics_from_the_first_scrape() {
    let (telemetry, clock) = with_clock();
    let check = Script::new(Then::Pass);
    telemetry.health().critical("db", check.clone()).unwrap();
    let start = clock.wall().duration_since(UNIX_EPOCH).unwrap().as_secs_f64();
    assert_eq!(figures(&telemetry), ["0.000"; 4]);
    pass(millis(1)).await;
    assert_eq!(figures(&telemetry), ["1.000", &text(start), "0.000", "1.000"]);
    check.set(Then::Fail("down"));
    clock.advance(seconds(20));
    // Tried again after 1 s, 2 s, 4 s, 8 s.
    pass(seconds(30)).await;
    let [status, changed, failures, runs] = figures(&telemetry);
    assert_eq!((&*status, changed), ("0.000", text(start + 20.0)));
    assert_eq!((&*failures, &*runs), ("5.000", "6.000"));
    check.set(Then::Pass);
    clock.advance(seconds(20));
    pass(seconds(12)).await;
    assert_eq!(figures(&telemetry)[..3], ["1.000", &text(start + 40.0), "0.000"]);
}

#[tokio::test(start_paused = true)]
async fn runs_take_their_time_in_the_metrics() {
    let (telemetry, clock) = with_clock();
    let slow = clock.clone();
    let check = move || {
        slow.advance(millis(300));
        async { Ok::<_, String>(()) }
    };
    telemetry.health().critical("db", check).unwrap();
    pass(millis(1)).await;
    let sum = value(&telemetry, "health_check_duration_seconds_sum", "db");
    assert!((sum - 0.3).abs() < 1e-6, "{sum}");
    assert_eq!(found(&telemetry, "db").took, Some(millis(300)));
}

#[tokio::test(start_paused = true)]
async fn probes_are_metrics_too() {
    let telemetry = telemetry();
    let gate = Script::new(Then::Fail("cold"));
    telemetry.health().gate("cache", gate.clone()).unwrap();
    let probe = |of| text(value(&telemetry, "health_probe_status", of));
    let probes = || ["live", "ready", "startup"].map(probe);
    assert_eq!(probes(), ["1.000", "0.000", "0.000"]);
    gate.set(Then::Pass);
    pass(seconds(3)).await;
    assert_eq!(probes(), ["1.000"; 3]);
}

/// H6: why it fails is nobody else's business.
#[tokio::test]
async fn strangers_learn_the_status_alone() {
    for then in [Then::Fail("10.0.0.7 refused admin"), Then::Panic("10.0.0.7 refused admin")] {
        let telemetry = telemetry();
        telemetry.health().critical("db", Script::new(then)).unwrap();
        let addr = telemetry.serve_admin().await.unwrap();
        let reply = http::get(&format!("http://{addr}/readyz")).await;
        assert_eq!((reply.status.as_u16(), reply.text()), (503, r#"{"status":"fail"}"#));
    }
}

/// An error whose cause says more.
#[derive(Debug)]
struct Chained(&'static str, Option<Box<Chained>>);

impl fmt::Display for Chained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Error for Chained {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.1.as_deref().map(|cause| cause as _)
    }
}

async fn output(error: impl Fn() -> Chained + Send + Sync + 'static) -> String {
    let telemetry = telemetry();
    let check = move || std::future::ready(Err::<(), _>(error()));
    telemetry.health().critical("db", check).unwrap();
    pass(millis(1)).await;
    verdict(&telemetry, "db").1
}

#[tokio::test(start_paused = true)]
async fn reasons_name_their_causes_without_secrets() {
    let cause = || Chained("postgres://app:hunter2@db/orders refused", None);
    let output = output(move || Chained("no connection", Some(Box::new(cause())))).await;
    assert!(output.starts_with("no connection: postgres://"), "{output}");
    assert!(!output.contains("hunter2") && output.contains("refused"), "{output}");
}

#[tokio::test(start_paused = true)]
async fn reasons_have_an_end() {
    let long: &'static str = "ä".repeat(1 << 20).leak();
    let output = output(move || Chained(long, None)).await;
    assert_eq!(output.len(), 1_024);
    assert!(output.chars().all(|character| character == 'ä'));
}

/// No cut leaves half a secret that is no longer known for one.
#[tokio::test(start_paused = true)]
async fn a_secret_at_the_end_is_hidden_before_it_is_cut() {
    let padding = "a ".repeat(505);
    let text: &'static str = format!("{padding}password=hunter2hunter2hunter2").leak();
    let output = output(move || Chained(text, None)).await;
    assert!(!output.contains("hunter"), "{output}");
}
