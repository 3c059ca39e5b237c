//! A request's own line against the exchange that a test has captured.

use obskit::context::{Outcome, Shape};
use obskit::testing::Captured;
use serde_json::{Value, json};
use std::time::Duration;

/// Every field of the line says what the exchange does.
#[track_caller]
pub fn check(line: &Value, ended: &Captured, what: &str) {
    let context = &ended.context;
    assert_eq!(line["target"], "obskit::access", "{what}: {line}");
    assert_eq!(line["level"], level(ended.outcome), "{what}: {line}");
    assert_eq!(line["requestId"], context.request_id().to_string(), "{what}: {line}");
    assert_eq!(line["traceId"], context.trace_id().to_string(), "{what}: {line}");
    assert_eq!(line["spanId"], context.span_id().to_string(), "{what}: {line}");
    assert_eq!(line["endpoint"], context.endpoint(), "{what}: {line}");
    assert_eq!(line.get("userId").and_then(Value::as_str), context.user(), "{what}: {line}");
    let mut metadata = line["metadata"].clone();
    let mut take = |name: &str| metadata.as_object_mut().unwrap().remove(name);
    let millis = |time: Duration| time.as_secs_f64() * 1e3;
    let times = [take("durationMs"), take("timeToHeadMs")].map(|time| time?.as_f64());
    let expected = [Some(ended.duration), ended.time_to_head].map(|time| time.map(millis));
    for (found, expected) in times.into_iter().zip(expected) {
        let apart = found.zip(expected).map_or(0.0, |(found, expected)| (found - expected).abs());
        assert!(found.is_some() == expected.is_some() && apart < 0.001, "{what}: {line}");
    }
    let mut rest = json!({
        "method": context.method(),
        "status": ended.status,
        "outcome": ended.outcome.as_str(),
        "responseBytes": ended.response_bytes,
    });
    let optional = [
        ("grpcStatus", ended.grpc_status.map(Value::from)),
        ("requestBytes", ended.request_bytes.map(Value::from)),
        ("shape", shape(ended.shape).map(Value::from)),
    ];
    for (name, value) in optional {
        rest.as_object_mut().unwrap().extend(value.map(|value| (name.to_owned(), value)));
    }
    assert_eq!(metadata, rest, "{what}: {line}");
}

fn level(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Success | Outcome::ClientError => "info",
        Outcome::Cancelled => "warn",
        Outcome::ServerError | Outcome::Panicked | Outcome::BodyError => "error",
    }
}

fn shape(shape: Shape) -> Option<&'static str> {
    match shape {
        Shape::Unary => None,
        Shape::Stream => Some("stream"),
        Shape::Upgrade => Some("upgrade"),
    }
}
