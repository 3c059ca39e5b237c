//! Web servers.

use super::{answered, ends_when_dropped, is_bounded, outcome, refused};
use http::{HeaderName, HeaderValue};
use obskit::health::checks::Http;
use obskit_tests::conversation::{Conversation, Then};
use obskit_tests::watched::Watched;
use std::time::Duration;

fn ready(address: &str) -> Http {
    Http::get(&format!("http://{address}/readyz?full=1")).unwrap()
}

#[tokio::test]
async fn the_status_decides() {
    let cases = [
        ("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n", Ok(())),
        ("HTTP/1.1 204 No Content\r\n\r\n", Ok(())),
        ("HTTP/1.0 299 Odd\r\n\r\n", Ok(())),
        ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", Ok(())),
        ("HTTP/1.1 301 Moved\r\nlocation: /\r\n\r\n", Err("it answered 301, expected 200 to 299")),
        (
            "HTTP/1.1 503 Service Unavailable\r\n\r\nsecret",
            Err("it answered 503, expected 200 to 299"),
        ),
    ];
    for (answer, expected) in cases {
        let found = answered(answer, Then::Wait, ready).await;
        assert_eq!(found, expected.map_err(str::to_owned), "{answer:?}");
    }
    let answer = "HTTP/1.1 401 Unauthorized\r\n\r\n";
    let alive = |address: &str| ready(address).statuses(200..=499);
    assert_eq!(answered(answer, Then::Wait, alive).await, Ok(()));
}

#[tokio::test]
async fn a_service_follows_another() {
    let store = Watched::start(|_| Ok(())).await;
    let check = Http::get(&store.url("/readyz")).unwrap();
    let service = Watched::start(|health| {
        health.check("store", check).interval(Duration::from_millis(100)).register()
    })
    .await;
    service.becomes("store", "pass").await;
    let latch = store.hold();
    let output = service.becomes("store", "fail").await;
    assert_eq!(output, "it answered 503, expected 200 to 299");
    drop(latch);
    service.becomes("store", "pass").await;
}

#[tokio::test]
async fn what_is_no_answer_fails() {
    for answer in ["", "HTTP/1.1 2", "+PONG\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "\0\0\0"] {
        let failure = answered(answer, Then::Close, ready).await.unwrap_err();
        assert!(failure.starts_with("it gave no answer: "), "{answer:?}: {failure}");
    }
}

#[tokio::test]
async fn one_request_says_who_asks() {
    let server = Conversation::start("HTTP/1.1 200 OK\r\n\r\n", Then::Wait).await;
    let value = HeaderValue::from_static("Bearer hunter2");
    let check = Http::head(&format!("http://{}", server.address)).unwrap();
    let check = check.header(HeaderName::from_static("authorization"), value);
    assert_eq!(outcome(&check).await, Ok(()));
    let expected = format!(
        "HEAD / HTTP/1.1\r\nhost: {}\r\nuser-agent: obskit/{}\r\nconnection: close\r\n\
         authorization: Bearer hunter2\r\n\r\n",
        server.address,
        env!("CARGO_PKG_VERSION"),
    );
    assert_eq!(String::from_utf8(server.heard()).unwrap(), expected);
    let shown = format!("{check:?}");
    assert!(shown.contains("authorization") && !shown.contains("hunter2"), "{shown}");
}

#[tokio::test]
async fn the_target_and_the_host_are_the_urls() {
    let server = Conversation::start("HTTP/1.1 200 OK\r\n\r\n", Then::Wait).await;
    let host = HeaderValue::from_static("inventory.internal");
    let check = ready(&server.address.to_string()).header(http::header::HOST, host);
    assert_eq!(outcome(&check).await, Ok(()));
    let heard = String::from_utf8(server.heard()).unwrap();
    assert!(
        heard.starts_with("GET /readyz?full=1 HTTP/1.1\r\nhost: inventory.internal\r\n"),
        "{heard}"
    );
}

#[tokio::test]
async fn what_is_read_is_bounded() {
    let body = is_bounded("HTTP/1.1 200 OK\r\n\r\n", &[b'x'; 4096], ready).await;
    assert_eq!(body, Ok(()), "the body is not read");
    let long = is_bounded("HTTP/1.1 200 OK\r\na: ", &[b'x'; 4096], ready).await;
    assert!(long.unwrap_err().starts_with("it gave no answer: "));
    let many = is_bounded("HTTP/1.1 200 OK\r\n", b"a: b\r\n", ready).await;
    assert!(many.unwrap_err().starts_with("it gave no answer: "));
    let informed = b"HTTP/1.1 102 Processing\r\n\r\n";
    let waited =
        tokio::time::timeout(Duration::from_millis(100), is_bounded(*informed, informed, ready));
    assert!(waited.await.is_err(), "it goes on until it is given up");
}

#[tokio::test]
async fn a_head_is_bounded() {
    let answer = |headers: String| format!("HTTP/1.1 200 OK\r\n{headers}\r\n");
    let long = |bytes: usize| answer(format!("a: {}\r\n", "x".repeat(bytes)));
    let many = |fields: usize| answer("a: b\r\n".repeat(fields));
    for (answer, passes) in
        [(long(16_000), true), (long(17_000), false), (many(100), true), (many(101), false)]
    {
        assert_eq!(answered(answer, Then::Wait, ready).await.is_ok(), passes);
    }
}

#[tokio::test]
async fn a_drop_closes_the_connection() {
    ends_when_dropped(ready).await;
}

#[test]
fn secrets_are_not_shown() {
    let check = Http::get("http://127.0.0.1/readyz?key=hunter2").unwrap();
    let (name, value) = (HeaderName::from_static("x-key"), HeaderValue::from_static("hunter3"));
    let shown = format!("{:?}", check.header(name, value));
    assert!(shown.contains("/readyz") && !shown.contains("hunter"), "{shown}");
}

#[test]
fn malformed_urls_are_refused() {
    let cases = [
        ("", "expected http://host:port/path"),
        ("/readyz", "its scheme is not http"),
        ("ftp://a/", "its scheme is not http"),
        ("https://a/", "takes a closure with a client of TLS"),
        ("http://app:hunter2@a/", "it holds a user"),
        ("http://a b/", "expected http://host:port/path"),
        ("http://a:99999/", "expected"),
        ("http://[::1/", "expected"),
    ];
    for (url, expected) in cases {
        refused(Http::get(url), expected);
    }
    for url in ["http://a", "http://a/b?c#d", "http://[::1]:80/", "http://[::1]/"] {
        assert!(Http::get(url).is_ok(), "{url}");
    }
}
