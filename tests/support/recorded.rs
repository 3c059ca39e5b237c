//! What is recorded of instrumented functions, read from the exposition; and what calls them.

use std::collections::BTreeMap;
use std::str::FromStr;

use axum::Router;
use axum::body::Body;
use http::Request;
use http_body_util::BodyExt;
use obskit::Telemetry;
use obskit::config::Config;
use serde_json::Value;
use tower::ServiceExt;

use crate::http::Reply;
use crate::lab::{Lab, field};
use crate::samples::samples;
use crate::settings;

/// Without the families that a test would have to look past.
pub fn telemetry() -> Telemetry {
    telemetry_with(|_| ())
}

pub fn telemetry_with(set: impl FnOnce(&mut Config)) -> Telemetry {
    let mut config = settings::local();
    config.metrics.collect_process = false;
    config.metrics.collect_runtime = false;
    set(&mut config);
    Telemetry::build(config).unwrap()
}

/// The families of one attribute.
struct Families {
    calls: &'static str,
    duration: &'static str,
    under_way: Option<&'static str>,
    outcomes: &'static [&'static str],
}

const HANDLERS: Families = Families {
    calls: "handler_calls_total",
    duration: "handler_duration_seconds_count",
    under_way: Some("handler_in_flight"),
    outcomes: &["success", "client_error", "server_error", "cancelled", "panic"],
};
const DEPENDENCIES: Families = Families {
    calls: "dependency_requests_total",
    duration: "dependency_request_duration_seconds_count",
    under_way: None,
    outcomes: HANDLERS.outcomes,
};
const JOBS: Families = Families {
    calls: "job_runs_total",
    duration: "job_duration_seconds_count",
    under_way: Some("job_in_progress"),
    outcomes: &["success", "server_error", "cancelled", "panic"],
};

/// Asserts that a handler's calls came to `expected`, such as `success=1 panic=2`: each other
/// outcome stands at 0, each call that was not cancelled was timed, and none is under way.
#[track_caller]
pub fn handler(telemetry: &Telemetry, name: &str, expected: &str) {
    check(telemetry, &HANDLERS, &[("handler", name)], expected);
}

/// The same of a job's runs.
#[track_caller]
pub fn job(telemetry: &Telemetry, name: &str, expected: &str) {
    check(telemetry, &JOBS, &[("job", name)], expected);
}

/// The same of calls to a dependency.
#[track_caller]
pub fn dependency(telemetry: &Telemetry, name: &str, operation: &str, expected: &str) {
    let labels = [("dependency", name), ("operation", operation)];
    check(telemetry, &DEPENDENCIES, &labels, expected);
}

#[track_caller]
fn check(telemetry: &Telemetry, families: &Families, labels: &[(&str, &str)], expected: &str) {
    let found = samples(telemetry, families.calls).into_iter();
    let found = found.filter(|sample| has(&sample.labels, labels));
    let mut outcomes: BTreeMap<_, _> =
        found.map(|sample| (sample.labels["outcome"].clone(), whole(sample.value))).collect();
    let mut told = Vec::new();
    let mut timed = 0;
    for outcome in families.outcomes {
        let calls = outcomes.remove(*outcome);
        let calls = calls.unwrap_or_else(|| panic!("{labels:?} has no series of {outcome}"));
        if calls > 0 {
            told.push(format!("{outcome}={calls}"));
        }
        timed += if *outcome == "cancelled" { 0 } else { calls };
    }
    assert!(outcomes.is_empty(), "{labels:?} {outcomes:?}");
    assert_eq!(told.join(" "), expected, "{labels:?}");
    assert_eq!(value::<u64>(telemetry, families.duration, labels), timed, "{labels:?} timed");
    if let Some(under_way) = families.under_way {
        assert_eq!(value::<i64>(telemetry, under_way, labels), 0, "{labels:?} under way");
    }
}

/// How many calls of a handler are under way.
#[track_caller]
pub fn in_flight(telemetry: &Telemetry, name: &str) -> i64 {
    value(telemetry, "handler_in_flight", &[("handler", name)])
}

/// The one sample of a name that has these labels.
#[track_caller]
pub fn value<N: FromStr>(telemetry: &Telemetry, name: &str, labels: &[(&str, &str)]) -> N {
    let found = samples(telemetry, name).into_iter();
    let found: Vec<_> = found.filter(|sample| has(&sample.labels, labels)).collect();
    assert_eq!(found.len(), 1, "{name} {labels:?}: {found:?}");
    let value = found[0].value;
    value.to_string().parse().unwrap_or_else(|_| panic!("{name} {labels:?} is {value}"))
}

/// All samples of a metric of one's own, as `squat,true=2`; just the number where it has no labels.
pub fn series(telemetry: &Telemetry, name: &str) -> Vec<String> {
    let told = samples(telemetry, name).into_iter().map(|sample| {
        let values: Vec<_> = sample.labels.values().map(String::as_str).collect();
        let equals = if values.is_empty() { "" } else { "=" };
        format!("{}{equals}{}", values.join(","), sample.value)
    });
    told.collect()
}

fn whole(value: f64) -> u64 {
    value.to_string().parse().unwrap_or_else(|_| panic!("{value} is no count"))
}

fn has(labels: &BTreeMap<String, String>, wanted: &[(&str, &str)]) -> bool {
    wanted.iter().all(|(name, value)| labels.get(*name).is_some_and(|found| found == value))
}

/// The whole answer of a router behind the telemetry's layer.
pub async fn ask(telemetry: &Telemetry, router: &Router, request: Request<Body>) -> Reply {
    let service = router.clone().layer(telemetry.layer());
    let (head, body) = service.oneshot(request).await.unwrap().into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Reply { status: head.status, headers: head.headers, body }
}

pub fn get(uri: &str) -> Request<Body> {
    Request::get(uri).body(Body::empty()).unwrap()
}

/// A POST of JSON.
pub fn post(uri: &str, json: &Value) -> Request<Body> {
    let request = Request::post(uri).header("content-type", "application/json");
    request.body(Body::from(json.to_string())).unwrap()
}

/// The lines with `target`, a module of instrumented functions.
pub fn told(lab: &Lab, target: &str) -> Vec<Value> {
    let mut lines = lab.lines();
    lines.retain(|line| line["target"] == target);
    lines
}

/// A line's level, message and error.
pub fn summary(line: &Value) -> String {
    let error = line["error"]["message"].as_str().unwrap_or_default();
    format!("{} {} {error}", field(line, "level"), field(line, "message")).trim_end().to_owned()
}
