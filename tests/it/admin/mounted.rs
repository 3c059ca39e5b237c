//! The operator's routes in the service's own router.

use super::{DEADLINE, TOKEN, built, telemetry};
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::routing::get;
use http::{Method, Request, StatusCode};
use obskit::Telemetry;
use obskit_tests::http as client;
use obskit_tests::wait::wait_until;
use std::net::SocketAddr;
use tokio::net::TcpListener;
use tower::ServiceExt;

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

/// Asks as from a peer that the service's server has told of.
async fn ask(
    telemetry: &Telemetry,
    method: Method,
    path: &str,
    peer: Option<[u8; 4]>,
    headers: &[(&str, &str)],
) -> StatusCode {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if let Some(peer) = peer {
        request = request.extension(ConnectInfo(SocketAddr::from((peer, 50_000))));
    }
    let request = request.body(Body::from("debug")).unwrap();
    telemetry.admin_router::<()>().oneshot(request).await.unwrap().status()
}

#[tokio::test]
async fn a_token_or_a_known_network_is_trusted_and_this_machine_is_not() {
    let telemetry = built(|config| {
        config.admin.token = Some(TOKEN.to_owned().into());
        config.admin.allow = "10.0.0.0/8".parse().unwrap();
    });
    let check = async |peer: Option<[u8; 4]>, headers: &[(&str, &str)], expected: u16| {
        for (method, path) in
            [(Method::GET, "/debug/ledger"), (Method::GET, "/loglevel"), (Method::PUT, "/loglevel")]
        {
            let status = ask(&telemetry, method, path, peer, headers).await;
            assert_eq!(status, expected, "{path} {peer:?} {headers:?}");
        }
        for path in ["/metrics", "/readyz?verbose"] {
            let status = ask(&telemetry, Method::GET, path, peer, headers).await;
            assert_eq!(status, StatusCode::OK, "{path} {peer:?} {headers:?}");
        }
    };
    let bearer = ("authorization", "Bearer sixteen-bytes-ok");
    let host = ("host", "localhost");
    check(None, &[host], 401).await;
    check(Some([127, 0, 0, 1]), &[host], 401).await;
    check(Some([203, 0, 113, 7]), &[host], 401).await;
    check(Some([10, 1, 2, 3]), &[host], 200).await;
    check(Some([10, 1, 2, 3]), &[host, ("x-forwarded-for", "203.0.113.7")], 401).await;
    check(None, &[bearer], 200).await;
    check(Some([203, 0, 113, 7]), &[bearer, ("x-forwarded-for", "10.0.0.1")], 200).await;
}

#[tokio::test]
async fn without_token_and_network_nobody_is_trusted() {
    let telemetry = telemetry();
    let host = [("host", "localhost")];
    let status = ask(&telemetry, Method::GET, "/debug/config", Some([127, 0, 0, 1]), &host).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
}

/// The service's server tells of its peers; this one's is 127.0.0.1.
#[tokio::test]
async fn peers_are_known_where_the_service_tells_them() {
    let telemetry = built(|config| config.admin.allow = "127.0.0.0/8".parse().unwrap());
    let app = Router::new().nest("/api", telemetry.admin_router());
    let status = async |told: bool| {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/api/debug/ledger", listener.local_addr().unwrap());
        if told {
            let service = app.clone().into_make_service_with_connect_info::<SocketAddr>();
            tokio::spawn(axum::serve(listener, service).into_future());
        } else {
            tokio::spawn(axum::serve(listener, app.clone()).into_future());
        }
        client::get(&url).await.status
    };
    assert_eq!(status(true).await, StatusCode::OK);
    assert_eq!(status(false).await, StatusCode::FORBIDDEN);
}
