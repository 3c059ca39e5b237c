//! The layer gives the same wherever it stands.

use super::lab::{call, current_id, finished, get, samples, telemetry};
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::get as on_get;
use http::StatusCode;
use obskit::Telemetry;
use std::time::Duration;
use tower::util::BoxCloneSyncService;
use tower::{ServiceBuilder, ServiceExt};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;

const EXPECTED: [&str; 3] = [
    "GET /users/{id} 200 success 1",
    "GET /users/{id} 404 client_error 1",
    "GET /users/{id} 500 server_error 1",
];

async fn user(axum::extract::Path(id): axum::extract::Path<u16>) -> (StatusCode, String) {
    (StatusCode::from_u16(id).unwrap(), current_id())
}

fn routes() -> Router {
    Router::new().route("/users/{id}", on_get(user))
}

/// One of three layers that others write.
fn other(router: Router, number: usize) -> Router {
    match number {
        0 => router.layer(CatchPanicLayer::new()),
        1 => router.layer(from_fn(async |request: Request, next: Next| next.run(request).await)),
        _ => router.layer(TimeoutLayer::with_status_code(
            StatusCode::GATEWAY_TIMEOUT,
            Duration::from_secs(30),
        )),
    }
}

type Boxed = BoxCloneSyncService<Request, Response, std::convert::Infallible>;

async fn check(telemetry: &Telemetry, service: Boxed, what: &str) {
    for status in [200, 404, 500] {
        let reply = call(&service, get(&format!("/users/{status}"))).await;
        assert_eq!(reply.status, status, "{what}");
        assert_eq!(reply.header("x-request-id"), reply.text(), "{what}");
        assert_eq!(reply.text().len(), 36, "{what}");
    }
    assert_eq!(finished(telemetry), EXPECTED, "{what}");
    let latencies = samples(telemetry, "http_request_duration_seconds_count");
    let expected = ["GET /users/{id} 2xx 1", "GET /users/{id} 4xx 1", "GET /users/{id} 5xx 1"];
    assert_eq!(latencies, expected, "{what}");
    assert_eq!(samples(telemetry, "http_requests_in_flight"), [] as [&str; 0], "{what}");
}

/// The layer with so many of the others within it.
fn router_with_layer_at(telemetry: &Telemetry, position: usize) -> Router {
    let within = (0..position).fold(routes(), other);
    (position..3).fold(within.layer(telemetry.layer()), other)
}

#[tokio::test]
async fn among_the_layers_of_a_router() {
    for position in 0..=3 {
        let telemetry = telemetry();
        let router = router_with_layer_at(&telemetry, position);
        check(&telemetry, Boxed::new(router), &format!("position {position}")).await;
    }
}

#[tokio::test]
async fn as_a_route_layer() {
    let telemetry = telemetry();
    let router = routes().route_layer(telemetry.layer());
    check(&telemetry, Boxed::new(router.clone()), "route_layer").await;
    let reply = call(&router, get("/nowhere")).await;
    assert_eq!((reply.status.as_u16(), reply.header("x-request-id")), (404, ""));
    assert_eq!(finished(&telemetry), EXPECTED, "a route layer sees matched routes alone");
}

#[tokio::test]
async fn on_one_route() {
    let telemetry = telemetry();
    let router = Router::new().route("/users/{id}", on_get(user).layer(telemetry.layer()));
    check(&telemetry, Boxed::new(router), "a method router").await;
    let telemetry = super::lab::telemetry();
    let handler = axum::handler::Handler::layer(user, telemetry.layer());
    let router = Router::new().route("/users/{id}", on_get(handler));
    check(&telemetry, Boxed::new(router), "a handler").await;
}

/// Outside of the router no route is known, unless the layer stands in it once more.
fn stack_with_layer_at(telemetry: &Telemetry, position: usize) -> Boxed {
    let plain = |service: Boxed, _| {
        let stack = ServiceBuilder::new().map_request(|request: Request| request);
        Boxed::new(stack.service(service))
    };
    let within = (0..position).fold(Boxed::new(routes().layer(telemetry.layer())), plain);
    let stack = ServiceBuilder::new().layer(telemetry.layer()).service(within);
    let layered = stack.map_response(|response| response.map(Body::new));
    (position..2).fold(Boxed::new(layered), plain)
}

#[tokio::test]
async fn among_the_layers_of_a_stack() {
    for position in 0..=2 {
        let telemetry = telemetry();
        let service = stack_with_layer_at(&telemetry, position);
        check(&telemetry, service, &format!("position {position}")).await;
    }
}

#[tokio::test]
async fn any_number_of_times() {
    let telemetry = telemetry();
    let router = routes().layer(telemetry.layer()).layer(telemetry.layer());
    let stack = ServiceBuilder::new().layer(telemetry.layer()).layer(telemetry.layer());
    let service = stack.service(router);
    let service = ServiceExt::<Request>::map_response(service, |response| response.map(Body::new));
    check(&telemetry, Boxed::new(service), "four layers").await;
}

#[tokio::test]
async fn outside_of_the_router_alone_it_knows_no_route() {
    let telemetry = telemetry();
    let service = ServiceBuilder::new().layer(telemetry.layer()).service(routes());
    let reply = call(&service, get("/users/200")).await;
    assert_eq!(reply.header("x-request-id"), reply.text());
    assert_eq!(finished(&telemetry), ["GET unmatched 200 success 1"]);
}
