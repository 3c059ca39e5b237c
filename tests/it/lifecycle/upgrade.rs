//! Connections that go on in another protocol: the exchange ends at the head, the bytes still flow.

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, Version};
use http_body_util::{Empty, Full};
use hyper::body::Incoming;
use hyper::upgrade::{self, OnUpgrade};
use hyper_util::rt::TokioIo;
use obskit::Telemetry;
use obskit::context::{Outcome, Shape};
use obskit_tests::connection::Connection;
use obskit_tests::samples::{count, in_flight};
use obskit_tests::scripted::{Scripted, Step};
use obskit_tests::serve::Server;
use obskit_tests::settings;
use obskit_tests::wait::soon;
use std::convert::Infallible;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tower::{Layer, service_fn};

#[tokio::test]
async fn a_socket_upgraded_by_101() {
    let request = Request::get("/").header("connection", "upgrade").header("upgrade", "echo");
    check(request.body(Full::default()).unwrap(), Version::HTTP_11, 101).await;
}

#[tokio::test]
async fn a_tunnel_by_connect() {
    let request = Request::connect("example.com:443").body(Full::default()).unwrap();
    check(request.clone(), Version::HTTP_11, 200).await;
    check(request, Version::HTTP_2, 200).await;
}

/// A body beside the tunnel is never read, so nothing is waited for.
#[tokio::test]
async fn a_tunnel_with_a_body() {
    let (telemetry, exchanges) = Telemetry::build_captured(settings::local()).unwrap();
    let service = service_fn(async |_: Request<Incoming>| {
        Ok::<_, Infallible>(Response::new(Scripted::new([Step::Data("hello"), Step::Hang])))
    });
    let server = Server::start(telemetry.layer().layer(service)).await;
    let mut connection = Connection::open(server.address, Version::HTTP_2).await;
    let request = Request::connect("example.com:443").body(Full::default()).unwrap();
    let response = soon("the head", connection.send(request)).await.unwrap();
    let ended = soon("the exchange", exchanges.next()).await;
    assert_eq!((ended.outcome, ended.shape), (Outcome::Success, Shape::Upgrade));
    assert_eq!(response.status(), StatusCode::OK);
    connection.vanish().await;
    soon("the end", server.stop()).await;
    assert!(exchanges.drain().is_empty() && in_flight(&telemetry) == 0);
}

async fn check(request: Request<Full<Bytes>>, version: Version, status: u16) {
    let (telemetry, exchanges) = Telemetry::build_captured(settings::local()).unwrap();
    let server = Server::start(telemetry.layer().layer(service_fn(upgrade))).await;
    let mut connection = Connection::open(server.address, version).await;
    let response = soon("the head", connection.send(request)).await.unwrap();
    assert!(response.headers().contains_key("x-request-id"));
    let ended = soon("the exchange", exchanges.next()).await;
    let found = (ended.outcome, ended.status, ended.shape);
    assert_eq!(found, (Outcome::Success, status, Shape::Upgrade), "{version:?}");
    soon("the echo", talk(response)).await;
    connection.vanish().await;
    soon("the end", server.stop()).await;
    assert!(exchanges.drain().is_empty() && in_flight(&telemetry) == 0);
    let latencies = ["http_request_duration_seconds_count", "http_response_ttfb_seconds_count"];
    assert_eq!(latencies.map(|latency| count(&telemetry, latency, &[])), [0, 0]);
}

/// The other protocol.
async fn talk(response: Response<Incoming>) {
    let mut socket = TokioIo::new(upgrade::on(response).await.unwrap());
    socket.write_all(b"hello").await.unwrap();
    let mut answer = [0; 5];
    socket.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"hello");
}

async fn upgrade(mut request: Request<Incoming>) -> Result<Response<Empty<Bytes>>, Infallible> {
    let upgraded = upgrade::on(&mut request);
    tokio::spawn(echo(upgraded));
    let response = Response::builder();
    let response = match *request.method() {
        Method::CONNECT => response,
        _ => response
            .status(StatusCode::SWITCHING_PROTOCOLS)
            .header("connection", "upgrade")
            .header("upgrade", "echo"),
    };
    Ok(response.body(Empty::new()).unwrap())
}

async fn echo(upgraded: OnUpgrade) {
    let mut socket = TokioIo::new(upgraded.await.unwrap());
    let mut bytes = [0; 5];
    socket.read_exact(&mut bytes).await.unwrap();
    socket.write_all(&bytes).await.unwrap();
    socket.flush().await.unwrap();
}
