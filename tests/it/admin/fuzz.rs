//! Whatever is sent to the operator's routes.

use super::{DEADLINE, TOKEN, built, served_with};
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::{HeaderValue, Request, StatusCode, Uri};
use http_body_util::BodyExt;
use obskit::admin::{Access, ROUTES, Route};
use obskit::config::Config;
use obskit_tests::http as client;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestRunner;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;
use tower::ServiceExt;

/// Stands in all that is made up, and must come back in nothing.
const MARK: &str = "zqxmark";

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

fn guarded(config: &mut Config) {
    config.admin.token = Some(TOKEN.to_owned().into());
    config.admin.allow = "10.0.0.0/8".parse().unwrap();
}

/// A text of pieces that mean something, pieces that nearly do, and any others.
fn text(pieces: &'static [&'static str]) -> impl Strategy<Value = String> {
    let known = select(pieces).prop_map(str::to_owned);
    let escape = any::<u8>().prop_map(|byte| format!("%{byte:02x}"));
    let piece =
        prop_oneof![4 => known, 1 => escape, 1 => "[!-~]{0,12}", 1 => Just(MARK.to_owned())];
    vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

fn method() -> impl Strategy<Value = String> {
    let known =
        select(&["GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "CONNECT", "TRACE"][..]);
    prop_oneof![8 => known.prop_map(str::to_owned), 1 => "[A-Z]{1,10}".prop_map(|m| m + MARK)]
}

fn path() -> impl Strategy<Value = String> {
    let paths: Vec<_> = ROUTES.iter().flat_map(Route::paths).collect();
    prop_oneof![9 => select(paths).prop_map(str::to_owned), 1 => text(&["/", "//", "..", "debug"])
        .prop_map(|text| format!("/{text}"))]
}

fn query() -> impl Strategy<Value = String> {
    text(&[
        "?",
        "&",
        "=",
        "name[]=",
        "exclude=",
        "verbose",
        "for=",
        "10m",
        "1s",
        "24h",
        "+",
        ",",
        "a",
        "99999999999999999999s",
        "postgres",
    ])
}

fn header() -> impl Strategy<Value = (&'static str, Vec<u8>)> {
    let names = [
        "host",
        "authorization",
        "accept",
        "accept-encoding",
        "content-type",
        "sec-fetch-site",
        "origin",
        "x-forwarded-for",
        "expect",
        "x-request-id",
        "traceparent",
        "range",
    ];
    let values = text(&[
        "Bearer ",
        "Bearer sixteen-bytes-ok",
        "localhost",
        "127.0.0.1:9464",
        "[::1]",
        "@",
        "gzip",
        "*",
        "/",
        ";q=",
        "0.5",
        ",",
        "application/openmetrics-text",
        "cross-site",
        " ",
        "\t",
        "text/plain",
        "version=",
        "1.0.0",
        "application/vnd.google.protobuf",
    ]);
    let values = prop_oneof![
        6 => values.prop_map(String::into_bytes),
        1 => vec(any::<u8>(), 0..40),
        1 => Just(b"Bearer sixteen-bytes-ok".to_vec()),
    ];
    (select(names.to_vec()), values)
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    let levels = text(&["info", "debug", "off", ",", "=", "a::b", " ", "[", "]", "\n", "TRACE"]);
    prop_oneof![
        8 => levels.prop_map(String::into_bytes),
        1 => vec(any::<u8>(), 0..64),
        1 => (4_000..5_000usize).prop_map(|length| vec![b' '; length]),
    ]
}

/// One request, made up.
#[derive(Clone, Debug)]
struct Case {
    method: String,
    path: String,
    query: String,
    headers: Vec<(&'static str, Vec<u8>)>,
    body: Vec<u8>,
    peer: Option<[u8; 4]>,
}

impl Case {
    fn any() -> impl Strategy<Value = Self> {
        let peer = select(&[[10, 0, 0, 1], [127, 0, 0, 1], [203, 0, 113, 7]][..]);
        let parts = (method(), path(), query(), vec(header(), 0..4), body(), option::of(peer));
        parts.prop_map(|(method, path, query, headers, body, peer)| Self {
            method,
            path,
            query,
            headers,
            body,
            peer,
        })
    }

    /// As axum hands it on, if it is one.
    fn request(&self) -> Option<Request<Body>> {
        let target = format!("{}{}", self.path, self.query).parse::<Uri>().ok()?;
        let mut request = Request::builder().method(self.method.as_str()).uri(target);
        for (name, value) in &self.headers {
            request = request.header(*name, HeaderValue::from_bytes(value).ok()?);
        }
        if let Some(peer) = self.peer {
            request = request.extension(ConnectInfo(SocketAddr::from((peer, 1))));
        }
        request.body(Body::from(self.body.clone())).ok()
    }

    /// Whether anything says that the caller may see more than metrics and probes.
    fn may_be_trusted(&self) -> bool {
        let shown =
            |value: &Vec<u8>| value.windows(TOKEN.len()).any(|part| part == TOKEN.as_bytes());
        self.peer == Some([10, 0, 0, 1])
            || self.headers.iter().any(|(name, value)| *name == "authorization" && shown(value))
    }
}

async fn check(router: &Router, case: &Case) -> Result<(), TestCaseError> {
    let Some(request) = case.request() else { return Ok(()) };
    let path = request.uri().path().to_owned();
    let response = router.clone().oneshot(request).await.unwrap();
    let (head, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let expected = [200, 400, 401, 403, 404, 405, 413, 503];
    prop_assert!(expected.contains(&head.status.as_u16()), "{} of {case:?}", head.status);
    let route = ROUTES.iter().find(|route| route.path != "/" && route.paths().any(|p| p == path));
    // What is no route is answered by the service, not by obskit.
    let Some(route) = route else { return Ok(()) };
    prop_assert!(!format!("{:?}", head.headers).contains(MARK), "{head:?}");
    prop_assert_eq!(&head.headers["cache-control"], "no-store");
    prop_assert_eq!(&head.headers["x-content-type-options"], "nosniff");
    if case.method == "HEAD" {
        prop_assert!(body.is_empty());
    } else {
        prop_assert_eq!(&head.headers["content-length"], &body.len().to_string());
        let said = String::from_utf8_lossy(&body);
        // Who sets levels is shown them.
        let is_of_levels = route.path == "/loglevel" && head.status == StatusCode::OK;
        prop_assert!(is_of_levels || !said.contains(MARK), "{said}");
        if head.headers["content-type"].as_bytes().ends_with(b"json") {
            prop_assert!(serde_json::from_slice::<serde_json::Value>(&body).is_ok(), "{said}");
        }
    }
    if !case.may_be_trusted() && route.access == Access::Trusted {
        prop_assert!([401, 405].contains(&head.status.as_u16()), "{head:?}");
    }
    Ok(())
}

#[test]
fn routes_answer_every_request_with_a_status_they_have() {
    let (runtime, telemetry) = (runtime(), built(guarded));
    telemetry.health().passive("postgres").register().unwrap().fail("down");
    let router = telemetry.admin_router::<()>();
    let mut runner = TestRunner::default();
    runner.run(&Case::any(), |case| runtime.block_on(check(&router, &case))).unwrap();
}

/// Bytes that look like requests in most of their parts.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let pieces = [
        "GET ",
        "PUT ",
        "HEAD ",
        "POST ",
        "/livez",
        "/metrics",
        "/loglevel?for=10m",
        "/debug/config",
        "*",
        "http://localhost/readyz?verbose",
        " HTTP/1.1\r\n",
        " HTTP/1.0\r\n",
        " HTTP/9.9\r\n",
        "GET /livez HTTP/1.1\r\n",
        "PUT /loglevel HTTP/1.1\r\nhost: localhost\r\n",
        "\r\n",
        "\n",
        "\r",
        "host: localhost\r\n",
        "host: a\r\n",
        "authorization: Bearer sixteen-bytes-ok\r\n",
        "content-length: 5\r\n",
        "content-length: -1\r\n",
        "content-length: 5\r\ncontent-length: 6\r\n",
        "transfer-encoding: chunked\r\n",
        "transfer-encoding: gzip\r\n",
        "connection: close\r\n",
        "connection: upgrade\r\nupgrade: h2c\r\n",
        "expect: 100-continue\r\n",
        "a: zqxmark\r\n",
        " zqxmark\r\n",
        "debug",
        "5\r\ndebug\r\n",
        "0\r\n\r\n",
        "ffffffffffffffffff\r\n",
        "zqxmark",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ];
    let piece = prop_oneof![
        12 => select(pieces.to_vec()).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..16),
        1 => (1_000..20_000usize).prop_map(|length| vec![b'a'; length]),
    ];
    vec(piece, 1..14).prop_map(|pieces| pieces.concat())
}

/// Everything that comes back until the server closes.
async fn exchange(addr: SocketAddr, sent: &[u8]) -> Vec<u8> {
    let (mut read, mut write) = TcpStream::connect(addr).await.unwrap().into_split();
    let sending = async {
        // It may be refused before the last byte is sent.
        let _ = write.write_all(sent).await;
        let _ = write.shutdown().await;
    };
    let mut answer = Vec::new();
    let reading = async { drop(read.read_to_end(&mut answer).await) };
    let both = async { tokio::join!(sending, reading) };
    timeout(DEADLINE, both).await.expect("the server closes the connection");
    answer
}

#[test]
fn the_server_survives_every_sequence_of_bytes() {
    let runtime = runtime();
    let (telemetry, addr) = runtime.block_on(served_with(guarded));
    let mut runner = TestRunner::default();
    let ran = runner.run(&bytes(), |sent| {
        let answer = runtime.block_on(exchange(addr, &sent));
        let answer = String::from_utf8_lossy(&answer);
        let expected = [100, 200, 400, 401, 403, 404, 405, 408, 413, 414, 431, 503];
        for head in answer.split("HTTP/1.").skip(1) {
            let status = head.get(2..5).and_then(|status| status.parse::<u16>().ok());
            prop_assert!(status.is_some_and(|status| expected.contains(&status)), "{head}");
        }
        prop_assert!(!answer.contains(MARK), "{answer}");
        Ok(())
    });
    ran.unwrap();
    let reply = runtime.block_on(client::get(&format!("http://{addr}/livez")));
    assert_eq!(reply.status, StatusCode::OK);
    drop(telemetry);
}
