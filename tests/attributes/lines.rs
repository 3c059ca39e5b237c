//! Spans and lines: what an attribute writes of a call, and what it keeps to itself.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Waker};
use std::time::Duration;

use obskit::config::Clock;
use obskit::context::RequestContext;
use obskit::{instrument_dependency, instrument_endpoint};
use obskit_tests::lab::{Lab, field};
use serde_json::{Value, json};
use tracing::info;

use crate::panics::{caught_in, unwind};
use crate::read::{series, summary, told};

const SECRET: &str = "sw0rdf1sh-Sw0rdf1sh";

struct Workout {
    id: u32,
    sets: u32,
    note: String,
}

#[instrument_endpoint(fields(
    workout.id,
    sets = workout.sets,
    %plan,
    twice = %format_args!("{plan}{plan}"),
))]
async fn with_fields(workout: Workout, plan: &str, secret: &str) -> usize {
    info!("within");
    tokio::task::yield_now().await;
    info!(length = secret.len(), "still within");
    workout.note.len()
}

/// What is listed stands in each line of the call, and nothing else.
#[tokio::test]
async fn listed_fields() {
    let lab = Lab::new(|_| {});
    let _entered = lab.enter();
    let workout = Workout { id: 7, sets: 3, note: SECRET.to_owned() };
    lab.call(|| with_fields(workout, "push", SECRET)).await;
    let bytes = String::from_utf8(lab.bytes()).unwrap();
    assert!(!bytes.contains("sw0rd"), "{bytes}");
    let lines: Vec<Value> = bytes.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let fields = json!({ "workout.id": 7, "sets": 3, "plan": "push", "twice": "pushpush" });
    assert_eq!(lines[0]["metadata"], fields, "{}", lines[0]);
    assert_eq!(lines[1]["metadata"]["length"], SECRET.len(), "{}", lines[1]);
    assert_eq!(lines[1]["metadata"]["workout.id"], 7);
    assert_eq!(lines[2]["target"], "obskit::access");
    assert_eq!(lines[2]["metadata"].get("sets"), None, "the span is the call's alone");
    let ids: Vec<_> = lines.iter().map(|line| field(line, "requestId")).collect();
    assert!(lines.len() == 3 && ids.iter().all(|id| *id == ids[0]), "{ids:?}");
}

#[derive(Debug)]
struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("refused")
    }
}

#[instrument_endpoint]
async fn without_fields(password: &str, workout: Workout) -> Result<String, Refused> {
    info!("within");
    if workout.id == 0 {
        return Err(Refused);
    }
    Ok(format!("{password}{}", workout.note))
}

/// L12: no argument and no answer is written unless it is listed.
#[tokio::test]
async fn nothing_is_written_unless_listed() {
    let lab = Lab::new(|_| {});
    let _entered = lab.enter();
    for id in [0, 1] {
        let workout = Workout { id, sets: 4, note: SECRET.to_owned() };
        let _ = lab.call(|| without_fields(SECRET, workout)).await;
    }
    let written = String::from_utf8(lab.bytes()).unwrap();
    assert_eq!(written.matches("within").count(), 2, "{written}");
    assert!(!written.contains("sw0rd") && !written.contains("metadata\":{\"sets"), "{written}");
}

#[derive(Debug)]
struct Leak;

impl fmt::Display for Leak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "postgres://ada:{SECRET}@db/gym?token={SECRET} refused")
    }
}

impl Error for Leak {}

#[instrument_endpoint(fields(
    password,
    url = %format_args!("/a?key={password}"),
    headers = ?headers,
))]
async fn listed_secrets(password: &str, headers: Vec<(&str, &str)>) -> Result<(), Leak> {
    info!("within");
    Err(Leak)
}

/// L12: what is listed, and what an error says of itself, passes redaction.
#[tokio::test]
async fn listed_secrets_are_hidden() {
    let lab = Lab::new(|_| {});
    let _entered = lab.enter();
    lab.telemetry.scope(listed_secrets(SECRET, vec![("authorization", SECRET)])).await.unwrap_err();
    let written = String::from_utf8(lab.bytes()).unwrap();
    assert!(!written.contains("sw0rd") && !written.contains("Sw0rd"), "{written}");
    let lines: Vec<Value> =
        written.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2, "{written}");
    assert_eq!(lines[0]["metadata"]["password"], "[redacted]");
    assert_eq!(summary(&lines[1]).split(' ').next(), Some("error"));
    assert!(lines[1]["error"]["message"].as_str().unwrap().contains("[redacted]"), "{written}");
}

#[instrument_endpoint(slow = "500ms")]
async fn slowly(clock: &Clock, millis: u64) {
    clock.advance(Duration::from_millis(millis));
}

#[instrument_dependency("li_store", operation = "scan", slow = "1s")]
fn scanning(clock: &Clock, millis: u64) -> bool {
    clock.advance(Duration::from_millis(millis));
    true
}

#[tokio::test]
async fn slow_calls_are_told() {
    let clock = Clock::manual();
    let lab = Lab::new(|config| config.clock = clock.clone());
    let _entered = lab.enter();
    for millis in [0, 499, 750] {
        lab.telemetry.scope(slowly(&clock, millis)).await;
    }
    lab.telemetry.sync_scope(|| scanning(&clock, 999));
    lab.telemetry.sync_scope(|| scanning(&clock, 2_000));
    let lines = told(&lab, module_path!());
    let names: Vec<_> = lines.iter().map(summary).collect();
    assert_eq!(names, ["warn slowly is slow", "warn li_store scan is slow"]);
    assert_eq!(lines[0]["metadata"], json!({ "durationMs": 750.0, "thresholdMs": 500.0 }));
    assert_eq!(lines[1]["metadata"], json!({ "durationMs": 2_000.0, "thresholdMs": 1_000.0 }));
}

#[instrument_endpoint(user = session.0)]
async fn with_user(session: (u64, bool)) {
    info!("within");
    let _ = session;
}

#[instrument_endpoint(user = name)]
async fn with_optional_user(name: Option<&str>) {
    info!("within");
    let _ = name;
}

/// The user is counted, and stands in the request's lines from the call on.
#[tokio::test]
async fn users() {
    let lab = Lab::new(|_| {});
    let _entered = lab.enter();
    lab.call(|| with_user((4711, true))).await;
    lab.call(|| with_optional_user(Some("ada"))).await;
    lab.call(|| with_optional_user(None)).await;
    lab.telemetry.scope(with_user((1, true))).await;
    let lines = lab.lines();
    let users: Vec<_> = lines.iter().map(|line| line["userId"].as_str()).collect();
    let (first, other) = (Some("4711"), Some("ada"));
    assert_eq!(users, [first, first, other, other, None, None, None], "{lines:#?}");
    let active = series(&lab.telemetry, "active_users");
    assert_eq!(active, ["5m=2", "1h=2", "1d=2"]);
}

/// Panics are told by the hook; a call adds no line of its own.
#[tokio::test]
async fn panics_add_no_line() {
    #[instrument_endpoint]
    async fn panicking() {
        unwind("out")
    }
    let lab = Lab::new(|_| {});
    let _entered = lab.enter();
    assert_eq!(caught_in(lab.telemetry.scope(panicking())).await, "out");
    assert_eq!(told(&lab, module_path!()), [] as [Value; 0]);
}

/// What logs while it is dropped.
struct Farewell;

impl Drop for Farewell {
    fn drop(&mut self) {
        info!(request = RequestContext::current().is_some(), "farewell");
    }
}

#[instrument_endpoint(fields(set))]
async fn leaving(set: u32) {
    let _farewell = Farewell;
    std::future::pending::<()>().await;
}

/// R5: what a cancelled call drops still belongs to its span.
#[tokio::test]
async fn values_dropped_by_a_cancelled_call() {
    let lab = Lab::new(|_| {});
    let _entered = lab.enter();
    lab.call(|| async {
        let mut future = Box::pin(leaving(5));
        assert!(futures_polled(&mut future));
        drop(future);
    })
    .await;
    let lines = told(&lab, module_path!());
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["metadata"], json!({ "request": true, "set": 5 }));
}

/// Whether a future waits, once polled.
fn futures_polled<F: Future>(future: &mut Pin<Box<F>>) -> bool {
    let mut cx = Context::from_waker(Waker::noop());
    future.as_mut().poll(&mut cx).is_pending()
}
