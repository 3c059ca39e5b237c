//! Spans arrive from every runtime and from none, and the last one before the end.

use std::panic;
use std::thread;
use std::time::{Duration, Instant};

use obskit::Telemetry;
use obskit_tests::collector::{Answer, Collector};
use obskit_tests::exported::{Sums, requests};
use obskit_tests::recorded;
use obskit_tests::runtimes::{run, runtimes};
use tokio::runtime::Builder;

use super::{PATIENCE, stage};

fn telemetry(collector: &Collector) -> Telemetry {
    recorded::telemetry_with(|config| {
        collector.config(config);
        config.traces.batch.schedule_delay = Duration::from_hours(1);
    })
}

#[test]
fn the_last_span_arrives_by_shutdown_flush_and_drop_on_every_runtime() {
    let host = Builder::new_current_thread().enable_all().build().unwrap();
    for runtime in runtimes() {
        let collector = host.block_on(Collector::start());
        let count = || collector.count_distinct();
        let shut = telemetry(&collector);
        let report = run(runtime.as_ref(), async {
            requests(&shut, 3).await;
            shut.shutdown(PATIENCE).await
        });
        let report = report.unwrap();
        assert_eq!((report.delivered_spans, report.lost_spans, count()), (3, 0, 3), "{report}");
        assert!(report.is_complete(), "{report}");
        let flushed = telemetry(&collector);
        run(runtime.as_ref(), async {
            requests(&flushed, 2).await;
            assert!(flushed.flush(PATIENCE));
        });
        assert_eq!(count(), 5);
        let dropped = telemetry(&collector);
        run(runtime.as_ref(), async {
            requests(&dropped, 1).await;
            drop(dropped);
        });
        assert_eq!(count(), 6);
    }
}

/// Flushes while a thread unwinds.
struct Last(Telemetry);

impl Drop for Last {
    fn drop(&mut self) {
        assert!(thread::panicking() && self.0.flush(PATIENCE));
    }
}

#[tokio::test]
async fn the_last_span_arrives_from_a_task_and_while_a_thread_unwinds() {
    let (telemetry, collector) = stage(|_| ()).await;
    let own = telemetry.clone();
    let task = tokio::spawn(async move {
        requests(&own, 1).await;
        own.shutdown(PATIENCE).await.unwrap().delivered_spans
    });
    assert_eq!(task.await.unwrap(), 1);
    let (telemetry, _) = (stage(|_| ()).await, collector);
    let (telemetry, collector) = telemetry;
    requests(&telemetry, 2).await;
    let last = Last(telemetry);
    let panicked = panic::catch_unwind(panic::AssertUnwindSafe(move || {
        let _last = last;
        panic::resume_unwind(Box::new("over"));
    }));
    assert!(panicked.is_err());
    assert_eq!(collector.count_distinct(), 2);
}

#[tokio::test]
async fn a_collector_that_hangs_holds_no_end_past_its_deadline() {
    let (telemetry, collector) = stage(|_| ()).await;
    collector.always(Answer::Hang);
    requests(&telemetry, 5).await;
    collector.wait_for_exports(1).await;
    requests(&telemetry, 2).await;
    let start = Instant::now();
    let report = telemetry.shutdown(Duration::from_secs(1)).await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    assert_eq!((report.delivered_spans, report.lost_spans), (0, 7), "{report}");
    assert!(!report.is_complete());
    let sums = Sums::of_spans(&telemetry);
    assert_eq!((sums.accepted, sums.waiting()), (7, 0), "{sums:?}");
    requests(&telemetry, 1).await;
    assert_eq!(
        Sums::of_spans(&telemetry).dropped["closed"],
        sums.dropped.get("closed").unwrap_or(&0) + 1
    );
}

#[tokio::test]
async fn an_end_may_have_all_the_time_there_is() {
    let (telemetry, _collector) = stage(|_| ()).await;
    requests(&telemetry, 2).await;
    assert!(telemetry.flush(Duration::MAX));
    let report = telemetry.shutdown(Duration::MAX).await.unwrap();
    assert_eq!((report.delivered_spans, report.lost_spans), (2, 0), "{report}");
}

#[tokio::test]
async fn a_drop_waits_no_longer_than_a_second() {
    let (telemetry, collector) = stage(|_| ()).await;
    collector.always(Answer::Hang);
    requests(&telemetry, 5).await;
    let start = Instant::now();
    drop(telemetry);
    let took = start.elapsed();
    assert!((Duration::from_millis(900)..Duration::from_secs(3)).contains(&took), "{took:?}");
}

#[tokio::test]
async fn nobody_there_at_the_end_is_reported() {
    let collector = Collector::start().await;
    let telemetry = telemetry(&collector);
    drop(collector);
    requests(&telemetry, 4).await;
    let report = telemetry.shutdown(Duration::from_secs(1)).await.unwrap();
    assert_eq!((report.delivered_spans, report.lost_spans), (0, 4), "{report}");
}

#[tokio::test]
async fn switched_off_nothing_is_made() {
    let (telemetry, collector) = stage(|config| config.disabled = true).await;
    requests(&telemetry, 4).await;
    assert!(telemetry.flush(PATIENCE));
    assert_eq!(Sums::of_spans(&telemetry), Sums::default());
    assert_eq!(collector.exports(), []);
}
