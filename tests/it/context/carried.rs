//! One ID, wherever the request's work goes.

use super::lab::{
    TRACE, TRACEPARENT, answer_id, call, current_id, get, request, sent, telemetry, within,
};
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::get as on_get;
use axum::{Extension, Router};
use http::Method;
use obskit::context::{RequestContext, spawn, spawn_blocking};
use tower::{ServiceBuilder, ServiceExt};
use tower_http::catch_panic::CatchPanicLayer;

async fn everywhere(Extension(extension): Extension<RequestContext>) -> String {
    let spawned = spawn(async {
        tokio::task::yield_now().await;
        let nested = spawn(async { current_id() }).await.unwrap();
        [current_id(), nested]
    });
    let [spawned, nested] = spawned.await.unwrap();
    let blocking = spawn_blocking(current_id).await.unwrap();
    let scoped = tokio::spawn(extension.clone().scope(async { current_id() })).await.unwrap();
    let copy = extension.clone();
    let thread = std::thread::spawn(move || copy.sync_scope(current_id)).join().unwrap();
    let extension = extension.request_id().to_string();
    [current_id(), extension, spawned, nested, blocking, scoped, thread].join(" ")
}

#[tokio::test]
async fn every_piece_of_work_has_the_same_id() {
    let router = Router::new().route("/", on_get(everywhere)).layer(telemetry().layer());
    for brought in [&[][..], &[("x-request-id", "abc")]] {
        let reply = call(&router, request(Method::GET, "/", brought)).await;
        let id = reply.header("x-request-id");
        assert_eq!(reply.text(), [id; 7].join(" "));
    }
}

/// What does not take the context along has none: the test above can fail.
#[tokio::test]
async fn a_plain_task_has_none() {
    let telemetry = telemetry();
    let found =
        within(&telemetry, &[], |_| async { tokio::spawn(async { current_id() }).await.unwrap() });
    assert_eq!(found.await, "");
    assert_eq!(spawn(async { current_id() }).await.unwrap(), "");
    assert_eq!(spawn_blocking(current_id).await.unwrap(), "");
}

async fn stamp(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().append("seen", current_id().parse().unwrap());
    response
}

#[tokio::test]
async fn every_layer_within_has_the_id() {
    let router = Router::new()
        .route("/", on_get(answer_id))
        .layer(from_fn(stamp))
        .layer(CatchPanicLayer::new())
        .layer(from_fn(stamp))
        .layer(telemetry().layer());
    let service = ServiceBuilder::new().buffer(4).service(router);
    let response = service.oneshot(get("/")).await.unwrap();
    let id = response.headers()["x-request-id"].clone();
    let seen: Vec<_> = response.headers().get_all("seen").iter().collect();
    assert_eq!(seen, [&id, &id]);
}

#[tokio::test]
async fn calls_carry_the_id_and_the_trace() {
    let telemetry = telemetry();
    let brought = [("x-request-id", "abc"), ("traceparent", TRACEPARENT), ("tracestate", "a=1")];
    let copy = telemetry.clone();
    let (context, headers) = within(&telemetry, &brought, |context| async move {
        let spawned = async move { sent(&copy, get("http://billing/")).await };
        (context, spawn(spawned).await.unwrap())
    })
    .await;
    assert_eq!(headers["x-request-id"], "abc");
    assert_eq!(headers["traceparent"], format!("00-{TRACE}-{}-01", context.span_id()));
    assert_eq!(headers["tracestate"], "a=1");
    assert!(!headers.contains_key("baggage"));
}

#[tokio::test]
async fn without_a_valid_caller_there_is_one_trace() {
    let telemetry = telemetry();
    for traceparent in ["", "00-1-2-01", "00-00000000000000000000000000000000-00f067aa0ba902b7-01"]
    {
        let headers = [("traceparent", traceparent)];
        let (context, headers) = within(&telemetry, &headers, async |context| {
            (context, sent(&telemetry, get("http://billing/")).await)
        })
        .await;
        let (trace, span) = (context.trace_id(), context.span_id());
        assert_eq!(headers["traceparent"], format!("00-{trace}-{span}-01"));
        assert_eq!((context.parent_span_id(), context.link()), (None, None));
        assert_ne!(trace.to_string(), TRACE);
    }
}

/// The current ID in the caller and in a task of its own.
pub async fn tasks() -> String {
    format!("{} {}", current_id(), spawn(async { current_id() }).await.unwrap())
}
