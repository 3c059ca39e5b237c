//! Finished responses on connections that live on, and then close, cancelled nothing (R6).

use bytes::Bytes;
use http::{Request, Response, Version};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use obskit::Telemetry;
use obskit::context::Outcome;
use obskit::testing::Exchanges;
use obskit_tests::connection::Connection;
use obskit_tests::samples::{count, in_flight};
use obskit_tests::scripted::{Scripted, Step};
use obskit_tests::serve::Server;
use obskit_tests::settings;
use std::convert::Infallible;
use tower::{Layer, service_fn};

const REQUESTS: usize = 10_000;
const AT_ONCE: usize = 50;
const PATHS: [&str; 4] = ["/known-end", "/exact-length", "/chunked", "/empty"];

#[tokio::test]
async fn ten_thousand_requests_on_one_http1_connection() {
    let (telemetry, exchanges, server) = start().await;
    let mut connection = Connection::open(server.address, Version::HTTP_11).await;
    for path in PATHS.iter().cycle().take(REQUESTS) {
        let answer = connection.get(path).await.unwrap();
        answer.into_body().collect().await.unwrap();
    }
    connection.vanish().await;
    server.stop().await;
    check(&telemetry, &exchanges);
}

#[tokio::test]
async fn ten_thousand_requests_on_one_http2_connection() {
    let (telemetry, exchanges, server) = start().await;
    let mut connection = Connection::open(server.address, Version::HTTP_2).await;
    for _ in 0..REQUESTS / AT_ONCE {
        let paths = PATHS.iter().cycle().take(AT_ONCE).map(ToString::to_string);
        for answer in connection.get_all(paths.collect()).await {
            answer.into_body().collect().await.unwrap();
        }
    }
    connection.vanish().await;
    server.stop().await;
    check(&telemetry, &exchanges);
}

async fn start() -> (Telemetry, Exchanges, Server) {
    let (telemetry, exchanges) = Telemetry::build_captured(settings::local()).unwrap();
    let server = Server::start(telemetry.layer().layer(service_fn(answer))).await;
    (telemetry, exchanges, server)
}

async fn answer(request: Request<Incoming>) -> Result<Response<Scripted>, Infallible> {
    let hello = [Step::Data("hel"), Step::Data("lo")];
    let body = match request.uri().path() {
        "/known-end" => Scripted::new(hello).with_length(Some(5)).knowing_its_end(true),
        "/exact-length" => Scripted::new(hello).with_length(Some(5)),
        "/chunked" => Scripted::new([hello[0], Step::Yield, hello[1]]),
        _ => Scripted::default(),
    };
    Ok(Response::new(body))
}

fn check(telemetry: &Telemetry, exchanges: &Exchanges) {
    let ended = exchanges.drain();
    assert_eq!((ended.len(), exchanges.missed()), (REQUESTS, 0));
    let other = ended.iter().find(|exchange| exchange.outcome != Outcome::Success);
    assert!(other.is_none(), "{other:?}");
    assert_eq!(count(telemetry, "http_requests_total", &[r#"outcome="success""#]), REQUESTS);
    assert_eq!(count(telemetry, "http_request_duration_seconds_count", &[]), REQUESTS);
    assert!(in_flight(telemetry) == 0);
}

/// An h2 client that resets each stream once it has the whole answer.
#[tokio::test]
async fn answers_dropped_when_read_are_complete() {
    let (telemetry, exchanges, server) = start().await;
    for version in [Version::HTTP_11, Version::HTTP_2] {
        let mut connection = Connection::open(server.address, version).await;
        let mut body = connection.get("/exact-length").await.unwrap().into_body();
        let mut read = Bytes::new();
        while read.len() < 5 {
            let frame = body.frame().await.unwrap().unwrap().into_data().unwrap();
            read = [read, frame].concat().into();
        }
        drop(body);
        drop(connection);
        assert_eq!(exchanges.next().await.outcome, Outcome::Success, "{version:?}");
    }
    server.stop().await;
    assert!(exchanges.drain().is_empty() && in_flight(&telemetry) == 0);
}
