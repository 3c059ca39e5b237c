//! A collector that goes, and comes back: nothing is counted twice, and it is told once.

use std::time::Duration;

use obskit_tests::collector::Collector;
use obskit_tests::exported::{Sums, requests};
use obskit_tests::lab::{Lab, field};
use obskit_tests::wait::wait_until;
use serde_json::Value;

use super::PATIENCE;

fn said<'a>(lines: &'a [Value], message: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| field(line, "message") == message).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_for_a_collector_arrives_when_it_is_back() {
    let collector = Collector::start().await;
    let addr = collector.addr();
    let lab = Lab::new(|config| {
        collector.config(config);
        config.logs.access.enabled = false;
        config.traces.batch.batch_size = 64;
        config.traces.batch.queue_size = 100_000;
    });
    let telemetry = lab.telemetry.clone();
    requests(&telemetry, 1_000).await;
    collector.wait_for_exports(2).await;
    drop(collector);
    requests(&telemetry, 1_000).await;
    let told = wait_until("the failure to be told", PATIENCE, async || {
        let lines = lab.written();
        let told = said(&lines, "spans do not reach their collector");
        told.first().map(|line| (*line).clone()).ok_or(lines.len())
    });
    let told = told.await;
    assert_eq!((field(&told, "level"), field(&told, "target")), ("warn", "obskit::export"));
    let metadata = &told["metadata"];
    assert_eq!(field(metadata, "endpoint"), format!("http://{addr}/v1/traces"));
    assert!(field(metadata, "hint").contains("Start the collector"), "{told}");
    let back = Collector::start_at(addr).await;
    requests(&telemetry, 1_000).await;
    assert!(lab.telemetry.flush(Duration::from_secs(30)));
    let sums = Sums::of_spans(&lab.telemetry);
    assert_eq!(sums, Sums::new(3_000, 3_000, &[]));
    assert!(back.count_distinct() > 0);
    let again = said(&lab.written(), "spans arrive again").len();
    let failed = said(&lab.written(), "spans do not reach their collector").len();
    assert!(again <= 1 && failed == 0, "{again} {failed}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_outage_cost_is_counted_to_the_last_span() {
    let collector = Collector::start().await;
    let addr = collector.addr();
    let lab = Lab::new(|config| {
        collector.config(config);
        config.logs.access.enabled = false;
        config.traces.batch.batch_size = 16;
        config.traces.batch.queue_size = 200;
        config.traces.batch.export_timeout = Duration::from_millis(1_500);
    });
    requests(&lab.telemetry, 100).await;
    assert!(lab.telemetry.flush(PATIENCE));
    let before = collector.count_distinct();
    drop(collector);
    requests(&lab.telemetry, 1_000).await;
    wait_until("spans to fail", PATIENCE, async || {
        let sums = Sums::of_spans(&lab.telemetry);
        if sums.dropped.contains_key("failed") { Ok(()) } else { Err(format!("{sums:?}")) }
    })
    .await;
    let back = Collector::start_at(addr).await;
    requests(&lab.telemetry, 50).await;
    assert!(lab.telemetry.flush(Duration::from_secs(30)));
    let sums = Sums::of_spans(&lab.telemetry);
    assert_eq!((sums.accepted, sums.waiting()), (1_150, 0), "{sums:?}");
    assert!(sums.dropped["full"] >= 700 && sums.dropped["failed"] >= 16, "{sums:?}");
    assert_eq!(sums.delivered, (before + back.count_distinct()) as u64);
    lab.telemetry.flush(PATIENCE);
    let lines = lab.written();
    let again = said(&lines, "spans arrive again");
    assert_eq!(again.len(), 1, "{lines:#?}");
    assert!(again[0]["metadata"]["lost"].as_u64().unwrap() <= sums.lost(), "{again:?}");
    assert_eq!(said(&lines, "spans do not reach their collector").len(), 1);
}
