//! How long calls take, and what goes over the wire.

use super::{client, request, soon};
use crate::context::lab::{samples, serve, telemetry, telemetry_with, within};
use axum::Router;
use axum::body::Body;
use axum::routing::any;
use http::{Method, Request, Response};
use http_body_util::BodyExt;
use obskit::config::Clock;
use obskit::context::spawn;
use std::convert::Infallible;
use std::future::pending;
use std::time::Duration;
use tower::{Layer, Service, ServiceExt, service_fn};

const COUNT: &str = "dependency_request_duration_seconds_count";
const SUM: &str = "dependency_request_duration_seconds_sum";
const SLOW: &str = "dependency_slow_total";
const NONE: [&str; 0] = [];

#[tokio::test]
async fn the_time_goes_on_to_the_end_of_the_body() {
    let clock = Clock::manual();
    let telemetry = telemetry_with(|config| config.clock = clock.clone());
    let to_head = clock.clone();
    let handler = async move || {
        to_head.advance(Duration::from_secs(2));
        Body::from_stream(tokio_stream::once(Ok::<_, Infallible>("body")))
    };
    let address = serve(Router::new().route("/", any(handler))).await;
    let request = request(Method::GET, &format!("http://{address}/"));
    let response = soon(client(&telemetry).oneshot(request)).await.unwrap();
    clock.advance(Duration::from_secs(3));
    assert_eq!(samples(&telemetry, COUNT), NONE, "it is not over");
    let body = soon(response.into_body().collect()).await.unwrap();
    assert_eq!(body.to_bytes(), "body");
    clock.advance(Duration::from_secs(5));
    assert_eq!(samples(&telemetry, COUNT), ["billing GET 1"]);
    assert_eq!(samples(&telemetry, SUM), ["billing GET 5"]);
    assert_eq!(samples(&telemetry, SLOW), ["billing GET 1"]);
}

#[tokio::test]
async fn only_calls_past_the_threshold_are_slow() {
    let clock = Clock::manual();
    let telemetry = telemetry_with(|config| config.clock = clock.clone());
    let to_head = clock.clone();
    let handler = async move || to_head.advance(Duration::from_secs(1));
    let address = serve(Router::new().route("/", any(handler))).await;
    let request = request(Method::GET, &format!("http://{address}/"));
    soon(client(&telemetry).oneshot(request)).await.unwrap();
    assert_eq!(samples(&telemetry, SLOW), NONE);
}

#[tokio::test]
async fn without_a_body_it_ends_with_the_head() {
    let clock = Clock::manual();
    let telemetry = telemetry_with(|config| config.clock = clock.clone());
    let to_head = clock.clone();
    let handler = async move || to_head.advance(Duration::from_secs(2));
    let address = serve(Router::new().route("/", any(handler))).await;
    let request = request(Method::GET, &format!("http://{address}/"));
    let response = soon(client(&telemetry).oneshot(request)).await.unwrap();
    clock.advance(Duration::from_secs(3));
    assert_eq!(samples(&telemetry, SUM), ["billing GET 2"]);
    drop(response);
    assert_eq!(samples(&telemetry, COUNT), ["billing GET 1"]);
}

#[tokio::test]
async fn an_error_has_a_time_and_a_cancelled_call_has_none() {
    let clock = Clock::manual();
    let telemetry = telemetry_with(|config| config.clock = clock.clone());
    let layer = telemetry.client_layer("billing");
    let mut never =
        layer.layer(service_fn(|_: Request<Body>| pending::<Result<Response<Body>, Infallible>>()));
    let call = never.call(request(Method::GET, "http://billing/"));
    clock.advance(Duration::from_secs(2));
    drop(call);
    assert_eq!(samples(&telemetry, COUNT), NONE);
    let slow = clock.clone();
    let fails = service_fn(move |_: Request<Body>| {
        slow.advance(Duration::from_secs(4));
        async { Err::<Response<Body>, _>("no route") }
    });
    let fails = layer.layer(fails);
    fails.oneshot(request(Method::PUT, "http://billing/")).await.unwrap_err();
    assert_eq!(samples(&telemetry, SUM), ["billing PUT 4"]);
}

/// Answers with the headers that came, a line each.
async fn echo(request: Request<Body>) -> String {
    let headers = request.headers().iter();
    let lines = headers.map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()));
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn the_context_goes_over_the_wire() {
    let telemetry = telemetry();
    let address = serve(Router::new().route("/", any(echo))).await;
    let client = client(&telemetry);
    let ask = async move || {
        let request = request(Method::GET, &format!("http://{address}/"));
        let response = soon(client.oneshot(request)).await.unwrap();
        let body = soon(response.into_body().collect()).await.unwrap().to_bytes();
        String::from_utf8(body.to_vec()).unwrap()
    };
    let outside = ask.clone()().await;
    assert!(outside.starts_with("host: ") && outside.lines().count() == 1, "{outside}");
    let brought = [("x-request-id", "abc")];
    let (context, inside) =
        within(
            &telemetry,
            &brought,
            |context| async move { (context, spawn(ask()).await.unwrap()) },
        )
        .await;
    let (trace, span) = (context.trace_id(), context.span_id());
    assert!(inside.contains("x-request-id: abc"), "{inside}");
    assert!(inside.contains(&format!("traceparent: 00-{trace}-{span}-01")), "{inside}");
    assert_eq!(inside.lines().count(), 3, "{inside}");
}
