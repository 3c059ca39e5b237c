//! R13, R17, R18: what the outside makes up is bounded, and what is over the bound is counted.

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use http::{Method, Request};
use http_body_util::BodyExt;
use obskit::Telemetry;
use obskit_tests::settings;
use std::borrow::Cow;
use tower::ServiceExt;

fn telemetry(endpoint_limit: u32) -> Telemetry {
    let mut config = settings::local();
    config.metrics.endpoint_limit = endpoint_limit;
    Telemetry::build(config).unwrap()
}

async fn ask(app: &Router, path: &str) {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let response = app.clone().oneshot(request).await.unwrap();
    // Dropped unread, it would be a client that has gone.
    response.into_body().collect().await.unwrap();
}

/// The value of the one sample that has all of these parts.
fn value(telemetry: &Telemetry, parts: &[&str]) -> String {
    let text = telemetry.metrics().text();
    let mut lines = text.lines().filter(|line| parts.iter().all(|part| line.contains(part)));
    let line = lines.next().unwrap_or_else(|| panic!("nothing with {parts:?} in\n{text}"));
    assert_eq!(lines.next(), None, "{parts:?} is not one sample");
    line.rsplit_once(' ').unwrap().1.to_owned()
}

#[tokio::test]
async fn endpoints_past_the_limit_share_one_and_are_counted() {
    let telemetry = telemetry(10);
    // A matcher that does what it must not: answers with paths.
    let layer = telemetry.layer().matcher(|_, uri| Some(Cow::Borrowed(uri.path())));
    let app = Router::new().fallback(async || "").layer(layer);
    for n in 0..1_000 {
        ask(&app, &format!("/{n}")).await;
    }
    let text = telemetry.metrics().text();
    let counted = text.lines().filter(|line| line.starts_with("http_requests_total{"));
    assert_eq!(counted.count(), 11);
    assert_eq!(value(&telemetry, &["http_requests_total{", "\"/9\""]), "1");
    let shared = value(&telemetry, &["http_requests_total{", "\"overflow\""]);
    let lost = value(&telemetry, &["obskit_dropped_total{", "endpoint", "limit"]);
    assert_eq!((&*shared, &*lost), ("990", "990"));
}

#[tokio::test]
async fn declared_endpoints_keep_their_places() {
    let telemetry = telemetry(1);
    let layer = telemetry.layer().matcher(|_, uri| Some(Cow::Borrowed(uri.path())));
    let app = Router::new()
        .route("/orders", get(async || "orders"))
        .fallback(async || "")
        .layer(layer.route(&Method::GET, "/orders"));
    for n in 0..100 {
        ask(&app, &format!("/{n}")).await;
    }
    ask(&app, "/orders").await;
    let orders = ["http_requests_total{", "\"/orders\"", "\"200\""];
    assert_eq!(value(&telemetry, &orders), "1");
}

#[tokio::test]
async fn declared_endpoints_are_there_before_their_first_request() {
    let telemetry = telemetry(10);
    let _layer = telemetry.layer().routes([(Method::GET, "/a"), (Method::POST, "/b")]);
    for (method, endpoint) in [("GET", "/a"), ("POST", "/b")] {
        for (status, outcome) in [("200", "success"), ("500", "server_error")] {
            let labels = format!(
                "http_requests_total{{method=\"{method}\",endpoint=\"{endpoint}\",\
                 status=\"{status}\",outcome=\"{outcome}\"}}"
            );
            assert_eq!(value(&telemetry, &[&labels]), "0");
        }
        let in_flight = format!("http_requests_in_flight{{endpoint=\"{endpoint}\"}}");
        assert_eq!(value(&telemetry, &[&in_flight]), "0");
    }
}

/// R15: nothing that a client writes is a label.
#[tokio::test]
async fn hosts_methods_and_paths_are_no_labels() {
    let telemetry = telemetry(10);
    let app = Router::new().route("/a/{id}", get(async || "")).layer(telemetry.layer());
    let request = Request::builder()
        .method(Method::from_bytes(b"PURGE-SECRET").unwrap())
        .uri("http://authority-secret/a/path-secret?query=secret")
        .header("host", "host-secret");
    app.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let text = telemetry.metrics().text();
    assert!(!text.to_lowercase().contains("secret"), "{text}");
    let labels = ["http_requests_total{", "\"_OTHER\"", "\"/a/{id}\"", "\"405\""];
    assert_eq!(value(&telemetry, &labels), "1");
}

/// R31: the first error of a gRPC method is seen by `rate()`.
#[tokio::test]
async fn declared_grpc_methods_are_there_with_their_statuses() {
    let telemetry = telemetry(10);
    let _layer = telemetry.layer().grpc_route("/shop.Orders/Place");
    for (grpc_status, outcome) in [("0", "success"), ("13", "server_error")] {
        let labels = format!(
            "http_requests_total{{method=\"POST\",endpoint=\"/shop.Orders/Place\",status=\"200\",\
             outcome=\"{outcome}\",grpc_status=\"{grpc_status}\"}}"
        );
        assert_eq!(value(&telemetry, &[&labels]), "0");
    }
}
