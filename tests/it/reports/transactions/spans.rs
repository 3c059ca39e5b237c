//! What the spans of a transaction say.

use std::convert::Infallible;

use axum::Router;
use axum::body::Body;
use axum::routing::get as on_get;
use http::{Request, Response, StatusCode};
use obskit::Telemetry;
use serde_json::{Value, json};
use tower::{Layer, ServiceExt, service_fn};

use super::super::performed::{Performed, UNSAMPLED, get, get_with};
use super::described;

/// The only span within a request in which `work` runs.
async fn span_of(work: impl Fn(&Telemetry) + Clone + Send + Sync + 'static) -> Value {
    let performed = Performed::start().await;
    let telemetry = performed.telemetry.clone();
    let handler = async move || work(&telemetry);
    performed.ask(&Router::new().route("/", on_get(handler)), get("/")).await;
    let transaction = performed.transaction();
    let spans = transaction["spans"].as_array().unwrap();
    let [span] = spans.as_slice() else { panic!("not one span: {spans:#?}") };
    span.clone()
}

#[tokio::test]
async fn what_a_span_did_is_told_by_its_kind_and_its_fields() {
    macro_rules! check {
        ($op:literal, $($fields:tt)*) => {{
            let span = span_of(|_| drop(tracing::info_span!("work", $($fields)*))).await;
            assert_eq!(span["op"], $op, "{span:#}");
        }};
    }
    check!("function", sets = 3);
    check!("http.client", otel.kind = "client", http.request.method = "GET");
    check!("grpc.client", otel.kind = "client", rpc.system = "grpc");
    check!("rpc", otel.kind = "client", rpc.method = "add");
    check!("rpc", otel.kind = "client");
    check!("db", otel.kind = "client", db.system.name = "postgresql");
    check!("db.redis", otel.kind = "client", db.system.name = "redis");
    check!("db", db.system = "sqlite");
    check!("queue.publish", otel.kind = "producer");
    check!("queue.process", otel.kind = "consumer");
}

#[tokio::test]
async fn a_dependency_is_known_by_its_name() {
    #[obskit::instrument_dependency("postgres", operation = "select")]
    fn select() {}
    #[obskit::instrument_dependency("redis-sessions", operation = "get")]
    fn look_up() {}
    #[obskit::instrument_dependency("mailer", operation = "send")]
    fn send() -> Result<(), std::io::Error> {
        Err(std::io::Error::other("no stamp"))
    }
    let span = span_of(|_| select()).await;
    assert_eq!((&span["op"], &span["description"]), (&json!("db"), &json!("select postgres")));
    assert_eq!(span["status"], "ok");
    assert_eq!(span_of(|_| look_up()).await["op"], "db.redis");
    let span = span_of(|_| drop(send())).await;
    assert_eq!((&span["op"], &span["status"]), (&json!("rpc"), &json!("internal_error")));
    assert_eq!(span["data"]["sentry.status.message"], "no stamp");
}

#[tokio::test]
async fn a_call_to_another_service_is_a_span() {
    let performed = Performed::start().await;
    let layer = performed.telemetry.client_layer("coach");
    let handler = async move || {
        let coach = layer.layer(service_fn(|request: Request<Body>| async move {
            // The sampling of spans is what is handed on.
            assert!(request.headers()["traceparent"].to_str().unwrap().ends_with("-00"));
            let status = StatusCode::NOT_FOUND;
            Ok::<_, Infallible>(Response::builder().status(status).body(Body::empty()).unwrap())
        }));
        let tip = Request::get("http://coach.local:8080/tips/7?token=abc").body(Body::empty());
        coach.oneshot(tip.unwrap()).await.unwrap();
    };
    let request = get_with("/", &[("traceparent", UNSAMPLED)]);
    performed.ask(&Router::new().route("/", on_get(handler)), request).await;
    let transaction = performed.transaction();
    let span = described(&transaction, "GET");
    assert_eq!((&span["op"], &span["status"]), (&json!("http.client"), &json!("not_found")));
    assert_eq!(span["data"]["server.address"], "coach.local");
    assert_eq!(span["parent_span_id"], transaction["contexts"]["trace"]["span_id"]);
    assert!(!performed.sentry.has_seen("abc") && !performed.sentry.has_seen("/tips/7"));
}

#[tokio::test]
async fn a_statement_describes_its_span() {
    let span = span_of(|_| {
        drop(tracing::info_span!("query", db.query.text = "SELECT * FROM workouts WHERE id = $1"));
    })
    .await;
    assert_eq!(span["description"], "SELECT * FROM workouts WHERE id = $1");
}

#[tokio::test]
async fn a_request_that_fails_says_so_and_so_do_its_spans() {
    let performed = Performed::start().await;
    let handler = async || {
        tracing::info_span!("broken").in_scope(|| tracing::error!("it broke"));
        tracing::info_span!("whole").in_scope(|| ());
        StatusCode::SERVICE_UNAVAILABLE
    };
    performed.ask(&Router::new().route("/", on_get(handler)), get("/")).await;
    let transaction = performed.transaction();
    assert_eq!(transaction["contexts"]["trace"]["status"], "unavailable");
    assert_eq!(described(&transaction, "whole")["status"], "ok");
}

#[tokio::test]
async fn values_are_told_as_they_are() {
    let span = span_of(|_| {
        drop(tracing::info_span!(
            "work",
            text = "squat",
            yes = true,
            number = -7_i64,
            share = 0.25,
            nothing = f64::NAN,
        ));
    })
    .await;
    let data = &span["data"];
    assert_eq!(data["text"], "squat");
    assert_eq!(
        (&data["yes"], &data["number"], &data["share"]),
        (&json!(true), &json!(-7), &json!(0.25))
    );
    assert_eq!(data.get("nothing").filter(|value| value.is_number()), None);
}
