//! `x-request-id` stands once on every response.

use super::lab::{answer_id, call, current_id, finished, get, request, telemetry};
use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use axum::routing::{get as on_get, post};
use http::{HeaderMap, Method, StatusCode};
use obskit::Telemetry;
use std::collections::HashSet;
use std::future::pending;
use std::time::Duration;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;

const TIMEOUT: Duration = Duration::from_secs(30);

fn router(telemetry: &Telemetry) -> Router {
    Router::new()
        .route("/ok", on_get(answer_id))
        .route("/error", on_get(async || (StatusCode::INTERNAL_SERVER_ERROR, current_id())))
        .route("/panic", on_get(panicking))
        .route("/slow", on_get(pending::<()>))
        .route("/own", on_get(async || ([("x-request-id", "theirs")], current_id())))
        .route("/package.Service/Method", post(trailers_only))
        .layer(CatchPanicLayer::new())
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, TIMEOUT))
        .layer(telemetry.layer())
}

async fn panicking() {
    panic!("meant");
}

async fn trailers_only() -> Response {
    tonic::Status::not_found("no such thing").into_http::<Body>().into_response()
}

#[tokio::test(start_paused = true)]
async fn every_response_has_the_id_once() {
    let telemetry = telemetry();
    let router = router(&telemetry);
    let check = async |method: Method, path: &str, status: u16, body_is_id: bool| {
        for (brought, kept) in [("from-outside", true), ("not valid", false)] {
            let headers = [("x-request-id", brought), ("content-type", "application/grpc")];
            let headers = &headers[..=usize::from(method == Method::POST)];
            let reply = call(&router, request(method.clone(), path, headers)).await;
            assert_eq!(reply.status, status, "{path}");
            let echoed = reply.header("x-request-id");
            assert_eq!(echoed == brought, kept, "{path}: {echoed}");
            assert!(kept || echoed.len() == 36, "{path}: {echoed}");
            assert_eq!(reply.text() == echoed, body_is_id, "{path}: {}", reply.text());
        }
    };
    check(Method::GET, "/ok", 200, true).await;
    check(Method::HEAD, "/slow", 504, false).await;
    check(Method::GET, "/own", 200, true).await;
    check(Method::GET, "/nowhere", 404, false).await;
    check(Method::DELETE, "/ok", 405, false).await;
    check(Method::GET, "/error", 500, true).await;
    check(Method::GET, "/panic", 500, false).await;
    check(Method::GET, "/slow", 504, false).await;
    check(Method::POST, "/package.Service/Method", 200, false).await;
    let expected = [
        "DELETE /ok 405 client_error 2",
        "GET /error 500 server_error 2",
        "GET /ok 200 success 2",
        "GET /own 200 success 2",
        "GET /panic 500 server_error 2",
        "GET /slow 504 server_error 2",
        "GET unmatched 404 client_error 2",
        "HEAD /slow 504 server_error 2",
        "POST /package.Service/Method 200 client_error 5 2",
    ];
    assert_eq!(finished(&telemetry), expected);
}

#[tokio::test]
async fn ids_that_are_made_differ() {
    let telemetry = telemetry();
    let router = router(&telemetry);
    let mut seen = HashSet::new();
    for _ in 0..100 {
        let reply = call(&router, get("/ok")).await;
        assert!(seen.insert(reply.header("x-request-id").to_owned()));
    }
}

#[tokio::test]
async fn two_ids_are_none() {
    let telemetry = telemetry();
    let router = router(&telemetry);
    let mut request = get("/ok");
    let mut twice = HeaderMap::new();
    twice.append("x-request-id", "one".parse().unwrap());
    twice.append("x-request-id", "one".parse().unwrap());
    *request.headers_mut() = twice;
    let reply = call(&router, request).await;
    assert_eq!(reply.header("x-request-id").len(), 36);
    assert_eq!(reply.header("x-request-id"), reply.text());
}

#[tokio::test]
async fn ids_pass_byte_for_byte() {
    let telemetry = telemetry();
    let router = router(&telemetry);
    let check = async |id: &str| {
        let reply = call(&router, request(Method::GET, "/ok", &[("x-request-id", id)])).await;
        assert_eq!((reply.header("x-request-id"), reply.text()), (id, id));
    };
    check("4BF92F3577B34DA6A3CE929D0E0E4736").await;
    check("7d0a5b1e-3c6f-4d2a-9b8e-2f1c0a9d8e7f").await;
    check("7d0a5b1e-3c6f-4d2a-bb8e-2f1c0a9d8e7f").await;
    check("01890a5d-ac96-774b-bcce-b302099a8057").await;
    check("Root=1-67891233-abcdef012345678912345678/a.b~c:d@e+f_g").await;
    check(&"x".repeat(200)).await;
}
