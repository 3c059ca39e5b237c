//! The export is not traced and not logged itself, whatever is asked for: it would feed on itself.

use obskit_tests::exporter::Exporter;
use obskit_tests::http as client;
use obskit_tests::rotel::Rotel;
use obskit_tests::wait::wait_until;
use serde_json::Value;
use std::fs;
use std::process::Stdio;
use tempfile::NamedTempFile;

use super::{Account, DEADLINE};

/// Answers alike, one after the other, each after more than one export would have taken.
const QUIET: usize = 20;

#[tokio::test]
async fn everything_asked_for_comes_to_an_end_over_http() {
    everything_asked_for_comes_to_an_end("http/protobuf", Rotel::http).await;
}

#[tokio::test]
async fn everything_asked_for_comes_to_an_end_over_grpc() {
    everything_asked_for_comes_to_an_end("grpc", Rotel::grpc).await;
}

async fn everything_asked_for_comes_to_an_end(protocol: &str, endpoint: fn(&Rotel) -> String) {
    let rotel = Rotel::start().await;
    let log = NamedTempFile::new().unwrap();
    let endpoint = endpoint(&rotel);
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol),
        ("OTEL_LOGS_EXPORTER", "otlp"),
        ("OTEL_BSP_SCHEDULE_DELAY", "10"),
        ("OTEL_BLRP_SCHEDULE_DELAY", "10"),
        // But for the lines of its scrapes, which go on.
        ("RUST_LOG", "trace,obskit::admin=info"),
        ("OBSKIT_TRACE_SPANS", "trace"),
        ("OBSKIT_TRACE_EVENTS", "trace"),
    ];
    let exporter = Exporter::start_into(0, &variables, Stdio::from(log.reopen().unwrap())).await;
    for _ in 0..10 {
        client::get(&format!("{}/api/workouts/7", exporter.service)).await;
    }
    let (spans, records) = at_rest(&exporter).await;
    assert!(spans > 0 && records > 0, "{spans} spans, {records} records");
    assert!(exporter.stop().await.success());
    // The service itself has HTTP/1 alone, so this can only be the export.
    let log = fs::read_to_string(log.path()).unwrap();
    let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let targets: Vec<_> = lines.map(|line| line["target"].as_str().unwrap().to_owned()).collect();
    assert!(targets.iter().any(|target| target.starts_with("exporter")), "{targets:?}");
    let of_export = ["h2", "tonic", "tower", "rustls"];
    let found = targets.iter().find(|target| of_export.iter().any(|each| target.starts_with(each)));
    assert_eq!(found, None);
}

/// The spans and records that it made, once there are no more of them.
async fn at_rest(exporter: &Exporter) -> (u64, u64) {
    let (mut last, mut alike) = ((0, 0), 0);
    wait_until("the export to come to rest", DEADLINE, async || {
        let spans = Account::of(exporter, "span").await;
        let records = Account::of(exporter, "log_record").await;
        let now = (spans.accepted, records.accepted);
        alike = if now == last { alike + 1 } else { 0 };
        last = now;
        if alike == QUIET { Ok(now) } else { Err(format!("{now:?}")) }
    })
    .await
}
