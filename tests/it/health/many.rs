//! Probes in great number (H1, H2, H3).

use super::script::{Script, Then};
use super::{seconds, telemetry};
use obskit::Telemetry;
use obskit::health::Probe;
use obskit::metrics::PoolStatus;
use obskit_tests::http;
use obskit_tests::wait::{soon, wait_until};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};
use tokio::runtime::Handle;

const CHECKS: usize = 20;

/// One whose every check hangs, after all have begun.
async fn hung() -> (Telemetry, Vec<Script>) {
    let telemetry = telemetry();
    let checks: Vec<_> = (0..CHECKS).map(|_| Script::new(Then::Hang)).collect();
    for (number, check) in checks.iter().enumerate() {
        let check = telemetry.health().check(number.to_string(), check.clone());
        check.timeout(seconds(300)).register().unwrap();
    }
    wait_until("the checks to run", seconds(20), async || {
        let running = checks.iter().filter(|check| check.running() == 1).count();
        if running == CHECKS { Ok(()) } else { Err(format!("{running} run")) }
    })
    .await;
    (telemetry, checks)
}

/// So many answers, one after the other on one connection.
fn ask(addr: SocketAddr, times: usize, status: &str) {
    let stream = TcpStream::connect(addr).unwrap();
    stream.set_read_timeout(Some(seconds(20))).unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    for _ in 0..times {
        stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
        let (mut line, mut length) = (String::new(), 0);
        reader.read_line(&mut line).unwrap();
        assert_eq!(line.split(' ').nth(1), Some(status), "{line}");
        while line.trim() != "" {
            line.clear();
            reader.read_line(&mut line).unwrap();
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.trim().parse().unwrap();
            }
        }
        reader.read_exact(&mut vec![0; length]).unwrap();
    }
}

/// H2: over real sockets, while every check hangs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_probes_start_nothing() {
    let (telemetry, checks) = hung().await;
    let addr = telemetry.serve_admin().await.unwrap().tcp().unwrap();
    let tasks = || Handle::current().metrics().num_alive_tasks();
    let before = tasks();
    let asking = (0..20).map(|_| tokio::task::spawn_blocking(move || ask(addr, 500, "503")));
    for asked in asking.collect::<Vec<_>>() {
        asked.await.unwrap();
    }
    assert!(tasks() <= before, "{} tasks became {}", before, tasks());
    assert!(checks.iter().all(|check| check.runs() == 1 && check.running() == 1));
}

/// H1: over real sockets, while a scrape hangs in what somebody registered.
#[tokio::test]
async fn a_scrape_that_hangs_keeps_no_probe_waiting() {
    let telemetry = telemetry();
    let (release, held) = channel::<()>();
    let (begins, begun) = channel();
    let (held, begins) = (Mutex::new(held), Mutex::new(begins));
    telemetry.dependency("postgres").pool(move || {
        let _ = begins.lock().unwrap().send(());
        let _ = held.lock().unwrap().recv();
        PoolStatus::new(1_u32, 1_u32)
    });
    let addr = telemetry.serve_admin().await.unwrap().tcp().unwrap();
    let scraped = tokio::spawn(async move { http::get(&format!("http://{addr}/metrics")).await });
    tokio::task::spawn_blocking(move || begun.recv_timeout(seconds(20)).unwrap()).await.unwrap();
    tokio::task::spawn_blocking(move || ask(addr, 100, "200")).await.unwrap();
    drop(release);
    assert_eq!(soon("the scrape", scraped).await.unwrap().status, 200);
}

/// H1: an answer is made from memory. A report, which allocates, is made as fast.
#[tokio::test]
async fn an_answer_takes_less_than_a_millisecond() {
    let (telemetry, _checks) = hung().await;
    let health = telemetry.health();
    let answer = || {
        let start = Instant::now();
        let status = health.status(Probe::Ready);
        let report = health.report(Probe::Ready);
        let took = start.elapsed();
        assert_eq!((status, report.checks.len()), (report.status, CHECKS));
        took
    };
    // The best round, since others want the machine, too.
    let p99 = (0..20).map(|_| {
        let mut times: Vec<_> = (0..500).map(|_| answer()).collect();
        times.sort();
        times[times.len() * 99 / 100]
    });
    let p99 = p99.min().unwrap();
    assert!(p99 < Duration::from_millis(1), "{p99:?}");
}

/// H3: however many ask, the checks run by their interval.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_probes_at_once_run_no_check() {
    let telemetry = telemetry();
    let checks: Vec<_> = (0..CHECKS).map(|_| Script::new(Then::Pass)).collect();
    let start = Instant::now();
    for (number, check) in checks.iter().enumerate() {
        telemetry.health().critical(number.to_string(), check.clone()).unwrap();
    }
    let asking = (0..1_000).map(|_| {
        let health = telemetry.health().clone();
        tokio::spawn(async move { health.report(Probe::Ready).checks.len() })
    });
    for asked in asking.collect::<Vec<_>>() {
        assert_eq!(asked.await.unwrap(), CHECKS);
    }
    wait_until("the first runs", seconds(20), async || {
        if telemetry.is_ready() { Ok(()) } else { Err("not ready") }
    })
    .await;
    let addr = telemetry.serve_admin().await.unwrap().tcp().unwrap();
    let asking = (0..50).map(|_| tokio::task::spawn_blocking(move || ask(addr, 20, "200")));
    for asked in asking.collect::<Vec<_>>() {
        asked.await.unwrap();
    }
    let allowed = 1 + usize::try_from(start.elapsed().as_secs() / 9).unwrap();
    let runs: Vec<_> = checks.iter().map(Script::runs).collect();
    assert!(runs.iter().all(|runs| *runs <= allowed), "{runs:?}, {allowed} allowed");
}
