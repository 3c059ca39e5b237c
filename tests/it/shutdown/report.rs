//! What is told at the end: by the last line, and to the program.

use http::{Request, Response};
use obskit::telemetry::Report;
use obskit_tests::lab::Lab;
use std::convert::Infallible;
use std::future::pending;
use std::time::Duration;
use tower::{Layer, Service, service_fn};
use tracing::{error, info};

const DEADLINE: Duration = Duration::from_secs(20);

async fn end(lab: &Lab) -> (Report, Vec<serde_json::Value>) {
    let _entered = lab.enter();
    let report = lab.telemetry.shutdown(DEADLINE).await.unwrap();
    (report, lab.written())
}

#[tokio::test]
async fn the_last_line_says_that_nothing_was_lost() {
    let lab = Lab::new(|_| {});
    lab.run(|| (0..10).for_each(|n| info!(n, "line")));
    let (report, lines) = end(&lab).await;
    assert_eq!(lines.len(), 11);
    let last = lines.last().unwrap();
    assert_eq!((&last["level"], &last["target"]), (&"info".into(), &"obskit::shutdown".into()));
    assert_eq!(last["message"], "everything is delivered");
    assert_eq!((&last["metadata"]["writtenLines"], report.written_lines), (&10.into(), 10));
    let said = "10 log lines written, 0 lost; 0 spans delivered, 0 lost; \
                0 error reports delivered, 0 lost; 0 items dropped in all; 0 requests unfinished";
    assert_eq!(report.to_string(), said);
    let (again, lines) = end(&lab).await;
    assert!(lines.is_empty() && again.written_lines == 11, "a second end is none: {lines:?}");
}

#[tokio::test]
async fn a_request_that_is_still_under_way_is_told_of() {
    let lab = Lab::new(|_| {});
    let hangs = service_fn(|_: Request<String>| pending::<Result<Response<String>, Infallible>>());
    let under_way = lab.telemetry.layer().layer(hangs).call(Request::new(String::new()));
    let (report, lines) = end(&lab).await;
    assert!(report.unfinished_requests == 1 && !report.is_complete(), "{report}");
    let last = lines.last().unwrap();
    assert_eq!(
        (&last["level"], &last["metadata"]["unfinishedRequests"]),
        (&"warn".into(), &1.into())
    );
    assert_eq!(last["message"], "not everything is delivered");
    // It is recorded all the same, should it end before the process does.
    drop(under_way);
    let lines = lab.end();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["metadata"]["outcome"], "cancelled");
}

/// What the flood limit held back is no loss, but it is told, by the end of whichever kind.
#[tokio::test]
async fn suppressed_lines_are_told_of() {
    for is_shut_down in [true, false] {
        let lab = Lab::new(|config| config.logs.flood.lines = 1);
        lab.run(|| (0..10).for_each(|n| error!(n, "failed")));
        let (complete, lines) = if is_shut_down {
            let (report, lines) = end(&lab).await;
            (report.is_complete() && report.dropped == 9, lines)
        } else {
            (true, lab.end())
        };
        let told = lines.iter().find(|line| line["metadata"]["suppressed"] == 9);
        assert!(complete && told.is_some(), "{lines:#?}");
    }
}
