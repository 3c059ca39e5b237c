//! Receivers that are killed, halted and back again under load: requests notice nothing, and the
//! sums of what was made, delivered and lost add up to the last span.

use obskit_tests::exporter::Exporter;
use obskit_tests::otelite::Otelite;
use obskit_tests::wait::{soon, wait_until};
use obskit_tests::{http as client, unique};
use std::fs;
use std::net::SocketAddr;
use std::process::Stdio;
use tempfile::NamedTempFile;

use super::{Account, DEADLINE};
use crate::clients::{Answers, Clients};

/// Requests in each part of a test.
const SOME: usize = 300;
/// An export is tried again until the receiver is back.
const PATIENT: (&str, &str) = ("OTEL_BSP_EXPORT_TIMEOUT", "120000");
/// An answer that takes longer is given up.
const TIMEOUT: (&str, &str) = ("OTEL_EXPORTER_OTLP_TIMEOUT", "3000");
const BATCH: (&str, &str) = ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "50");
const SOON: (&str, &str) = ("OTEL_BSP_SCHEDULE_DELAY", "100");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_is_killed_and_back_loses_nothing_that_fits() {
    let mut otelite = Otelite::start().await;
    let endpoint = otelite.http();
    let settings = [("OTEL_BSP_MAX_QUEUE_SIZE", "100000"), PATIENT, SOON];
    let exporter = start(&endpoint, &settings).await;
    let clients = Clients::start(service(&exporter));
    clients.answered(SOME).await;
    otelite.daemon.kill();
    clients.answered(3 * SOME).await;
    otelite.start_again().await;
    clients.answered(4 * SOME).await;
    let answers = all_well(clients.stop().await);
    let spans = Account::settled(&exporter, "span").await;
    assert_eq!((spans.lost(), spans.delivered), (0, otelite.spans()), "{spans:?}");
    assert_eq!(requests_in(&otelite), answers.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_is_killed_loses_what_the_queue_cannot_hold() {
    let mut otelite = Otelite::start().await;
    let endpoint = otelite.http();
    let settings = [("OTEL_BSP_MAX_QUEUE_SIZE", "200"), PATIENT, SOON];
    let exporter = start(&endpoint, &[&settings[..], &[BATCH]].concat()).await;
    let clients = Clients::start(service(&exporter));
    clients.answered(SOME).await;
    otelite.daemon.kill();
    let full = async || {
        let account = Account::of(&exporter, "span").await;
        if account.dropped["full"] > 500 { Ok(()) } else { Err(format!("{account:?}")) }
    };
    wait_until("losses", DEADLINE, full).await;
    otelite.start_again().await;
    all_well(clients.stop().await);
    let spans = Account::settled(&exporter, "span").await;
    assert_eq!(spans.lost(), spans.dropped["full"], "{spans:?}");
    assert_eq!(spans.delivered, otelite.spans(), "{spans:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_is_halted_keeps_no_request_waiting() {
    let otelite = Otelite::start().await;
    let endpoint = otelite.http();
    let settings = [("OTEL_BSP_MAX_QUEUE_SIZE", "100000"), PATIENT, SOON, TIMEOUT];
    let exporter = start(&endpoint, &settings).await;
    let clients = Clients::start(service(&exporter));
    clients.answered(SOME).await;
    otelite.daemon.pause();
    clients.answered(2 * SOME).await;
    otelite.daemon.resume();
    let answers = all_well(clients.stop().await);
    let spans = Account::settled(&exporter, "span").await;
    // What it was sent twice, it has once.
    assert_eq!((spans.lost(), spans.delivered), (0, otelite.spans()), "{spans:?}");
    assert_eq!(requests_in(&otelite), answers.len());
    is_none_slower(&exporter, "5.0").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_is_halted_keeps_no_service_from_leaving() {
    let otelite = Otelite::start().await;
    let log = NamedTempFile::new().unwrap();
    let endpoint = otelite.grpc();
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
        ("OBSKIT_SHUTDOWN_DEADLINE", "3s"),
        SOON,
    ];
    let stdout = Stdio::from(log.reopen().unwrap());
    let exporter = Exporter::start_into(0, &variables, stdout).await;
    let clients = Clients::start(service(&exporter));
    clients.answered(SOME).await;
    otelite.daemon.pause();
    clients.answered(2 * SOME).await;
    all_well(clients.stop().await);
    let spans = Account::of(&exporter, "span").await;
    assert!(spans.waiting() > 0, "{spans:?}");
    assert!(soon("the end", exporter.stop()).await.success());
    let log = fs::read_to_string(log.path()).unwrap();
    let last = unique::read(log.lines().last().unwrap().as_bytes()).unwrap();
    let told = |name: &str| last["metadata"][name].as_u64().unwrap();
    assert_eq!(told("deliveredSpans") + told("lostSpans"), spans.accepted, "{last}");
    assert!(told("lostSpans") >= spans.waiting(), "{last} after {spans:?}");
}

async fn start(endpoint: &str, settings: &[(&str, &str)]) -> Exporter {
    let variables = [&[("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)], settings].concat();
    Exporter::start_with(0, &variables).await
}

fn service(exporter: &Exporter) -> SocketAddr {
    exporter.service.trim_start_matches("http://").parse().unwrap()
}

fn all_well(answers: Answers) -> Answers {
    assert!(answers.values().all(|answer| *answer == Ok(200)), "{answers:?}");
    answers
}

/// The requests of the clients whose spans arrived, each by its own ID.
fn requests_in(otelite: &Otelite) -> usize {
    let ids = "SELECT DISTINCT json_extract(attributes, '$.request_id') FROM spans \
               WHERE kind = 1 AND json_extract(attributes, '$.request_id') LIKE 'client-%'";
    otelite.rows(ids).len()
}

/// No request took so many seconds, which are a bucket's bound.
async fn is_none_slower(exporter: &Exporter, seconds: &str) {
    let page = client::get(&exporter.metrics).await;
    let total = |series: &str, label: &str| -> u64 {
        let lines = page.text().lines().filter(|line| line.starts_with(series));
        let lines = lines.filter(|line| line.contains(label));
        lines.map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()).sum()
    };
    let within = total("http_request_duration_seconds_bucket", &format!("le=\"{seconds}\""));
    assert_eq!(within, total("http_request_duration_seconds_count", ""));
    assert!(within > 0);
}
