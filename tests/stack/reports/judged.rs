//! What Relay's normaliser and Sentry's schema say of what is sent.

use obskit_tests::relay::Relay;
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

#[test]
fn the_judge_finds_faults() {
    let mut relay = Relay::start();
    let begun = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64();
    let ended = begun + 0.25;
    let event = json!({
        "event_id": "9ec79c33ec9942ab8353589fcb2e04dc", "timestamp": ended,
        "platform": "native", "level": "error",
        "exception": { "values": [{ "type": "Exhausted", "value": "no connection" }] },
    });
    let trace = json!({ "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
        "span_id": "00f067aa0ba902b7", "op": "http.server" });
    let transaction = json!({
        "event_id": "9ec79c33ec9942ab8353589fcb2e04dc", "type": "transaction",
        "start_timestamp": begun, "timestamp": ended,
        "transaction": "GET /", "contexts": { "trace": trace }, "spans": [],
    });
    for flawless in [&event, &transaction] {
        assert_eq!(relay.faults(flawless), Vec::<String>::new(), "{flawless}");
    }
    let cases = [
        (&event, "level", json!(17), "name': 'level'"),
        (&event, "timestamp", json!(begun + 3600.0), "future_timestamp"),
        (&event, "message", json!("not where it belongs"), "'message' was unexpected"),
        (&event, "contexts", json!({ "trace": { "trace_id": "0" } }), "not a valid trace id"),
        (&event, "tags", json!({ "size": "long".repeat(51) }), "'len': 204"),
        (&event, "release", json!("of/no/use"), "name': 'release'"),
        (&transaction, "timestamp", json!(begun - 1.0), "end timestamp is smaller"),
        (&transaction, "contexts", json!({}), "missing valid trace context"),
    ];
    for (of, name, value, expected) in cases {
        let mut sent: Value = of.clone();
        sent[name] = value;
        let faults = relay.faults(&sent);
        assert!(faults.iter().any(|fault| fault.contains(expected)), "{sent}: {faults:?}");
    }
}
