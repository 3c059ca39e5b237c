//! What telemetry is sent to, played by scripted sockets and a real server.

use super::check;
use axum::Router;
use axum::routing::post;
use http::{Request, Response};
use obskit::Telemetry;
use obskit::config::{Config, Exporter, Otlp, Protocol};
use obskit::telemetry::Severity::{self, Failure, Ok, Warning};
use obskit::telemetry::{Diagnosis, Finding};
use obskit_tests::collector::{Answer, Collector};
use obskit_tests::exported::failures;
use obskit_tests::sentry::{Answer as Answers, KEY, Sentry};
use obskit_tests::serve::Server;
use obskit_tests::settings;
use std::convert::Infallible;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};
use tower::{Layer, ServiceExt, service_fn};

/// Answers the first connection's first bytes so, and closes it. What was sent can be taken.
fn scripted(answer: &'static [u8]) -> (SocketAddr, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    let (sent, received) = channel();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut bytes = [0; 4_096];
        let count = stream.read(&mut bytes).unwrap();
        sent.send(String::from_utf8_lossy(&bytes[..count]).into_owned()).unwrap();
        let _ = stream.write_all(answer);
    });
    (addr, received)
}

async fn traces(set: impl FnOnce(&mut Otlp)) -> Diagnosis {
    let mut config = Config::default();
    set(&mut config.traces.otlp);
    Telemetry::build(config).unwrap().doctor().await
}

async fn check_answer(answer: &'static [u8], severity: Severity, said: &str) -> Finding {
    let (addr, _received) = scripted(answer);
    let url = format!("http://{addr}/v1/traces").parse().unwrap();
    let found = traces(|otlp| otlp.endpoint = Some(url)).await;
    let found = check(&found, "otlp_traces", severity, said);
    assert!(!format!("{found:?}").contains("secret"), "{found:?}");
    found
}

#[tokio::test]
async fn a_collectors_answer_is_understood() {
    check_answer(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", Ok, "with 200").await;
    check_answer(b"HTTP/1.0 202 Accepted\r\n\r\nsecret", Ok, "with 202").await;
    check_answer(b"HTTP/1.1 401 secret\r\n\r\n", Failure, "OTEL_EXPORTER_OTLP_HEADERS").await;
    check_answer(b"HTTP/1.1 404 Not Found\r\n\r\nsecret", Failure, "/v1/traces").await;
    check_answer(b"HTTP/1.1 503 \r\nretry-after: 1\r\n\r\n", Warning, "with 503").await;
    let stale = b"HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n";
    check_answer(stale, Warning, "behind this one").await;
    check_answer(b"HTTP/1.1 200 OK\r\ndate: secret\r\n\r\n", Ok, "with 200").await;
}

#[tokio::test]
async fn what_is_no_http_is_told() {
    let settings = b"\0\0\0\x04\0\0\0\0\0secret";
    check_answer(settings, Failure, "in another protocol Is that its port for gRPC?").await;
    check_answer(b"", Failure, "ends the connection without an answer").await;
    check_answer(b"HTTP/1.1 99 secret\r\n\r\n", Failure, "another protocol").await;
    check_answer(b"HTTP/1.1\r\n\r\n", Failure, "another protocol").await;
    check_answer(b"x".repeat(100_000).leak(), Failure, "another protocol").await;
}

#[tokio::test]
async fn an_export_holds_nothing_and_has_the_headers_that_are_set() {
    let (addr, received) = scripted(b"HTTP/1.1 200 OK\r\n\r\n");
    let environment = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &*format!("http://{addr}/otel")),
        ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20s3cret,host=other"),
    ];
    let telemetry = Telemetry::build(Config::from_environment(&environment).unwrap()).unwrap();
    let diagnosis = telemetry.doctor().await;
    check(&diagnosis, "otlp_traces", Ok, "with 200");
    assert!(!diagnosis.to_string().contains("s3cret"), "{diagnosis}");
    // The other signals are not exported.
    assert!(diagnosis.finding("otlp_logs").or(diagnosis.finding("otlp_metrics")).is_none());
    let sent = received.recv().unwrap();
    let version = env!("CARGO_PKG_VERSION");
    let expected = format!(
        "POST /otel/v1/traces HTTP/1.1\r\nhost: {addr}\r\nuser-agent: obskit/{version}\r\n\
         content-type: application/x-protobuf\r\ncontent-length: 0\r\nconnection: close\r\n\
         authorization: Bearer s3cret\r\n\r\n"
    );
    assert_eq!(sent, expected);
}

#[tokio::test]
async fn a_real_server_is_spoken_to_in_both_protocols() {
    let router = Router::new().route("/v1/traces", post(async || ()));
    let server = Server::start(router).await;
    let found = traces(|otlp| otlp.endpoint = Some(server.url("/v1/traces").parse().unwrap()));
    check(&found.await, "otlp_traces", Ok, "with 200");
    let found = traces(|otlp| otlp.endpoint = Some(server.url("/v1/other").parse().unwrap()));
    check(&found.await, "otlp_traces", Failure, "with 404");
    let grpc = async |addr: SocketAddr| {
        traces(|otlp| {
            otlp.endpoint = Some(format!("http://{addr}").parse().unwrap());
            otlp.protocol = Protocol::Grpc;
        })
        .await
    };
    check(&grpc(server.address).await, "otlp_traces", Failure, "it answers");
    let collector = Collector::start().await;
    check(&grpc(collector.addr()).await, "otlp_traces", Ok, "takes an empty export");
    assert!(collector.exports().iter().all(|export| export.is_grpc && export.spans == 0));
    collector.always(Answer::Grpc { code: 14, message: "secret", retry: None });
    check(&grpc(collector.addr()).await, "otlp_traces", Warning, "UNAVAILABLE");
    let (http_only, _received) = scripted(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    check(&grpc(http_only).await, "otlp_traces", Failure, "port for HTTP?");
    server.stop().await;
}

#[tokio::test]
async fn whoever_is_not_there_is_told() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let at = async |url: &str| traces(|otlp| otlp.endpoint = Some(url.parse().unwrap())).await;
    let refused = format!("{closed}: it cannot be reached (connection refused)");
    check(&at(&format!("http://{closed}")).await, "otlp_traces", Failure, &refused);
    check(&at(&format!("https://{closed}")).await, "otlp_traces", Failure, &refused);

    // No name server is asked for a label of more than 63 bytes.
    let nowhere = format!("http://{}.example", "a".repeat(64));
    check(&at(&nowhere).await, "otlp_traces", Failure, "leads to no address");

    // Its backlog takes the connection, and nobody answers.
    let mute = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = mute.local_addr().unwrap();
    let start = Instant::now();
    let diagnosis = at(&format!("http://{addr}")).await;
    check(&diagnosis, "otlp_traces", Failure, "does not answer in time");
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    check(&at(&format!("https://{addr}")).await, "otlp_traces", Failure, "not answer in time");
}

/// As long as it was not tried, nothing is said against it.
#[tokio::test]
async fn an_export_that_failed_is_told() {
    let collector = Collector::start().await;
    collector.always(Answer::Status { code: 401, retry_after: None, body: b"secret" });
    let mut config = Config::default();
    collector.config(&mut config);
    let telemetry = Telemetry::build(config).unwrap();
    check(&telemetry.doctor().await, "span_export", Ok, "no export of spans");
    let service = service_fn(async |_: Request<String>| {
        Result::<_, Infallible>::Ok(Response::new(String::new()))
    });
    drop(telemetry.layer().layer(service).oneshot(Request::new(String::new())).await);
    telemetry.flush(Duration::from_secs(10));
    let diagnosis = telemetry.doctor().await;
    let found = check(&diagnosis, "span_export", Failure, "do not arrive: it answers 401");
    assert!(found.hint.unwrap().contains("OTEL_EXPORTER_OTLP_HEADERS"));
    assert!(!diagnosis.to_string().contains("secret"), "{diagnosis}");
    check(&diagnosis, "losses", Warning, "span/rejected 1");
    // Records are not exported.
    assert_eq!(diagnosis.finding("log_export"), None);
}

#[tokio::test]
async fn what_is_not_exported_is_not_asked() {
    let mut config = Config::default();
    config.traces.otlp.endpoint = Some("http://127.0.0.1:1".parse().unwrap());
    config.traces.exporter = Exporter::None;
    let diagnosis = Telemetry::build(config).unwrap().doctor().await;
    assert_eq!(diagnosis.finding("otlp_traces"), None);
}

/// An envelope without items, which becomes no event.
#[tokio::test]
async fn an_envelope_that_holds_nothing_is_sent_to_sentry() {
    let sentry = Sentry::start().await;
    let found = async || {
        let mut config = settings::local();
        config.reports.dsn = Some(sentry.dsn().parse().unwrap());
        Telemetry::build(config).unwrap().doctor().await
    };
    let check = async |answer: Answers, severity: Severity, said: &str| {
        sentry.answer([answer]);
        let found = check(&found().await, "error_reports", severity, said);
        assert!(!format!("{found:?}").contains("secret"), "{found:?}");
        assert!(!format!("{found:?}").contains(KEY), "{found:?}");
    };
    let secret = |code| Answers::Status { code, headers: &[], body: br#"{"detail":"secret"}"# };
    check(Answers::Taken, Ok, "takes an empty envelope").await;
    check(Answers::Garbage(b"secret"), Ok, "takes an empty envelope").await;
    check(secret(400), Failure, "it answers 400 Bad Request").await;
    check(secret(401), Failure, "does not know that key").await;
    check(secret(403), Failure, "does not know that key").await;
    check(secret(404), Failure, "no such project").await;
    check(secret(429), Warning, "it answers 429 Too Many Requests").await;
    check(secret(503), Warning, "it answers 503 Service Unavailable").await;
    check(secret(500), Warning, "it answers 500 Internal Server Error").await;
    check(Answers::Hang, Failure, "does not answer in time").await;
    check(Answers::Close, Failure, "SENTRY_DSN").await;
    let envelopes = sentry.envelopes();
    assert!(envelopes.len() >= 11 && envelopes.iter().all(|envelope| envelope.items.is_empty()));
}

#[tokio::test]
async fn nobody_behind_a_dsn_is_a_failure() {
    let mut config = settings::local();
    config.reports.dsn = Some("http://f00d@127.0.0.1:1/42".parse().unwrap());
    let diagnosis = Telemetry::build(config).unwrap().doctor().await;
    let found = check(&diagnosis, "error_reports", Failure, "SENTRY_DSN");
    assert!(!format!("{found:?}").contains("f00d"), "{found:?}");
}

#[tokio::test]
async fn what_became_of_the_last_report_is_told() {
    let sentry = Sentry::start().await;
    let mut config = settings::local();
    sentry.config(&mut config);
    let telemetry = Telemetry::build(config).unwrap();
    let found = async |severity: Severity, said: &str| {
        assert!(telemetry.flush(Duration::from_secs(20)));
        check(&telemetry.doctor().await, "report_export", severity, said);
    };
    found(Ok, "no export of error reports has failed last").await;
    sentry.answer([Answers::status(403)]);
    failures(&telemetry, 1).await;
    found(Failure, "error reports do not arrive: it answers 403 Forbidden").await;
    failures(&telemetry, 1).await;
    found(Ok, "").await;
}
