//! What waits is bounded, and requests never wait for it.

use std::time::{Duration, Instant};

use obskit_tests::collector::Answer;
use obskit_tests::exported::{Sums, requests};

use super::{PATIENCE, stage};

#[tokio::test]
async fn more_than_may_wait_is_dropped_and_counted() {
    let (telemetry, collector) = stage(|config| {
        config.traces.batch.queue_size = 100;
        config.traces.batch.batch_size = 100;
        config.traces.batch.schedule_delay = Duration::from_hours(1);
    })
    .await;
    collector.answer([Answer::Hang]);
    requests(&telemetry, 100).await;
    // These are on their way, and so many wait behind them.
    collector.wait_for_exports(1).await;
    requests(&telemetry, 150).await;
    let sums = Sums::of_spans(&telemetry);
    assert_eq!(sums, Sums::new(250, 0, &[("full", 50)]));
    assert_eq!(sums.waiting(), 200);
}

#[tokio::test]
async fn bytes_are_bounded_as_well() {
    let (telemetry, collector) = stage(|config| {
        config.traces.batch.queue_size = 1 << 20;
        config.traces.batch.batch_size = 1 << 20;
        config.traces.batch.queue_bytes = 64 << 10;
        config.traces.batch.schedule_delay = Duration::from_hours(1);
    })
    .await;
    requests(&telemetry, 1_000).await;
    let sums = Sums::of_spans(&telemetry);
    assert!(sums.lost() > 100 && sums.waiting() > 100, "{sums:?}");
    assert!(telemetry.flush(PATIENCE));
    let spans = collector.spans().len() as u64;
    assert_eq!(Sums::of_spans(&telemetry), Sums::new(1_000, spans, &[("full", 1_000 - spans)]));
    let bytes: usize = collector.exports().iter().map(|export| export.bytes).sum();
    assert!((32 << 10..80 << 10).contains(&bytes), "{bytes}");
}

#[tokio::test]
async fn requests_do_not_wait_for_a_collector_that_hangs() {
    let (telemetry, collector) = stage(|config| config.traces.batch.batch_size = 8).await;
    collector.always(Answer::Hang);
    requests(&telemetry, 8).await;
    collector.wait_for_exports(1).await;
    let start = Instant::now();
    requests(&telemetry, 5_000).await;
    // A hanging collector takes ten seconds before it is given up.
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    let sums = Sums::of_spans(&telemetry);
    assert_eq!((sums.accepted, sums.delivered), (5_008, 0));
    assert_eq!(sums.dropped.keys().collect::<Vec<_>>(), ["full"]);
    assert!(!telemetry.flush(Duration::from_millis(50)));
}
