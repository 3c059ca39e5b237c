//! What a caller cannot do to the operator's server.

use super::{DEADLINE, served};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{interval, timeout};

const REQUEST: &[u8] = b"GET /livez HTTP/1.1\r\nhost: a\r\n\r\n";
const CONNECTIONS: usize = 64;

async fn connect(addr: SocketAddr) -> TcpStream {
    TcpStream::connect(addr).await.unwrap()
}

/// Everything until the server closes; what a reset cut off is missing.
async fn read_to_close(stream: &mut TcpStream) -> String {
    let mut read = Vec::new();
    let closed = timeout(DEADLINE, stream.read_to_end(&mut read)).await;
    let _how = closed.expect("the server closes the connection");
    String::from_utf8(read).unwrap()
}

async fn read_head(stream: &mut TcpStream) -> String {
    let mut read = [0; 1_024];
    let length = timeout(DEADLINE, stream.read(&mut read)).await.unwrap().unwrap();
    String::from_utf8(read[..length].to_vec()).unwrap()
}

#[tokio::test]
async fn a_head_that_drips_in_is_cut_off() {
    let (_telemetry, addr) = served().await;
    let mut stream = connect(addr).await;
    stream.write_all(b"GET /livez HTTP/1.1\r\n").await.unwrap();
    let start = Instant::now();
    let mut drop_by_drop = interval(Duration::from_millis(200));
    let closed = async {
        while stream.write_all(b"a: b\r\n").await.is_ok() {
            drop_by_drop.tick().await;
        }
    };
    timeout(DEADLINE, closed).await.expect("the server closes the connection");
    let after = start.elapsed();
    assert!((4..9).contains(&after.as_secs()), "{after:?}");
}

#[tokio::test]
async fn a_silent_connection_is_closed() {
    let (_telemetry, addr) = served().await;
    let (mut fresh, mut used) = (connect(addr).await, connect(addr).await);
    used.write_all(REQUEST).await.unwrap();
    assert!(read_head(&mut used).await.starts_with("HTTP/1.1 200"));
    assert!(!read_to_close(&mut fresh).await.contains("200"));
    assert!(!read_to_close(&mut used).await.contains("200"));
}

#[tokio::test]
async fn heads_are_bounded_in_bytes_and_headers() {
    let (_telemetry, addr) = served().await;
    let check = async |headers: String, status: &str| {
        let mut stream = connect(addr).await;
        let request = format!("GET /livez HTTP/1.1\r\nconnection: close\r\n{headers}\r\n");
        // It may be refused before the last byte is sent.
        let _ = stream.write_all(request.as_bytes()).await;
        let reply = read_head(&mut stream).await;
        assert!(reply.starts_with(&format!("HTTP/1.1 {status}")), "{reply}");
    };
    check(format!("a: {}\r\n", "b".repeat(12_000)), "200").await;
    check(format!("a: {}\r\n", "b".repeat(20_000)), "431").await;
    check("a: b\r\n".repeat(60), "200").await;
    check("a: b\r\n".repeat(70), "431").await;
}

#[tokio::test]
async fn a_body_is_not_waited_for() {
    let (_telemetry, addr) = served().await;
    let mut stream = connect(addr).await;
    let head = b"GET /livez HTTP/1.1\r\nhost: a\r\ncontent-length: 1000000000\r\n\r\n";
    stream.write_all(head).await.unwrap();
    let reply = read_to_close(&mut stream).await;
    assert!(reply.starts_with("HTTP/1.1 200"), "{reply}");
}

#[tokio::test]
async fn what_is_not_http_is_closed() {
    let (_telemetry, addr) = served().await;
    let mut stream = connect(addr).await;
    stream.write_all(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n").await.unwrap();
    assert!(!read_to_close(&mut stream).await.contains("200"));
}

#[tokio::test]
async fn connections_past_the_limit_wait_for_a_place() {
    let (_telemetry, addr) = served().await;
    let mut open = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut stream = connect(addr).await;
        stream.write_all(REQUEST).await.unwrap();
        assert!(read_head(&mut stream).await.starts_with("HTTP/1.1 200"));
        open.push(stream);
    }
    let mut late = connect(addr).await;
    late.write_all(REQUEST).await.unwrap();
    let unanswered = timeout(Duration::from_millis(300), late.readable()).await;
    assert!(unanswered.is_err(), "one connection more than the limit was served");
    drop(open.pop());
    assert!(read_head(&mut late).await.starts_with("HTTP/1.1 200"));
}
