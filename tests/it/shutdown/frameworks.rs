//! The frameworks of `docs/shutdown.md`: what is under way when the signal comes is answered whole.

use super::child::Leaving;
use bytes::Bytes;
use http::{Request, Response, Version};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use obskit_tests::connection::Connection;
use obskit_tests::http as client;
use obskit_tests::wait::{soon, wait_until};
use std::net::TcpStream;
use std::time::Duration;

const DEADLINE: Duration = Duration::from_secs(20);

async fn check(framework: &str, version: Version, path: &'static str) -> Response<Incoming> {
    let mut leaving = Leaving::start(framework, "0s", "30s");
    let (service, admin) = (leaving.told("service").await, leaving.told("admin").await);
    let mut connection = Connection::open(service, version).await;
    let asked = tokio::spawn(async move {
        let request = Request::post(path).header("content-type", "application/grpc");
        connection.send(request.body(Full::<Bytes>::default()).unwrap()).await.unwrap()
    });
    wait_until("the request to be under way", DEADLINE, async || {
        let metrics = client::get(&format!("http://{admin}/metrics")).await;
        let in_flight = metrics
            .text()
            .lines()
            .any(|line| line.starts_with("http_requests_in_flight{") && line.ends_with(" 1"));
        if in_flight { Ok(()) } else { Err("it is not") }
    })
    .await;
    leaving.signal("TERM");
    wait_until("the port to be closed", DEADLINE, async || {
        TcpStream::connect(service).err().ok_or("open")
    })
    .await;
    leaving.nudge();
    let answer = soon("the answer", asked).await.unwrap();
    let ended = soon("the end", leaving.end()).await;
    assert!(ended.status.success(), "{framework}: {ended:?}");
    assert_eq!(ended.requests(), 1, "{framework}");
    let last = ended.line("everything is delivered");
    assert_eq!(last["metadata"]["writtenLines"], ended.lines.len() - 2, "{framework}");
    answer
}

async fn text(answer: Response<Incoming>) -> Bytes {
    answer.into_body().collect().await.unwrap().to_bytes()
}

#[tokio::test]
async fn axum() {
    assert_eq!(text(check("axum", Version::HTTP_11, "/slow").await).await, "slow");
}

#[tokio::test]
async fn hyper() {
    assert_eq!(text(check("hyper", Version::HTTP_11, "/slow").await).await, "slow");
}

#[tokio::test]
async fn tonic() {
    let answer = check("tonic", Version::HTTP_2, "/leaving.Leaving/slow").await;
    assert_eq!(
        (&answer.headers()["grpc-status"], &answer.headers()["grpc-message"]),
        (&"0".parse().unwrap(), &"slow".parse().unwrap(),)
    );
}
