//! What spans say by their fields.

use super::{Rig, named};
use obskit_tests::collector::Span;
use serde_json::json;
use std::fmt;
use tracing::field::Empty;
use tracing::{Level, Span as Tracing, info_span};

fn only(rig: &Rig) -> Span {
    let spans = rig.spans();
    assert_eq!(spans.len(), 1, "{spans:#?}");
    spans[0].clone()
}

struct Panics;

impl fmt::Debug for Panics {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        std::panic::resume_unwind(Box::new(()));
    }
}

#[tokio::test]
async fn fields_are_attributes_of_their_type() {
    let rig = Rig::new().await;
    rig.lab.run(|| {
        info_span!(
            "typed",
            int = -7_i64,
            count = 7_usize,
            large = u64::MAX,
            huge = i128::MAX,
            ratio = 0.5_f64,
            yes = true,
            text = "straight",
            shown = %"display",
            debugged = ?Some(1),
            bytes = &b"text"[..],
            nothing = Empty,
            panics = ?Panics,
            r#type = "raw",
            dotted.name = 1,
        );
    });
    let expected = json!({
        "int": -7, "count": 7, "large": u64::MAX.to_string(), "huge": i128::MAX.to_string(),
        "ratio": 0.5, "yes": true, "text": "straight", "shown": "display", "debugged": "Some(1)",
        "bytes": "text", "panics": "<panicked>", "type": "raw", "dotted.name": 1,
    });
    assert_eq!(json!(only(&rig).attributes), expected);
}

#[tokio::test]
async fn a_field_recorded_again_has_its_last_value() {
    let rig = Rig::new().await;
    rig.lab.run(|| {
        let span = info_span!("recorded", first = 1, later = Empty, never = Empty);
        for n in 0..100_000 {
            span.record("later", n);
        }
        span.record("first", "text").record("later", "last");
        // A later one within does not tell it of an earlier.
        let unrecorded = tracing::trace_span!("unrecorded", later = Empty);
        span.in_scope(|| unrecorded.record("later", "other"));
    });
    let span = only(&rig);
    assert_eq!(json!(span.attributes), json!({ "first": "text", "later": "last" }));
    assert_eq!(span.dropped_attributes, 0);
}

/// One redaction policy stands before every signal's way out.
#[tokio::test]
async fn secrets_are_hidden() {
    let rig = Rig::new().await;
    rig.lab.run(|| {
        let span =
            info_span!("secrets", password = "hunter2", url = Empty, token = 7, said = Empty);
        span.record("url", "postgres://me:hunter2@db/x");
        span.record("said", tracing::field::display("authorization: Bearer hunter2"));
        info_span!("other", otel.name = "postgres://me:hunter2@db/x");
    });
    let spans = rig.spans();
    assert!(!format!("{spans:?}").contains("hunter2"), "{spans:#?}");
    let secrets = named(&spans, "secrets");
    assert_eq!(
        (&secrets.attributes["password"], &secrets.attributes["token"]),
        (&json!("[redacted]"), &json!("[redacted]"))
    );
}

#[tokio::test]
async fn some_fields_are_parts_of_the_span() {
    let rig = Rig::new().await;
    rig.lab.run(|| {
        let _calls =
            info_span!("call", otel.name = "GET /users", otel.kind = "client", a = 1).entered();
        let late = info_span!(
            "late",
            otel.name = Empty,
            otel.kind = Empty,
            otel.status_code = Empty,
            otel.status_description = Empty
        );
        late.record("otel.name", format!("job {}", 7)).record("otel.kind", "Consumer");
        late.record("otel.status_code", "ERROR").record("otel.status_description", "no luck");
        info_span!("ok", otel.status_code = "ok");
        info_span!("described", otel.status_description = "alone");
        info_span!("wrong", otel.kind = "spaghetti", otel.status_code = 7);
        tracing::info!("in the call");
    });
    let spans = rig.spans();
    let call = named(&spans, "GET /users");
    assert_eq!((call.kind, json!(call.attributes)), ("client", json!({ "a": 1 })));
    let late = named(&spans, "job 7");
    assert_eq!((late.kind, late.status, &*late.status_message), ("consumer", "error", "no luck"));
    assert_eq!(late.attributes.len(), 0, "{late:#?}");
    assert_eq!(named(&spans, "ok").status, "ok");
    let described = named(&spans, "described");
    assert_eq!((described.status, &*described.status_message), ("error", "alone"));
    let wrong = named(&spans, "wrong");
    assert_eq!((wrong.kind, wrong.status, wrong.attributes.len()), ("internal", "unset", 0));
    let lines = rig.lab.lines();
    assert_eq!(lines[0]["metadata"], json!({ "a": 1 }), "{lines:#?}");
}

/// Those that macros make by hand.
#[tokio::test]
async fn a_span_has_its_name_whatever_its_target() {
    let rig = Rig::new().await;
    rig.lab.run(|| {
        let _: Tracing = tracing::span!(target: "else::where", Level::ERROR, "elsewhere");
    });
    assert_eq!(only(&rig).name, "elsewhere");
}
