//! A SIGTERM under load loses no request and no telemetry: what clients sent and got, what the
//! metrics count and what the log holds are the same.

use crate::clients::{Answers, Clients, Upload};
use obskit_tests::exporter::Exporter;
use obskit_tests::wait::{soon, wait_until};
use obskit_tests::{http as client, unique};
use serde_json::Value;
use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::process::Stdio;
use std::time::Duration;
use tempfile::NamedTempFile;

const DEADLINE: Duration = Duration::from_secs(30);
/// Requests before the signal.
const WARM: usize = 500;
/// Requests that end after the service has stopped taking others.
const UPLOADS: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sigterm_under_load_loses_nothing() {
    let log = NamedTempFile::new().unwrap();
    let settings = [("OBSKIT_DRAIN_DELAY", "3s"), ("OBSKIT_SHUTDOWN_DEADLINE", "1m")];
    let stdout = Stdio::from(log.reopen().unwrap());
    let exporter = Exporter::start_into(0, &settings, stdout).await;
    let service: SocketAddr = exporter.service.trim_start_matches("http://").parse().unwrap();
    until_ready_is(&exporter, true).await;

    let clients = Clients::start(service);
    let uploads: Vec<_> = (0..UPLOADS).map(|number| Upload::begin(service, number)).collect();
    clients.answered(WARM).await;
    until_under_way(&exporter, UPLOADS).await;
    exporter.ask_to_leave();
    // As a load balancer does; the service goes on meanwhile.
    until_ready_is(&exporter, false).await;
    let mut answers = soon("the last answers", clients.stop()).await;
    until_closed(service).await;
    assert_eq!(counted(&exporter, "http_requests_total{").await, answers.len());
    assert_eq!(counted(&exporter, "http_requests_in_flight{").await, UPLOADS);
    answers.extend(uploads.into_iter().map(Upload::finish));
    assert!(soon("the end", exporter.end()).await.success());
    check(&answers, &fs::read_to_string(log.path()).unwrap());
}

/// Each request was answered, and has its line; the last line has counted them all.
fn check(answers: &Answers, log: &str) {
    assert!(
        answers.len() >= WARM + UPLOADS && answers.values().all(|a| *a == Ok(200)),
        "{answers:?}"
    );
    let lines: Vec<_> = log.lines().map(|line| unique::read(line.as_bytes()).unwrap()).collect();
    let mut logged = Answers::new();
    for line in lines.iter().filter(|line| line["target"] == "obskit::access") {
        let status = line["metadata"]["status"].as_u64().unwrap();
        let id = line["requestId"].as_str().unwrap().to_owned();
        let before = logged.insert(id, Ok(u16::try_from(status).unwrap()));
        assert!(before.is_none(), "twice: {line}");
    }
    assert_eq!(&logged, answers);
    let last = lines.last().unwrap();
    assert_eq!(last["message"], "everything is delivered", "{last}");
    assert_eq!(last["metadata"]["writtenLines"], Value::from(lines.len() - 1));
    assert_eq!(last["metadata"]["dropped"], 0);
}

async fn until_ready_is(exporter: &Exporter, expected: bool) {
    let url = exporter.metrics.replace("/metrics", "/readyz");
    wait_until("readiness to change", DEADLINE, async || {
        let status = client::get(&url).await.status;
        if status.is_success() == expected { Ok(()) } else { Err(status) }
    })
    .await;
}

/// Logging in takes no time worth speaking of, so whatever does it is an upload.
async fn until_under_way(exporter: &Exporter, uploads: usize) {
    wait_until("the uploads to be under way", DEADLINE, async || {
        let family = r#"http_requests_in_flight{endpoint="/api/login"#;
        let found = counted(exporter, family).await;
        if found == uploads { Ok(()) } else { Err(found) }
    })
    .await;
}

async fn until_closed(service: SocketAddr) {
    wait_until("the port to be closed", DEADLINE, async || {
        TcpStream::connect(service).err().ok_or("open")
    })
    .await;
}

/// The sum of the series that begin so.
async fn counted(exporter: &Exporter, series: &str) -> usize {
    let page = client::get(&exporter.metrics).await;
    let lines = page.text().lines().filter(|line| line.starts_with(series));
    lines.map(|line| line.rsplit(' ').next().unwrap().parse::<usize>().unwrap()).sum()
}
