//! R13–R15: a scanner's 100,000 requests, each with a path, a method and a host of its own, add
//! neither series nor memory.

use http::{Method, Request};
use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper::client::conn::http1::SendRequest;
use hyper_util::rt::TokioIo;
use obskit_tests::exporter::Exporter;
use obskit_tests::http as client;
use tokio::net::TcpStream;

const REQUESTS: u32 = 100_000;
/// After these, every series that scanning can make is there, and buffers have their size.
const WARM: u32 = 20_000;
const CONNECTIONS: u32 = 4;
/// What the allocator may shift about; one kept path for each request would be thrice as much.
const SLACK_BYTES: f64 = 2_097_152.0;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn scanning_adds_neither_series_nor_memory() {
    let exporter = Exporter::start_with(0, &[("LOG_LEVEL", "error")]).await;
    scan(&exporter, 0..WARM).await;
    let (series, resident) = state(&exporter).await;
    scan(&exporter, WARM..REQUESTS).await;
    let (series_after, resident_after) = state(&exporter).await;
    assert_eq!(series_after, series);
    let grown = resident_after - resident;
    assert!(grown < SLACK_BYTES, "resident memory grew from {resident} by {grown} bytes");
}

async fn scan(exporter: &Exporter, numbers: std::ops::Range<u32>) {
    let share = (numbers.end - numbers.start) / CONNECTIONS;
    let host = exporter.service.trim_start_matches("http://").to_owned();
    let scanners = (0..CONNECTIONS).map(|n| {
        let first = numbers.start + n * share;
        tokio::spawn(scan_on_one(host.clone(), first..first + share))
    });
    for scanner in scanners.collect::<Vec<_>>() {
        scanner.await.unwrap();
    }
}

async fn scan_on_one(host: String, numbers: std::ops::Range<u32>) {
    let stream = TcpStream::connect(&host).await.unwrap();
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    let driver = tokio::spawn(connection);
    for number in numbers {
        ask(&mut sender, number).await;
    }
    drop(sender);
    driver.await.unwrap().unwrap();
}

/// What a scanner sends: unknown paths, guesses below known ones, methods nobody has heard of.
async fn ask(sender: &mut SendRequest<Empty<Bytes>>, number: u32) {
    // Multiplying by an odd constant is one to one, and looks like chance.
    let odd = number.wrapping_mul(0x9e37_79b9);
    let path = match number % 3 {
        0 => format!("/{odd:x}.php?q={number}"),
        1 => format!("/api/workouts/{odd}/{number}"),
        _ => format!("/api/workouts/{odd}"),
    };
    let method = Method::from_bytes(format!("M{odd:X}").as_bytes()).unwrap();
    let request = Request::builder().method(method).uri(path);
    let request = request.header("host", format!("h{odd}.example")).body(Empty::new()).unwrap();
    sender.ready().await.unwrap();
    let response = sender.send_request(request).await.unwrap();
    assert!(response.status().is_client_error(), "{}", response.status());
    response.into_body().collect().await.unwrap();
}

/// Series served, and bytes resident.
async fn state(exporter: &Exporter) -> (usize, f64) {
    let reply = client::get(&exporter.metrics).await;
    let samples = reply.text().lines().filter(|line| !line.starts_with('#'));
    let resident =
        samples.clone().find_map(|line| line.strip_prefix("process_resident_memory_bytes "));
    (samples.count(), resident.unwrap().parse().unwrap())
}
