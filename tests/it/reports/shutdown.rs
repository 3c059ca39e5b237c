//! Reports arrive from every runtime and from none, and no end waits past its deadline.

use std::time::{Duration, Instant};

use obskit_tests::exported::{Sums, failures};
use obskit_tests::runtimes::{run, runtimes};
use obskit_tests::sentry::{Answer, Sentry};
use tokio::runtime::Builder;

use super::sending::{PATIENCE, stage, telemetry};

#[test]
fn the_last_report_arrives_by_shutdown_flush_and_drop_on_every_runtime() {
    let host = Builder::new_current_thread().enable_all().build().unwrap();
    for runtime in runtimes() {
        let sentry = host.block_on(Sentry::start());
        let shut = telemetry(&sentry, |_| ());
        let report = run(runtime.as_ref(), async {
            failures(&shut, 3).await;
            shut.shutdown(PATIENCE).await
        });
        let report = report.unwrap();
        assert_eq!((report.delivered_reports, report.lost_reports), (3, 0), "{report}");
        assert!(report.is_complete(), "{report}");
        assert!(report.to_string().contains("3 error reports delivered, 0 lost"), "{report}");
        assert_eq!(sentry.events().len(), 3);
        let flushed = telemetry(&sentry, |_| ());
        run(runtime.as_ref(), async {
            failures(&flushed, 2).await;
            assert!(flushed.flush(PATIENCE));
        });
        assert_eq!(sentry.events().len(), 5);
        let dropped = telemetry(&sentry, |_| ());
        run(runtime.as_ref(), async {
            failures(&dropped, 1).await;
            drop(dropped);
        });
        assert_eq!(sentry.events().len(), 6);
    }
}

#[tokio::test]
async fn a_server_that_hangs_holds_no_end_past_its_deadline_however_much_waits() {
    let (telemetry, sentry) = stage(|_| ()).await;
    sentry.always(Answer::Hang);
    failures(&telemetry, 1).await;
    sentry.wait_for_envelopes(1).await;
    failures(&telemetry, 250).await;
    let start = Instant::now();
    assert!(!telemetry.flush(Duration::from_millis(200)));
    let report = telemetry.shutdown(Duration::from_secs(1)).await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    assert_eq!((report.delivered_reports, report.lost_reports), (0, 251), "{report}");
    assert!(!report.is_complete());
    let sums = Sums::of(&telemetry, "report");
    assert_eq!((sums.accepted, sums.waiting(), sums.dropped["full"]), (251, 0, 150), "{sums:?}");
    failures(&telemetry, 1).await;
    let closed = sums.dropped.get("closed").unwrap_or(&0) + 1;
    assert_eq!(Sums::of(&telemetry, "report").dropped["closed"], closed);
}

#[tokio::test]
async fn a_server_that_was_not_there_is_asked_once_more_at_the_end() {
    let (telemetry, sentry) = stage(|_| ()).await;
    let addr = sentry.addr();
    drop(sentry);
    failures(&telemetry, 3).await;
    telemetry.flush(Duration::from_millis(100));
    let sentry = Sentry::start_at(addr).await;
    let report = telemetry.shutdown(PATIENCE).await.unwrap();
    assert_eq!((report.delivered_reports, report.lost_reports), (3, 0), "{report}");
    assert_eq!(sentry.events().len(), 3);
}

#[tokio::test]
async fn nobody_there_at_the_end_is_reported_soon() {
    let (telemetry, sentry) = stage(|_| ()).await;
    drop(sentry);
    failures(&telemetry, 4).await;
    let start = Instant::now();
    let report = telemetry.shutdown(PATIENCE).await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    assert_eq!((report.delivered_reports, report.lost_reports), (0, 4), "{report}");
    let sums = Sums::of(&telemetry, "report");
    assert_eq!((sums.lost(), sums.waiting()), (4, 0), "{sums:?}");
}

#[tokio::test]
async fn an_end_may_have_all_the_time_there_is() {
    let (telemetry, sentry) = stage(|_| ()).await;
    failures(&telemetry, 2).await;
    assert!(telemetry.flush(Duration::MAX));
    let report = telemetry.shutdown(Duration::MAX).await.unwrap();
    assert_eq!((report.delivered_reports, sentry.events().len()), (2, 2), "{report}");
}

#[tokio::test]
async fn a_drop_waits_no_longer_than_a_second() {
    let (telemetry, sentry) = stage(|_| ()).await;
    sentry.always(Answer::Hang);
    failures(&telemetry, 5).await;
    let start = Instant::now();
    drop(telemetry);
    let took = start.elapsed();
    assert!((Duration::from_millis(900)..Duration::from_secs(3)).contains(&took), "{took:?}");
}

#[tokio::test]
async fn switched_off_nothing_is_sent() {
    let (telemetry, sentry) = stage(|config| config.disabled = true).await;
    failures(&telemetry, 4).await;
    assert!(telemetry.flush(PATIENCE));
    let report = telemetry.shutdown(PATIENCE).await.unwrap();
    assert_eq!((report.delivered_reports, report.lost_reports), (0, 0));
    assert_eq!(Sums::of(&telemetry, "report"), Sums::default());
    assert_eq!(sentry.envelopes(), []);
}
