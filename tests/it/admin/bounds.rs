//! What a caller cannot do to the operator's server.

use super::{DEADLINE, served};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
#[cfg(target_os = "linux")]
use tokio::net::TcpSocket;
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

async fn is_closed(stream: &mut TcpStream) -> bool {
    let mut read = [0; 1_024];
    timeout(DEADLINE, stream.read(&mut read)).await.unwrap().is_ok_and(|length| length == 0)
}

#[tokio::test]
async fn past_the_limit_a_newcomer_takes_the_place_of_who_is_waited_for_longest() {
    let (_telemetry, addr) = served().await;
    let mut silent = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut stream = connect(addr).await;
        // Part of a head is nothing yet.
        stream.write_all(b"GET /livez HTTP/1.1\r\n").await.unwrap();
        silent.push(stream);
    }
    // The first one has its answer, and then is waited for less long than the second.
    silent[0].write_all(b"host: a\r\n\r\n").await.unwrap();
    assert!(read_head(&mut silent[0]).await.starts_with("HTTP/1.1 200"));
    let start = Instant::now();
    let mut late = connect(addr).await;
    late.write_all(REQUEST).await.unwrap();
    assert!(read_head(&mut late).await.starts_with("HTTP/1.1 200"));
    assert!(start.elapsed() < Duration::from_secs(4), "it waited for a head to be late");
    assert!(is_closed(&mut silent[1]).await);
    for stream in [&mut silent[0], &mut late] {
        stream.write_all(REQUEST).await.unwrap();
        assert!(read_head(stream).await.starts_with("HTTP/1.1 200"));
    }
}

/// From another address than everybody else's; other systems have one of their own alone.
#[cfg(target_os = "linux")]
async fn connect_from_elsewhere(addr: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 2], 0).into()).unwrap();
    socket.connect(addr).await.unwrap()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn who_opens_many_connections_takes_places_from_itself() {
    let (_telemetry, addr) = served().await;
    let mut other = connect_from_elsewhere(addr).await;
    other.write_all(REQUEST).await.unwrap();
    assert!(read_head(&mut other).await.starts_with("HTTP/1.1 200"));
    let mut ours = Vec::new();
    for _ in 0..2 * CONNECTIONS {
        ours.push(connect(addr).await);
    }
    let last = ours.last_mut().unwrap();
    last.write_all(REQUEST).await.unwrap();
    assert!(read_head(last).await.starts_with("HTTP/1.1 200"));
    other.write_all(REQUEST).await.unwrap();
    assert!(read_head(&mut other).await.starts_with("HTTP/1.1 200"));
}

#[cfg(target_os = "linux")]
async fn hold(addr: SocketAddr) {
    loop {
        let mut stream = connect(addr).await;
        let _ = stream.write_all(b"GET /livez HTTP/1.1\r\na: ").await;
        let _ = stream.read(&mut [0; 64]).await;
    }
}

/// More than there are places for, held open for as long as they last, and opened again.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_probe_is_answered_while_others_hold_every_place() {
    let (_telemetry, addr) = served().await;
    let holders: Vec<_> = (0..2 * CONNECTIONS).map(|_| tokio::spawn(hold(addr))).collect();
    for _ in 0..20 {
        let start = Instant::now();
        let mut stream = connect_from_elsewhere(addr).await;
        stream.write_all(REQUEST).await.unwrap();
        assert!(read_head(&mut stream).await.starts_with("HTTP/1.1 200"));
        assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    }
    holders.iter().for_each(tokio::task::JoinHandle::abort);
}

const PUT: &[u8] = b"PUT /loglevel HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n";

#[tokio::test]
async fn a_body_that_drips_in_is_cut_off() {
    let (telemetry, addr) = served().await;
    let mut stream = connect(addr).await;
    stream.write_all(PUT).await.unwrap();
    stream.write_all(b"content-length: 4000\r\n\r\n").await.unwrap();
    let start = Instant::now();
    let mut drop_by_drop = interval(Duration::from_millis(200));
    let (mut read, mut write) = stream.into_split();
    let dripping = tokio::spawn(async move {
        while write.write_all(b"a").await.is_ok() {
            drop_by_drop.tick().await;
        }
    });
    let mut reply = [0; 1_024];
    let length = timeout(DEADLINE, read.read(&mut reply)).await.unwrap().unwrap();
    let after = start.elapsed();
    assert!((4..9).contains(&after.as_secs()), "{after:?}");
    assert!(reply[..length].starts_with(b"HTTP/1.1 408"), "{:?}", str::from_utf8(&reply[..length]));
    timeout(DEADLINE, dripping).await.expect("the server closes the connection").unwrap();
    assert_eq!(telemetry.levels().get(), "info");
}

#[tokio::test]
async fn a_body_is_bounded_whether_its_length_is_told_or_not() {
    let (telemetry, addr) = served().await;
    let check = async |rest: String, status: &str| {
        let mut stream = connect(addr).await;
        stream.write_all(PUT).await.unwrap();
        // It may be refused before the last byte is sent.
        let _ = stream.write_all(rest.as_bytes()).await;
        let reply = read_head(&mut stream).await;
        assert!(reply.starts_with(&format!("HTTP/1.1 {status}")), "{reply}");
    };
    let padded = |length: usize| format!("{}debug", " ".repeat(length - 5));
    check(format!("content-length: 4096\r\n\r\n{}", padded(4_096)), "200").await;
    assert_eq!(telemetry.levels().get(), "debug");
    check("content-length: 4097\r\n\r\n".to_owned(), "413").await;
    check("content-length: 99999999999999\r\n\r\n".to_owned(), "413").await;
    let chunk = "400\r\n".to_owned() + &" ".repeat(1_024) + "\r\n";
    let chunked = format!("transfer-encoding: chunked\r\n\r\n{}", chunk.repeat(5));
    check(chunked, "413").await;
    check("transfer-encoding: chunked\r\n\r\nno length\r\n".to_owned(), "400").await;
    assert_eq!(telemetry.levels().get(), "debug");
}
