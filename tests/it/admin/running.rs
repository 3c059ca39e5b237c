//! How the operator's server starts, runs beside the service, and stops.

use super::{DEADLINE, served, telemetry};
use axum::body::Body;
use axum::http::Request;
use http::StatusCode;
use obskit::Telemetry;
use obskit_tests::http as client;
use obskit_tests::settings;
use obskit_tests::wait::wait_until;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};
use tokio::runtime::Builder;
use tower::ServiceExt;

#[tokio::test]
async fn a_free_port_is_taken_and_told() {
    let (telemetry, addr) = served().await;
    assert!(addr.ip().is_loopback() && addr.port() != 0, "{addr}");
    assert_eq!(telemetry.clone().serve_admin().await.unwrap(), addr.into());
    assert_eq!(telemetry.config().admin.addr.tcp().unwrap().port(), 0);
}

#[tokio::test]
async fn a_taken_address_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut config = settings::local();
    config.admin.addr = taken.local_addr().unwrap().into();
    let telemetry = Telemetry::build(config).unwrap();
    let error = telemetry.serve_admin().await.unwrap_err();
    assert!(error.is_bind(), "{error:?}");
    let said = format!("{error:?}");
    assert!(said.contains(&taken.local_addr().unwrap().to_string()), "{said}");
    assert!(said.contains("in use"), "{said}");
    // Once it is free, the same telemetry can be served after all.
    drop(taken);
    telemetry.serve_admin().await.unwrap();
}

/// A GET by the calling thread alone.
fn get(addr: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(addr).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    reply
}

#[test]
fn it_answers_while_the_service_has_stalled() {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (telemetry, addr) = runtime.block_on(async { tokio::spawn(served()).await.unwrap() });
    let (stalled, is_stalled) = channel();
    let (release, released) = channel::<()>();
    runtime.spawn(async move {
        stalled.send(()).unwrap();
        let _ = released.recv();
    });
    is_stalled.recv_timeout(DEADLINE).unwrap();
    let (ran, runs) = channel();
    runtime.spawn(async move { ran.send(()) });
    for path in ["/metrics", "/livez", "/readyz", "/"] {
        let reply = get(addr, path);
        assert!(reply.starts_with("HTTP/1.1 200"), "{path}: {reply}");
    }
    assert!(runs.try_recv().is_err(), "the runtime was not stalled");
    drop(release);
    runs.recv_timeout(DEADLINE).unwrap();
    drop(telemetry);
}

#[tokio::test]
async fn shutdown_turns_readiness_off_and_closes_the_port() {
    let (telemetry, addr) = served().await;
    let router = telemetry.admin_router::<()>();
    let ready = async || {
        let request = Request::get("/readyz").body(Body::empty()).unwrap();
        router.clone().oneshot(request).await.unwrap().status()
    };
    assert_eq!(ready().await, StatusCode::OK);
    let idle = TcpStream::connect(addr).unwrap();
    let start = Instant::now();
    let report = telemetry.shutdown(DEADLINE).await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert_eq!(report.dropped, 0);
    assert_eq!(ready().await, StatusCode::SERVICE_UNAVAILABLE);
    TcpStream::connect(addr).unwrap_err();
    drop(idle);
    telemetry.shutdown(DEADLINE).await.unwrap();
    assert!(telemetry.serve_admin().await.unwrap_err().is_runtime());
}

#[tokio::test]
async fn a_stuck_scrape_does_not_hold_shutdown_past_its_deadline() {
    let (telemetry, addr) = served().await;
    let (entered, is_stuck) = channel();
    let (release, released) = channel::<()>();
    let released = std::sync::Mutex::new(released);
    telemetry.metrics().before_scrape(move || {
        let _ = entered.send(());
        let _ = released.lock().unwrap().recv();
    });
    let scrape = tokio::task::spawn_blocking(move || get(addr, "/metrics"));
    tokio::task::spawn_blocking(move || is_stuck.recv_timeout(DEADLINE)).await.unwrap().unwrap();
    let start = Instant::now();
    telemetry.shutdown(Duration::from_millis(300)).await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    drop(release);
    // Cut off or not, it ends.
    let _ = scrape.await;
}

#[test]
fn shutdown_needs_no_timer_of_the_callers() {
    let bare = Builder::new_current_thread().build().unwrap();
    bare.block_on(async {
        let (telemetry, addr) = served().await;
        assert!(get(addr, "/livez").starts_with("HTTP/1.1 200"));
        telemetry.shutdown(DEADLINE).await.unwrap();
        TcpStream::connect(addr).unwrap_err();
    });
}

#[tokio::test]
async fn it_ends_with_the_last_handle() {
    let (telemetry, addr) = served().await;
    let other = telemetry.clone();
    drop(telemetry);
    assert_eq!(client::get(&format!("http://{addr}/livez")).await.status, StatusCode::OK);
    drop(other);
    wait_until("the port to be closed", DEADLINE, async || {
        TcpStream::connect(addr).err().ok_or("still open")
    })
    .await;
}

#[tokio::test]
async fn two_telemetries_are_served_side_by_side() {
    let ((first, one), (second, other)) = (served().await, served().await);
    assert_ne!(one, other);
    let _latch = first.latch();
    let status = async |addr| client::get(&format!("http://{addr}/readyz")).await.status;
    assert_eq!(status(one).await, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(status(other).await, StatusCode::OK);
    drop(second);
}

#[test]
fn what_was_never_served_shuts_down() {
    let bare = Builder::new_current_thread().build().unwrap();
    bare.block_on(telemetry().shutdown(Duration::ZERO)).unwrap();
}
