//! Runs of jobs: requests of their own.

use super::instrument;
use obskit::config::FlightRecorder;
use obskit::context::RequestContext;
use obskit_tests::lab::Lab;
use obskit_tests::samples::count;
use serde_json::{Value, json};
use std::io;

async fn backs_up(fails: bool) -> Result<RequestContext, io::Error> {
    instrument!(job("backs_up"), ServerErrors, Result<RequestContext, io::Error>, async move {
        let _cleans_up = CleansUp;
        tokio::task::yield_now().await;
        tracing::debug!("a detail");
        if fails {
            return Err(io::Error::other("disk full"));
        }
        Ok(RequestContext::current().unwrap())
    })
}

struct CleansUp;

impl Drop for CleansUp {
    fn drop(&mut self) {
        tracing::info!("cleans up");
    }
}

fn runs(lab: &Lab, outcome: &str) -> usize {
    let labels = [r#"job="backs_up""#, &format!("outcome=\"{outcome}\"")];
    count(&lab.telemetry, "job_runs_total", &labels)
}

fn messages(lines: &[Value]) -> Vec<&str> {
    lines.iter().map(|line| line["message"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_run_is_a_request_of_its_own() {
    let lab = Lab::new(|_| {});
    let _entered = lab.enter();
    let both = || async {
        let run = backs_up(false).await.unwrap();
        (RequestContext::current().unwrap(), run)
    };
    let (request, run) = lab.call(both).await;
    assert_ne!(request.request_id(), run.request_id());
    assert_ne!(request.trace_id(), run.trace_id());
    assert_eq!((run.endpoint(), run.parent_span_id()), ("backs_up", None));
    let lines = lab.lines();
    let line = lines.iter().find(|line| line["target"] == "obskit::job").unwrap();
    assert_eq!(line["requestId"], run.request_id().as_str());
    assert_eq!((&line["level"], &line["endpoint"]), (&json!("info"), &json!("backs_up")));
    assert_eq!(line["message"], "backs_up ended");
    assert_eq!(line["metadata"]["outcome"], "success");
    assert!(line["metadata"]["durationMs"].is_number(), "{line}");
    assert_eq!(runs(&lab, "success"), 1);
    assert_eq!(count(&lab.telemetry, "http_requests_total", &[]), 1);
}

#[tokio::test]
async fn a_failed_run_tells_its_error_and_what_led_to_it() {
    let lab = Lab::new(|config| config.logs.recorder = Some(FlightRecorder::default()));
    let _entered = lab.enter();
    lab.telemetry.scope(backs_up(true)).await.unwrap_err();
    lab.telemetry.scope(backs_up(false)).await.unwrap();
    assert_eq!((runs(&lab, "server_error"), runs(&lab, "success")), (1, 1));
    let lines = lab.lines();
    let expected = [
        "cleans up",
        "backs_up failed",
        "backs_up ended",
        "a detail",
        "cleans up",
        "backs_up ended",
    ];
    assert_eq!(messages(&lines), expected);
    assert_eq!(lines[1]["error"]["message"], "disk full");
    assert_eq!(lines[1]["requestId"], lines[3]["requestId"]);
}

#[tokio::test]
async fn a_run_that_is_dropped_was_cancelled() {
    let lab = Lab::new(|_| {});
    let _entered = lab.enter();
    lab.telemetry
        .scope(async {
            let run = backs_up(false);
            tokio::select! {
                biased;
                _ = run => unreachable!(),
                () = std::future::ready(()) => {}
            }
        })
        .await;
    assert_eq!(runs(&lab, "cancelled"), 1);
    let lines = lab.lines();
    assert_eq!(messages(&lines), ["cleans up", "backs_up ended"]);
    assert_eq!(lines[0]["requestId"], lines[1]["requestId"]);
    assert_eq!(lines[0]["endpoint"], "backs_up");
}
