//! What a service says of its requests: who makes them, and which are not counted.

use super::lab::{call, finished, get, samples, telemetry, within};
use axum::Router;
use axum::body::Body;
use axum::response::sse::Sse;
use axum::routing::get as on_get;
use http_body_util::BodyExt;
use obskit::context::{RequestContext, spawn};
use std::convert::Infallible;
use tower::ServiceExt;

#[tokio::test]
async fn the_first_user_counts() {
    let telemetry = telemetry();
    let context = within(&telemetry, &[], async |context| {
        assert_eq!(context.user(), None);
        spawn(async { RequestContext::current().unwrap().set_user("u-1") }).await.unwrap();
        context.set_user("u-2");
        context
    });
    assert_eq!(context.await.user(), Some("u-1"));
    assert_eq!(samples(&telemetry, "active_users"), ["1d 1", "1h 1", "5m 1"]);
}

#[tokio::test]
async fn a_user_is_cut_at_128_bytes() {
    let check = async |user: &str, kept: &str| {
        let telemetry = telemetry();
        let found = within(&telemetry, &[], async |context| {
            context.set_user(user);
            context.user().unwrap().to_owned()
        });
        assert_eq!(found.await, kept);
    };
    let whole = "u".repeat(128);
    check("", "").await;
    check(&whole, &whole).await;
    check(&format!("{whole}u"), &whole).await;
    check(&"é".repeat(100), &"é".repeat(64)).await;
    check(&format!("u{}", "é".repeat(100)), &format!("u{}", "é".repeat(63))).await;
}

#[tokio::test]
async fn users_of_one_prefix_are_told_apart_up_to_there() {
    let telemetry = telemetry();
    for user in ["a".repeat(127) + "b", "a".repeat(127) + "c", "a".repeat(127) + "cd"] {
        within(&telemetry, &[], async |context| context.set_user(&user)).await;
    }
    assert_eq!(samples(&telemetry, "active_users"), ["1d 2", "1h 2", "5m 2"]);
}

#[tokio::test]
async fn a_request_can_leave_itself_out() {
    let telemetry = telemetry();
    let exclude = async || {
        let context = RequestContext::current().unwrap();
        context.set_user("u-1");
        context.exclude();
    };
    let router = Router::new()
        .route("/out", on_get(exclude))
        .route("/in", on_get(async || ()))
        .layer(telemetry.layer());
    let reply = call(&router, get("/out")).await;
    assert_eq!(reply.header("x-request-id").len(), 36);
    call(&router, get("/in")).await;
    assert_eq!(finished(&telemetry), ["GET /in 200 success 1"]);
    assert_eq!(samples(&telemetry, "active_users"), [] as [&str; 0]);
    assert!(!telemetry.metrics().text().contains("/out"));
}

#[tokio::test]
async fn an_endpoint_can_be_left_out() {
    let telemetry = telemetry();
    let layer = telemetry.layer().exclude("/health/{part}").exclude("unmatched");
    let router = Router::new()
        .route("/health/{part}", on_get(async || ()))
        .route("/health", on_get(async || ()))
        .layer(layer);
    for path in ["/health/live", "/health/ready", "/health", "/nowhere"] {
        assert_eq!(call(&router, get(path)).await.header("x-request-id").len(), 36);
    }
    assert_eq!(finished(&telemetry), ["GET /health 200 success 1"]);
    assert!(!telemetry.metrics().text().contains("/health/{part}"));
    assert!(!telemetry.metrics().text().contains("unmatched"));
}

/// The inner layer knows the route, and with it that it is not counted.
#[tokio::test]
async fn an_endpoint_is_left_out_whoever_names_it() {
    let telemetry = telemetry();
    let router = Router::new().route("/health", on_get(async || ())).layer(telemetry.layer());
    let service =
        tower::ServiceBuilder::new().layer(telemetry.layer().exclude("/health")).service(router);
    call(&service, get("/health")).await;
    assert_eq!(finished(&telemetry), [] as [&str; 0]);
}

#[tokio::test]
async fn streams_stay_out_of_latency() {
    let telemetry = telemetry();
    let events = async || Sse::new(tokio_stream::empty::<Result<_, Infallible>>());
    let router = Router::new()
        .route("/events", on_get(events))
        .route("/export/{id}", on_get(async || "a,b"))
        .route("/plain", on_get(async || "a,b"))
        .layer(telemetry.layer().streaming("/export/{id}"));
    for path in ["/events", "/export/1", "/export/2", "/plain"] {
        call(&router, get(path)).await;
    }
    let latencies = samples(&telemetry, "http_request_duration_seconds_count");
    assert_eq!(latencies, ["GET /plain 2xx 1"]);
    let streams = samples(&telemetry, "http_stream_duration_seconds_count");
    assert_eq!(streams, ["GET /events 1", "GET /export/{id} 2"]);
    assert_eq!(finished(&telemetry).len(), 3);
}

/// What is counted stands in the gauge while it lasts, up to the end of its body.
#[tokio::test]
async fn a_request_is_in_flight_until_its_body_ends() {
    let telemetry = telemetry();
    let layer = telemetry.layer().routes([(http::Method::GET, "/a")]);
    let body = async || {
        Body::new(http_body_util::StreamBody::new(tokio_stream::iter([Ok::<_, Infallible>(
            http_body::Frame::data(bytes::Bytes::from("a")),
        )])))
    };
    let router = Router::new().route("/a", on_get(body)).layer(layer);
    let in_flight = || samples(&telemetry, "http_requests_in_flight");
    let response = router.oneshot(get("/a")).await.unwrap();
    assert_eq!(in_flight(), ["/a 1"]);
    response.into_body().collect().await.unwrap();
    assert_eq!(in_flight(), [] as [&str; 0]);
}
