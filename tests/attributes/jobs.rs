//! Jobs: each run is a request of its own, with its metrics and its line.

use std::future::pending;
use std::time::{Duration, SystemTime};

use http::StatusCode;
use obskit::config::Clock;
use obskit::context::RequestContext;
use obskit::{instrument_endpoint, instrument_job};
use obskit_tests::lab::{Lab, field};
use obskit_tests::samples::samples;
use serde_json::{Value, json};
use std::task::{Context, Waker};
use tracing::info;

use crate::panics::{caught, caught_in, unwind};
use crate::read::{handler, job, series, telemetry, telemetry_with, value};

#[instrument_job(
    "jo_backup",
    schedule = "0 2 * * *",
    max_runtime = "1h",
    fields(tables),
    counter(jo_rows_total, "Rows", by = result.as_ref().copied().unwrap_or(0), when = success),
)]
async fn backup(clock: &Clock, tables: u32) -> Result<u32, String> {
    info!("at work");
    tokio::task::yield_now().await;
    clock.advance(Duration::from_secs(90));
    if tables == 0 {
        return Err("nothing to save".to_owned());
    }
    Ok(tables * 100)
}

fn at(time: SystemTime) -> f64 {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs_f64()
}

#[tokio::test]
async fn runs_are_counted_and_timed() {
    let clock = Clock::manual();
    let telemetry = telemetry_with(|config| config.clock = clock.clone());
    let labels = [("job", "jo_backup")];
    let last = || value::<f64>(&telemetry, "job_last_success_timestamp_seconds", &labels);
    assert!(last().abs() < 1.0, "none since the start");
    telemetry.scope(backup(&clock, 3)).await.unwrap();
    let ended = at(clock.wall());
    assert!((last() - ended).abs() < 1.0, "{} {ended}", last());
    clock.advance(Duration::from_hours(1));
    telemetry.scope(backup(&clock, 0)).await.unwrap_err();
    assert!((last() - ended).abs() < 1.0, "a failure is no success");
    job(&telemetry, "jo_backup", "success=1 server_error=1");
    assert_eq!(value::<u64>(&telemetry, "job_duration_seconds_sum", &labels), 180);
    assert_eq!(value::<u64>(&telemetry, "job_max_runtime_seconds", &labels), 3_600);
    assert_eq!(series(&telemetry, "jo_rows_total"), ["300"]);
    let buckets = samples(&telemetry, "job_duration_seconds_bucket").into_iter();
    let buckets = buckets.filter(|sample| sample.labels["job"] == "jo_backup");
    let bound = buckets.map(|sample| (sample.labels["le"].clone(), sample.value));
    let bound: Vec<_> =
        bound.filter(|(le, _)| ["60.0", "300.0", "3600.0"].contains(&&**le)).collect();
    let expected = [("60.0", 0.0), ("300.0", 2.0), ("3600.0", 2.0)];
    assert_eq!(bound, expected.map(|(le, count)| (le.to_owned(), count)));
    assert!(samples(&telemetry, "http_requests_total").is_empty());
}

/// A run has IDs of its own, and one line at its end.
#[tokio::test]
async fn a_run_is_a_request_of_its_own() {
    let clock = Clock::manual();
    let lab = Lab::new(|config| config.clock = clock.clone());
    let _entered = lab.enter();
    let ours = module_path!();
    let (work, ended) = (("info", ours, "at work"), ("info", "obskit::job", "jo_backup ended"));
    let failed = ("error", ours, "jo_backup failed");
    let mut ids = Vec::new();
    for (tables, outcome, expected) in
        [(2, "success", vec![work, ended]), (0, "server_error", vec![work, ended, failed])]
    {
        let _ = lab.telemetry.scope(backup(&clock, tables)).await;
        let mut lines = lab.lines();
        // By this clock the failure and the end are at one time.
        lines.sort_by(|one, other| field(one, "message").cmp(field(other, "message")));
        let told = |line| (field(line, "level"), field(line, "target"), field(line, "message"));
        assert_eq!(lines.iter().map(told).collect::<Vec<_>>(), expected);
        let id = |line: &Value| (line["requestId"].clone(), line["traceId"].clone());
        assert!(lines.iter().all(|line| id(line) == id(&lines[0])), "{lines:#?}");
        assert!(lines.iter().all(|line| line["endpoint"] == "jo_backup"), "{lines:#?}");
        assert_eq!(lines[0]["metadata"], json!({ "tables": tables }));
        let members = &lines[1]["metadata"];
        assert_eq!((&members["job"], &members["outcome"]), (&json!("jo_backup"), &json!(outcome)));
        assert_eq!(members["durationMs"].as_f64(), Some(90_000.0), "{members}");
        ids.push(id(&lines[0]));
    }
    assert!(ids[0].0 != ids[1].0 && ids[0].1 != ids[1].1, "{ids:?}");
    assert!(RequestContext::current().is_none());
}

#[instrument_job("jo_nested")]
async fn nested() -> (String, bool) {
    plain().await;
    let context = RequestContext::current().unwrap();
    (context.request_id().to_string(), context.parent_span_id().is_some())
}

#[instrument_endpoint(name = "jo_plain")]
async fn plain() {}

/// Within a request too a run is its own, and what it calls is the run's.
#[tokio::test]
async fn a_run_within_a_request() {
    let lab = Lab::new(|_| {});
    let (own, has_parent, around, after) = lab
        .call(|| async {
            let id = || RequestContext::current().unwrap().request_id().to_string();
            let around = id();
            let (own, has_parent) = nested().await;
            (own, has_parent, around, id())
        })
        .await;
    assert!(own != around && after == around && !has_parent, "{own} {around} {after}");
    job(&lab.telemetry, "jo_nested", "success=1");
    handler(&lab.telemetry, "jo_plain", "success=1");
}

#[instrument_job("jo_endless")]
async fn endless() {
    pending::<()>().await;
}

#[instrument_job("jo_at_once")]
fn at_once(fail: bool) -> Result<u32, String> {
    match (fail, RequestContext::current()) {
        (true, _) => Err("failed".to_owned()),
        (_, Some(context)) => Ok(u32::from(context.endpoint() == "jo_at_once")),
        (_, None) => unwind("no context"),
    }
}

#[instrument_job("jo_refused")]
async fn refused() -> StatusCode {
    StatusCode::NOT_FOUND
}

/// Nobody called, so it is nobody else's fault.
#[tokio::test]
async fn a_run_has_no_client() {
    let lab = Lab::new(|_| {});
    let _entered = lab.enter();
    lab.telemetry.scope(refused()).await;
    job(&lab.telemetry, "jo_refused", "server_error=1");
    let lines = lab.lines();
    assert_eq!(field(&lines[0], "message"), "jo_refused failed");
    assert_eq!(field(&lines[0], "level"), "error");
}

#[instrument_job("jo_panicking")]
async fn panicking() {
    unwind("out")
}

#[tokio::test]
async fn runs_that_are_dropped_or_panic() {
    let lab = Lab::new(|_| {});
    let _entered = lab.enter();
    let telemetry = &lab.telemetry;
    drop(telemetry.scope(endless()));
    job(telemetry, "jo_endless", "");
    let mut run = Box::pin(telemetry.scope(endless()));
    assert!(run.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    let in_progress = || value::<u64>(telemetry, "job_in_progress", &[("job", "jo_endless")]);
    assert_eq!(in_progress(), 1);
    drop(run);
    job(telemetry, "jo_endless", "cancelled=1");
    assert_eq!(caught_in(telemetry.scope(panicking())).await, "out");
    job(telemetry, "jo_panicking", "panic=1");
    let outcomes = |lines: Vec<Value>| -> Vec<Value> {
        lines.iter().map(|line| line["metadata"]["outcome"].clone()).collect()
    };
    assert_eq!(outcomes(lab.lines()), ["cancelled", "panic"]);
}

#[test]
fn runs_that_do_not_wait() {
    let telemetry = telemetry();
    assert_eq!(telemetry.sync_scope(|| at_once(false)), Ok(1));
    telemetry.sync_scope(|| at_once(true)).unwrap_err();
    job(&telemetry, "jo_at_once", "success=1 server_error=1");
    // Without a telemetry there is no run, and the function just runs.
    assert_eq!(caught(|| at_once(false)), "no context");
}
