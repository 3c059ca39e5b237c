//! Transactions, as Sentry gets them.

mod bounds;
mod cost;
mod sampling;
mod spans;

use axum::Router;
use axum::routing::get as on_get;
use http::StatusCode;
use obskit::context::RequestContext;
use serde_json::{Value, json};
use tracing::Instrument;

use super::performed::{PARENT, Performed, SAMPLED, TRACE, get, get_with, give_up};

/// The span of that description.
#[track_caller]
fn described<'a>(transaction: &'a Value, description: &str) -> &'a Value {
    let spans = transaction["spans"].as_array().unwrap();
    let mut found = spans.iter().filter(|span| span["description"] == description);
    match (found.next(), found.next()) {
        (Some(span), None) => span,
        _ => panic!("not one span is called {description}: {spans:#?}"),
    }
}

#[tokio::test]
async fn a_request_is_one_with_the_spans_within() {
    let performed = Performed::start().await;
    let handler = async || {
        let inner = async {
            drop(tracing::info_span!("inner", sets = 3, password = "hunter2"));
        };
        inner.instrument(tracing::info_span!("outer")).await;
        RequestContext::current().unwrap().set_user("u-17");
        StatusCode::OK
    };
    let router = Router::new().route("/users/{id}", on_get(handler));
    performed.ask(&router, get_with("/users/7?token=abc", &[("traceparent", SAMPLED)])).await;
    let transaction = performed.transaction();
    assert_eq!(transaction["type"], "transaction");
    assert_eq!(transaction["transaction"], "GET /users/{id}");
    assert_eq!(transaction["transaction_info"], json!({ "source": "route" }));
    assert_eq!(
        (&transaction["release"], &transaction["environment"]),
        (&json!("gym@1.4.2"), &json!("lab"))
    );
    assert_eq!(transaction["user"]["id"], "u-17");
    assert_eq!(
        (&transaction["tags"]["outcome"], &transaction["tags"]["status"]),
        (&json!("success"), &json!("200"))
    );
    let trace = &transaction["contexts"]["trace"];
    assert_eq!((&trace["trace_id"], &trace["parent_span_id"]), (&json!(TRACE), &json!(PARENT)));
    assert_eq!((&trace["op"], &trace["status"]), (&json!("http.server"), &json!("ok")));
    assert_eq!(trace["data"]["http.route"], "/users/{id}");
    assert_eq!(trace["data"]["http.response.status_code"], 200);
    assert_eq!(trace["data"].get("user.id"), None);
    let (outer, inner) = (described(&transaction, "outer"), described(&transaction, "inner"));
    assert_eq!((&outer["parent_span_id"], &outer["trace_id"]), (&trace["span_id"], &json!(TRACE)));
    assert_eq!((&inner["parent_span_id"], &inner["op"]), (&outer["span_id"], &json!("function")));
    assert_eq!(inner["data"]["sets"], 3);
    check_times(&transaction);
    assert!(!performed.sentry.has_seen("hunter2") && !performed.sentry.has_seen("abc"));
}

/// Each is within what it is a part of, and long ago is none.
fn check_times(transaction: &Value) {
    let of = |value: &Value| {
        (value["start_timestamp"].as_f64().unwrap(), value["timestamp"].as_f64().unwrap())
    };
    let (start, end) = of(transaction);
    assert!(start > 1.7e9 && start <= end && end < start + 60.0, "{start} {end}");
    for span in transaction["spans"].as_array().unwrap() {
        let (began, ended) = of(span);
        assert!(start <= began && began <= ended && ended <= end, "{start} {began} {ended} {end}");
    }
}

#[tokio::test]
async fn its_envelope_says_how_it_was_sampled() {
    let performed = Performed::with(|config| config.reports.traces_sample_rate = 0.999_999).await;
    let router = Router::new().route("/", on_get(async || "ok"));
    performed.ask(&router, get_with("/", &[("traceparent", SAMPLED)])).await;
    let transaction = performed.transaction();
    let envelopes = performed.sentry.envelopes();
    let envelope = envelopes.iter().find(|envelope| envelope.kinds() == ["transaction"]).unwrap();
    assert_eq!(envelope.header["event_id"], transaction["event_id"]);
    let trace = &envelope.header["trace"];
    assert_eq!((&trace["trace_id"], &trace["transaction"]), (&json!(TRACE), &json!("GET /")));
    assert_eq!((&trace["sampled"], &trace["sample_rate"]), (&json!("true"), &json!("0.999999")));
    assert_eq!((&trace["release"], &trace["environment"]), (&json!("gym@1.4.2"), &json!("lab")));
    assert_eq!(trace["public_key"], obskit_tests::sentry::KEY);
}

#[tokio::test]
async fn how_it_ended_is_told_in_the_words_of_sentry() {
    let check = async |status: u16, expected: &str| {
        let performed = Performed::start().await;
        let status = StatusCode::from_u16(status).unwrap();
        let router = Router::new().route("/", on_get(async move || status));
        performed.ask(&router, get("/")).await;
        let transaction = performed.transaction();
        assert_eq!(transaction["contexts"]["trace"]["status"], expected, "{status}");
    };
    check(200, "ok").await;
    check(302, "ok").await;
    check(400, "invalid_argument").await;
    check(401, "unauthenticated").await;
    check(403, "permission_denied").await;
    check(404, "not_found").await;
    check(409, "already_exists").await;
    check(418, "invalid_argument").await;
    check(429, "resource_exhausted").await;
    check(500, "internal_error").await;
    check(501, "unimplemented").await;
    check(502, "internal_error").await;
    check(503, "unavailable").await;
    check(504, "deadline_exceeded").await;
}

#[tokio::test]
async fn one_without_a_route_has_its_method_for_a_name() {
    let performed = Performed::start().await;
    performed.ask(&Router::new(), get("/wp-admin/7")).await;
    let transaction = performed.transaction();
    assert_eq!(transaction["transaction"], "GET");
    assert_eq!(transaction["transaction_info"], json!({ "source": "custom" }));
    assert!(!performed.sentry.has_seen("wp-admin"));
}

#[obskit::instrument_job("nightly_cleanup")]
async fn tidy() -> Result<(), std::io::Error> {
    async {}.instrument(tracing::info_span!("sweep")).await;
    Err(std::io::Error::other("the disk is gone"))
}

#[tokio::test]
async fn a_run_of_a_job_is_one_too() {
    let performed = Performed::start().await;
    let _ = performed.telemetry.scope(tidy()).await;
    let transaction = performed.transaction();
    assert_eq!(transaction["transaction"], "nightly_cleanup");
    assert_eq!(transaction["transaction_info"], json!({ "source": "task" }));
    let trace = &transaction["contexts"]["trace"];
    assert_eq!((&trace["op"], &trace["status"]), (&json!("queue.task"), &json!("internal_error")));
    let sweep = described(&transaction, "sweep");
    assert_eq!(sweep["parent_span_id"], trace["span_id"]);
    assert_eq!(transaction.get("request"), None);
}

#[tokio::test]
async fn one_that_fails_names_its_report() {
    let performed = Performed::start().await;
    let handler = async || {
        RequestContext::current().unwrap().set_tag("gym", "north");
        tracing::error!("it broke");
        StatusCode::INTERNAL_SERVER_ERROR
    };
    performed.ask(&Router::new().route("/", on_get(handler)), get("/")).await;
    let transaction = performed.transaction();
    let event = performed.sentry.event();
    assert_eq!(transaction["tags"]["error.id"], event["event_id"]);
    let trace = |of: &Value| of["contexts"]["trace"]["trace_id"].clone();
    assert_eq!(trace(&transaction), trace(&event));
    assert_eq!(transaction["tags"]["gym"], "north");
}

#[tokio::test]
async fn what_the_service_sets_by_other_means_is_told_too() {
    let performed = Performed::start().await;
    let handler = async || {
        sentry::configure_scope(|scope| {
            scope.set_tag("plan", "gold");
            scope.set_extra("sets", 3.into());
            scope.set_user(Some(sentry::User { id: Some("u-18".into()), ..Default::default() }));
        });
    };
    performed.ask(&Router::new().route("/", on_get(handler)), get("/")).await;
    let transaction = performed.transaction();
    assert_eq!(transaction["tags"]["plan"], "gold");
    assert_eq!(transaction["extra"]["sets"], 3);
    assert_eq!(transaction["user"]["id"], "u-18");
}

#[tokio::test]
async fn one_that_was_dropped_is_cancelled() {
    let performed = Performed::start().await;
    let router = Router::new().route("/", on_get(std::future::pending::<()>));
    give_up(performed.ask(&router, get("/"))).await;
    let transaction = performed.transaction();
    assert_eq!(transaction["contexts"]["trace"]["status"], "cancelled");
    assert_eq!(transaction["tags"]["outcome"], "cancelled");
}
