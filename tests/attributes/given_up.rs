//! Calls that the service itself gives up: they end as the request does.

use axum::Router;
use axum::error_handling::HandleErrorLayer;
use axum::http::{Request, Response, StatusCode};
use axum::response::IntoResponse;
use axum::routing::get as on_get;
use obskit::config::Clock;
use obskit::context::{self, RequestContext};
use obskit::{Telemetry, instrument_endpoint, instrument_job};
use obskit_tests::lab::Lab;
use obskit_tests::samples::{count, samples};
use std::convert::Infallible;
use std::future::{pending, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;
use tokio::sync::oneshot;
use tower::{ServiceBuilder, ServiceExt};
use tower_http::timeout::TimeoutLayer;

use crate::read::{ask, get, handler, in_flight, telemetry, value};

const SECOND: Duration = Duration::from_secs(1);

#[instrument_endpoint(name = "gu_slow")]
async fn slow() -> &'static str {
    pending().await
}

#[instrument_endpoint(name = "gu_fast")]
async fn fast() -> u32 {
    1
}

#[instrument_endpoint(name = "gu_measured")]
async fn measured(clock: Clock) {
    clock.advance(SECOND * 3);
    pending::<()>().await;
}

/// The outcomes of HTTP requests, with how many had each.
fn requests(telemetry: &Telemetry) -> Vec<(String, f64)> {
    let counted = samples(telemetry, "http_requests_total").into_iter();
    let counted = counted.filter(|sample| sample.value > 0.0);
    counted.map(|sample| (sample.labels["outcome"].clone(), sample.value)).collect()
}

/// Polls a call once, and drops it.
async fn give_up<F: Future>(call: F) {
    let mut call = pin!(call);
    poll_fn(|cx| {
        assert!(call.as_mut().poll(cx).is_pending());
        Poll::Ready(())
    })
    .await;
}

/// The handler and the request agree, whether the answer has a body or, as tower-http's, has none.
#[tokio::test(start_paused = true)]
async fn by_a_timeout() {
    for (status, outcome) in [(408, "client_error"), (503, "server_error"), (504, "server_error")] {
        let status = StatusCode::from_u16(status).unwrap();
        let bodiless = TimeoutLayer::with_status_code(status, SECOND);
        let answering = HandleErrorLayer::new(async move |_| (status, "too late"));
        let answering = ServiceBuilder::new().layer(answering).timeout(SECOND);
        let router = Router::new().route("/", on_get(slow));
        for router in [router.clone().layer(bodiless), router.layer(answering)] {
            let telemetry = telemetry();
            assert_eq!(ask(&telemetry, &router, get("/")).await.status, status);
            handler(&telemetry, "gu_slow", &format!("{outcome}=1"));
            assert_eq!(requests(&telemetry), [(outcome.to_owned(), 1.0)]);
        }
    }
}

/// Nothing between them drops the handler before the request's head is sent.
#[tokio::test(start_paused = true)]
async fn by_a_timeout_that_still_holds_it() {
    let telemetry = telemetry();
    let timeout = TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, SECOND);
    let serve =
        async |_: Request<String>| Ok::<_, Infallible>(Response::new(slow().await.to_owned()));
    let service = ServiceBuilder::new().layer(telemetry.layer()).layer(timeout).service_fn(serve);
    let answer = service.oneshot(Request::new(String::new())).await.unwrap();
    assert_eq!(answer.status(), StatusCode::GATEWAY_TIMEOUT);
    handler(&telemetry, "gu_slow", "server_error=1");
}

/// The time is that until the drop, and nothing is told but the request's own line.
#[tokio::test(start_paused = true)]
async fn by_a_timeout_is_timed_and_not_told() {
    let clock = Clock::manual();
    let lab = Lab::new(|config| config.clock = clock.clone());
    let _entered = lab.enter();
    let route = on_get(async move || {
        let _ = tokio::time::timeout(SECOND, measured(clock.clone())).await;
        clock.advance(SECOND);
        StatusCode::SERVICE_UNAVAILABLE
    });
    ask(&lab.telemetry, &Router::new().route("/", route), get("/")).await;
    handler(&lab.telemetry, "gu_measured", "server_error=1");
    let labels = [("handler", "gu_measured")];
    let sum = value::<u64>(&lab.telemetry, "handler_duration_seconds_sum", &labels);
    assert_eq!(sum, 3);
    let lines = lab.lines();
    assert!(lines.len() == 1 && lines[0]["target"] == "obskit::access", "{lines:?}");
}

/// Before the head, and after one that says something else.
#[tokio::test]
async fn by_a_client_that_is_gone() {
    let telemetry = telemetry();
    let service = Router::new().route("/", on_get(slow)).layer(telemetry.layer());
    give_up(service.oneshot(get("/"))).await;
    handler(&telemetry, "gu_slow", "cancelled=1");
    let failing = async || {
        give_up(slow()).await;
        (StatusCode::SERVICE_UNAVAILABLE, "never read").into_response()
    };
    let service = Router::new().route("/", on_get(failing)).layer(telemetry.layer());
    drop(service.oneshot(get("/")).await.unwrap());
    assert_eq!(in_flight(&telemetry, "gu_slow"), 0);
    handler(&telemetry, "gu_slow", "cancelled=2");
    assert_eq!(count(&telemetry, "http_requests_total", &["outcome=\"cancelled\""]), 2);
}

/// Nobody has failed where the request has not, and where it is left out of metrics it still ends.
#[tokio::test]
async fn by_a_race() {
    let telemetry = telemetry();
    let racing = async || {
        RequestContext::current().unwrap().exclude();
        tokio::select! {
            biased;
            text = slow() => text.to_owned(),
            number = fast() => number.to_string(),
        }
    };
    let router = Router::new().route("/", on_get(racing));
    assert_eq!(ask(&telemetry, &router, get("/")).await.status, StatusCode::OK);
    handler(&telemetry, "gu_slow", "cancelled=1");
    handler(&telemetry, "gu_fast", "success=1");
}

/// As many as a request keeps are settled by it, and each other is counted too.
#[tokio::test]
async fn more_than_a_request_keeps() {
    let telemetry = telemetry();
    let wasteful = async || {
        for _ in 0..20 {
            give_up(slow()).await;
        }
        StatusCode::INTERNAL_SERVER_ERROR
    };
    ask(&telemetry, &Router::new().route("/", on_get(wasteful)), get("/")).await;
    handler(&telemetry, "gu_slow", "server_error=16 cancelled=4");
}

/// What outlives its request is settled by nobody.
#[tokio::test]
async fn after_the_request() {
    let telemetry = telemetry();
    let (sender, receiver) = oneshot::channel();
    let once = Arc::new(Mutex::new(Some(sender)));
    let spawning = async move || {
        let task = context::spawn(slow());
        tokio::task::yield_now().await;
        once.lock().unwrap().take().unwrap().send(task).unwrap();
        StatusCode::INTERNAL_SERVER_ERROR
    };
    ask(&telemetry, &Router::new().route("/", on_get(spawning)), get("/")).await;
    assert_eq!(in_flight(&telemetry, "gu_slow"), 1);
    let task = receiver.await.unwrap();
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    handler(&telemetry, "gu_slow", "cancelled=1");
}

#[instrument_job("gu_job")]
async fn hurried() -> Result<(), String> {
    give_up(slow()).await;
    Err("in a hurry".to_owned())
}

/// A run is no request that is answered.
#[tokio::test]
async fn in_a_job() {
    let telemetry = telemetry();
    telemetry.scope(hurried()).await.unwrap_err();
    handler(&telemetry, "gu_slow", "cancelled=1");
}
