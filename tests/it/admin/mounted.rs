//! The operator's routes in the service's own router.

use super::{DEADLINE, telemetry};
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::{Method, StatusCode};
use obskit::Telemetry;
use obskit_tests::http as client;
use obskit_tests::wait::wait_until;
use std::net::SocketAddr;
use tokio::net::TcpListener;

#[derive(Clone)]
struct Shared(&'static str);

/// Nested in a router that has a state of its own, with the layer around everything.
async fn serve(telemetry: &Telemetry) -> SocketAddr {
    let app: Router = Router::new()
        .route("/api/orders", get(|State(Shared(text)): State<Shared>| async move { text }))
        .nest("/api", telemetry.admin_router())
        .layer(telemetry.layer())
        .with_state(Shared("[]"));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    tokio::spawn(axum::serve(listener, app).into_future());
    addr
}

#[tokio::test]
async fn they_answer_under_the_prefix() {
    let telemetry = telemetry();
    let addr = serve(&telemetry).await;
    let check = async |path: &str, status: u16| {
        let reply = client::get(&format!("http://{addr}{path}")).await;
        assert_eq!(reply.status, status, "{path}");
    };
    for path in ["/api/metrics", "/api/health", "/api/health/live", "/api/livez", "/api/startupz"] {
        check(path, 200).await;
    }
    check("/metrics", 404).await;
    // The list at `/` is not mounted: the path is the service's.
    check("/api", 404).await;
    check("/api/", 404).await;
    let _latch = telemetry.latch();
    check("/api/health", 503).await;
    check("/api/health/live", 200).await;
}

#[tokio::test]
async fn other_methods_are_refused_there_too() {
    let telemetry = telemetry();
    let url = format!("http://{}/api/metrics", serve(&telemetry).await);
    let reply = client::send(Method::DELETE, &url, &[], "").await.unwrap();
    assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(reply.header("allow"), "GET, HEAD");
    let head = client::send(Method::HEAD, &url, &[], "").await.unwrap();
    assert_eq!(head.status, StatusCode::OK);
    assert!(head.body.is_empty());
}

#[tokio::test]
async fn they_are_in_no_metric() {
    let telemetry = telemetry();
    let addr = serve(&telemetry).await;
    let orders = format!("http://{addr}/api/orders");
    assert_eq!(client::get(&orders).await.status, StatusCode::OK);
    for path in ["/api/metrics", "/api/health", "/api/livez", "/api/readyz"] {
        client::get(&format!("http://{addr}{path}")).await;
        let url = format!("http://{addr}{path}");
        client::send(Method::POST, &url, &[], "").await.unwrap();
    }
    let counted = r#"http_requests_total{method="GET",endpoint="/api/orders""#;
    let page = wait_until("the request to be counted", DEADLINE, async || {
        let page = client::get(&format!("http://{addr}/api/metrics")).await.text().to_owned();
        if page.contains(counted) { Ok(page) } else { Err(page) }
    })
    .await;
    for path in ["metrics", "health", "livez", "readyz"] {
        assert!(!page.contains(&format!("/api/{path}")), "{page}");
    }
}
