//! Clients that are odd on the wire, byte by byte.

use http::{Request, Response};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use obskit::Telemetry;
use obskit::context::Outcome;
use obskit::testing::{Captured, Exchanges};
use obskit_tests::samples::in_flight;
use obskit_tests::scripted::{Scripted, Step};
use obskit_tests::serve::Server;
use obskit_tests::settings;
use obskit_tests::wait::soon;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tower::{BoxError, Layer, service_fn};

struct Wire {
    telemetry: Telemetry,
    exchanges: Exchanges,
    server: Server,
    stream: TcpStream,
}

impl Wire {
    async fn open() -> Self {
        let (telemetry, exchanges) = Telemetry::build_captured(settings::local()).unwrap();
        let server = Server::start(telemetry.layer().layer(service_fn(echo))).await;
        let stream = TcpStream::connect(server.address).await.unwrap();
        Self { telemetry, exchanges, server, stream }
    }

    async fn send(&mut self, bytes: &str) {
        self.stream.write_all(bytes.as_bytes()).await.unwrap();
    }

    /// What comes, until it ends in `end`.
    async fn read_to(&mut self, end: &str) -> String {
        let mut text = String::new();
        while !text.ends_with(end) {
            let byte = soon(&format!("{end:?} after {text:?}"), self.stream.read_u8()).await;
            text.push(byte.unwrap().into());
        }
        text
    }

    /// Closes everything; what was recorded, and that nothing is left.
    async fn end(self) -> Vec<Captured> {
        drop(self.stream);
        soon("the end", self.server.stop()).await;
        assert!(in_flight(&self.telemetry) == 0);
        self.exchanges.drain()
    }
}

/// Answers with the size of the body, once it has all of it.
async fn echo(request: Request<Incoming>) -> Result<Response<Scripted>, BoxError> {
    let body = request.into_body().collect().await?.to_bytes();
    let text = if body.is_empty() { "none" } else { "some" };
    Ok(Response::new(Scripted::new([Step::Data(text)]).with_length(Some(4))))
}

#[track_caller]
fn check(ended: &[Captured], expected: &[(Outcome, u16)]) {
    let found: Vec<_> = ended.iter().map(|ended| (ended.outcome, ended.status)).collect();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn a_body_sent_after_100_continue() {
    let mut wire = Wire::open().await;
    wire.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\nexpect: 100-continue\r\n\r\n")
        .await;
    assert!(wire.read_to("\r\n\r\n").await.starts_with("HTTP/1.1 100"));
    wire.send("abc").await;
    let answer = wire.read_to("some").await;
    assert_eq!(answer.matches("x-request-id: ").count(), 1, "{answer}");
    let ended = wire.end().await;
    check(&ended, &[(Outcome::Success, 200)]);
    assert_eq!((ended[0].request_bytes, ended[0].response_bytes), (Some(3), 4));
}

#[tokio::test]
async fn a_client_that_never_sends_the_body_it_promised() {
    let mut wire = Wire::open().await;
    wire.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\nexpect: 100-continue\r\n\r\n")
        .await;
    wire.read_to("\r\n\r\n").await;
    // The handler gets an error from the body, and answers with one to nobody.
    wire.stream.shutdown().await.unwrap();
    let ended = soon("the exchange", wire.exchanges.next()).await;
    check(&[ended], &[(Outcome::ServerError, 500)]);
    assert!(wire.end().await.is_empty());
}

#[tokio::test]
async fn requests_sent_all_at_once() {
    let mut wire = Wire::open().await;
    wire.send(&"GET / HTTP/1.1\r\nhost: a\r\n\r\n".repeat(3)).await;
    for _ in 0..3 {
        wire.read_to("none").await;
    }
    check(&wire.end().await, &[(Outcome::Success, 200); 3]);
}

#[tokio::test]
async fn http_1_0_which_ends_by_closing() {
    let mut wire = Wire::open().await;
    wire.send("GET / HTTP/1.0\r\n\r\n").await;
    let mut answer = String::new();
    soon("the end", wire.stream.read_to_string(&mut answer)).await.unwrap();
    assert!(answer.contains("x-request-id: ") && answer.ends_with("none"), "{answer}");
    check(&wire.end().await, &[(Outcome::Success, 200)]);
}

#[tokio::test]
async fn a_client_that_reads_nothing_of_a_whole_answer() {
    let mut wire = Wire::open().await;
    wire.send("GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
    let ended = soon("the exchange", wire.exchanges.next()).await;
    check(&[ended], &[(Outcome::Success, 200)]);
    assert!(wire.end().await.is_empty());
}

#[tokio::test]
async fn what_is_no_request_is_none() {
    for bytes in ["", "GET / HT", "GET / HTTP/1.1\r\nhost: a\r\n", "NO REQUEST AT ALL\r\n\r\n"] {
        let mut wire = Wire::open().await;
        wire.send(bytes).await;
        wire.stream.shutdown().await.unwrap();
        let mut answer = Vec::new();
        soon("the end", wire.stream.read_to_end(&mut answer)).await.unwrap();
        assert!(wire.end().await.is_empty(), "{bytes:?}");
    }
}
