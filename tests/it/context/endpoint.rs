//! The endpoint by axum's routes, however they are put together.

use super::lab::{call, finished, request, telemetry};
use axum::Router;
use axum::routing::{any, get, post};
use http::{Method, StatusCode};
use obskit::Telemetry;

/// Requests to paths, each with its method, and the lines that they leave.
async fn check(telemetry: &Telemetry, router: Router, requests: &[&str], expected: &[&str]) {
    for line in requests {
        let (method, path) = line.split_once(' ').unwrap();
        let method = method.parse().unwrap();
        let reply = call(&router, request(method, path, &[])).await;
        assert_eq!(reply.header("x-request-id").len(), 36, "{line}");
    }
    assert_eq!(finished(telemetry), expected);
}

fn users() -> Router {
    Router::new()
        .route("/users", get(async || "all").post(async || StatusCode::CREATED))
        .route("/users/{id}", get(async || "one"))
}

#[tokio::test]
async fn plain_routes() {
    let telemetry = telemetry();
    let router = users().route("/files/{*path}", get(async || ())).layer(telemetry.layer());
    let requests = [
        "GET /users?page=2",
        "POST /users",
        "GET /users/7",
        "GET /users/%2e%2e",
        "HEAD /users/7",
        "DELETE /users/7",
        "GET /users/7/",
        "GET /files/a/b/c.txt",
    ];
    let expected = [
        "DELETE /users/{id} 405 client_error 1",
        "GET /files/{*path} 200 success 1",
        "GET /users 200 success 1",
        "GET /users/{id} 200 success 2",
        "GET unmatched 404 client_error 1",
        "HEAD /users/{id} 200 success 1",
        "POST /users 201 success 1",
    ];
    check(&telemetry, router, &requests, &expected).await;
}

#[tokio::test]
async fn any_method() {
    let telemetry = telemetry();
    let router = Router::new().route("/any", any(async || ())).layer(telemetry.layer());
    let requests = ["GET /any", "PATCH /any", "TRACE /any", "PURGE /any", "MKCOL /any"];
    let expected = [
        "GET /any 200 success 1",
        "PATCH /any 200 success 1",
        "TRACE /any 200 success 1",
        "_OTHER /any 200 success 2",
    ];
    check(&telemetry, router, &requests, &expected).await;
}

#[tokio::test]
async fn fallbacks() {
    let telemetry = telemetry();
    let router = users()
        .fallback(async || (StatusCode::IM_A_TEAPOT, "nothing here"))
        .method_not_allowed_fallback(async || StatusCode::CONFLICT)
        .layer(telemetry.layer());
    let requests = ["GET /nowhere", "GET /users/7", "PUT /users/7"];
    let expected = [
        "GET /users/{id} 200 success 1",
        "GET unmatched 418 client_error 1",
        "PUT /users/{id} 409 client_error 1",
    ];
    check(&telemetry, router, &requests, &expected).await;
}

#[tokio::test]
async fn merged() {
    let telemetry = telemetry();
    let other = Router::new().route("/orders/{id}", get(async || ()));
    let router = users().merge(other).layer(telemetry.layer());
    let requests = ["GET /users/7", "GET /orders/7", "GET /nowhere"];
    let expected = [
        "GET /orders/{id} 200 success 1",
        "GET /users/{id} 200 success 1",
        "GET unmatched 404 client_error 1",
    ];
    check(&telemetry, router, &requests, &expected).await;
}

/// Routes merged after the layer are without it.
#[tokio::test]
async fn merged_each_with_the_layer() {
    let telemetry = telemetry();
    let other = Router::new().route("/orders/{id}", get(async || ())).layer(telemetry.layer());
    let router = Router::new().merge(users().layer(telemetry.layer())).merge(other);
    let requests = ["GET /users/7", "GET /orders/7"];
    let expected = ["GET /orders/{id} 200 success 1", "GET /users/{id} 200 success 1"];
    check(&telemetry, router, &requests, &expected).await;
}

const NESTED: [&str; 5] =
    ["GET /api/users/7", "POST /api/users", "GET /api/nowhere", "GET /users/7", "PUT /api/users/7"];
const NESTED_EXPECTED: [&str; 5] = [
    "GET /api/users/{id} 200 success 1",
    "GET unmatched 404 client_error 2",
    "POST /api/users 201 success 1",
    "PUT /api/users/{id} 405 client_error 1",
    "",
];

#[tokio::test]
async fn nested() {
    let telemetry = telemetry();
    let router = Router::new().nest("/api", users()).layer(telemetry.layer());
    check(&telemetry, router, &NESTED, &NESTED_EXPECTED[..4]).await;
}

#[tokio::test]
async fn nested_twice_under_a_parameter() {
    let telemetry = telemetry();
    let inner = Router::new().nest("/v1", users());
    let router = Router::new().nest("/{tenant}", inner).layer(telemetry.layer());
    let requests = ["GET /acme/v1/users/7", "GET /other/v1/users/8"];
    check(&telemetry, router, &requests, &["GET /{tenant}/v1/users/{id} 200 success 2"]).await;
}

#[tokio::test]
async fn nested_with_the_layer_within_alone() {
    let telemetry = telemetry();
    let router = Router::new().nest("/api", users().layer(telemetry.layer()));
    check(&telemetry, router, &NESTED[..2], &[NESTED_EXPECTED[0], NESTED_EXPECTED[2]]).await;
}

#[tokio::test]
async fn nested_as_a_service_with_the_layer_again() {
    let telemetry = telemetry();
    let inner = users().layer(telemetry.layer());
    let router = Router::new().nest_service("/api", inner).layer(telemetry.layer());
    check(&telemetry, router, &NESTED, &NESTED_EXPECTED[..4]).await;
}

/// axum knows no more than that the service was reached.
#[tokio::test]
async fn nested_as_a_service_without() {
    let telemetry = telemetry();
    let router = Router::new().nest_service("/api", users()).layer(telemetry.layer());
    check(&telemetry, router, &NESTED[..1], &["GET unmatched 200 success 1"]).await;
}

#[tokio::test]
async fn a_nested_fallback() {
    let telemetry = telemetry();
    let inner = users().fallback(async || StatusCode::GONE);
    let router = Router::new()
        .nest("/api", inner)
        .fallback(async || StatusCode::IM_A_TEAPOT)
        .layer(telemetry.layer());
    let requests = ["GET /api/nowhere", "GET /nowhere"];
    let expected = ["GET unmatched 410 client_error 1", "GET unmatched 418 client_error 1"];
    check(&telemetry, router, &requests, &expected).await;
}

#[tokio::test]
async fn a_route_layer_within_a_layer() {
    let telemetry = telemetry();
    let router = users().route_layer(telemetry.layer()).layer(telemetry.layer());
    let expected = ["GET /users/{id} 200 success 1", "GET unmatched 404 client_error 1"];
    check(&telemetry, router, &["GET /users/7", "GET /nowhere"], &expected).await;
}

#[tokio::test]
async fn routes_that_state_or_layers_divide() {
    let telemetry = telemetry();
    let router: Router = Router::new()
        .route("/state", get(async |state: axum::extract::State<&'static str>| state.0))
        .with_state("state")
        .route("/late/{id}", post(async || ()))
        .layer(telemetry.layer())
        .route("/outside", get(async || "not seen"));
    for (method, path) in [(Method::GET, "/state"), (Method::POST, "/late/1")] {
        call(&router, request(method, path, &[])).await;
    }
    let reply = call(&router, request(Method::GET, "/outside", &[])).await;
    assert_eq!(reply.header("x-request-id"), "");
    let expected = ["GET /state 200 success 1", "POST /late/{id} 200 success 1"];
    assert_eq!(finished(&telemetry), expected);
}
