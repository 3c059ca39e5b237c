//! A job's run that fails is one report.

use obskit::instrument_job;
use serde_json::Value;
use tracing::{error, info};

use super::lab::Reported;

/// What a run does.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Act {
    Succeeds,
    Logs,
    Fails,
    LogsAndFails,
    /// Its error is what another job within has failed by.
    Passes,
}

#[instrument_job("rj_outer")]
async fn outer(act: Act) -> Result<(), String> {
    info!("at work");
    if matches!(act, Act::Logs | Act::LogsAndFails) {
        error!("something is wrong");
    }
    match act {
        Act::Succeeds | Act::Logs => Ok(()),
        Act::Fails | Act::LogsAndFails => Err("disk full".to_owned()),
        Act::Passes => inner().await,
    }
}

#[instrument_job("rj_inner")]
async fn inner() -> Result<(), String> {
    Err("inner disk full".to_owned())
}

#[instrument_job("rj_silent", report = never)]
async fn silent() -> Result<(), String> {
    Err("not told".to_owned())
}

/// Its job, its error's text or its message.
fn summary(event: &Value) -> [&str; 2] {
    let error = event["exception"]["values"].as_array().and_then(|errors| errors.last());
    let said = error.map_or(&event["logentry"]["message"], |error| &error["value"]);
    [&event["transaction"], said].map(|text| text.as_str().unwrap_or("?"))
}

#[tokio::test]
async fn a_run_that_fails_is_one_report() {
    for (act, expected) in [
        (Act::Succeeds, &[][..]),
        (Act::Logs, &[["rj_outer", "something is wrong"]]),
        (Act::Fails, &[["rj_outer", "disk full"]]),
        (Act::LogsAndFails, &[["rj_outer", "disk full"]]),
    ] {
        let lab = Reported::start().await;
        let _events = lab.enter();
        let _ = lab.telemetry.scope(outer(act)).await;
        let events = lab.events();
        assert_eq!(events.iter().map(summary).collect::<Vec<_>>(), expected, "{act:?}");
        for event in events {
            assert_eq!(event["breadcrumbs"]["values"][0]["message"], "at work");
        }
    }
}

/// Each run is a request of its own, whose failure somebody looks for.
#[tokio::test]
async fn runs_within_runs_are_reported_for_themselves() {
    let lab = Reported::start().await;
    let _events = lab.enter();
    lab.telemetry.scope(outer(Act::Passes)).await.unwrap_err();
    let events = lab.events();
    let summaries: Vec<_> = events.iter().map(summary).collect();
    assert_eq!(summaries, [["rj_inner", "inner disk full"], ["rj_outer", "rj_outer"]]);
}

#[tokio::test]
async fn a_run_that_tells_nothing_is_reported_by_its_name() {
    let lab = Reported::start().await;
    let _events = lab.enter();
    lab.telemetry.scope(silent()).await.unwrap_err();
    let event = lab.event();
    assert_eq!(event["exception"]["values"][0]["type"], "JobFailed");
    assert_eq!(summary(&event), ["rj_silent", "rj_silent"]);
}

#[tokio::test]
async fn a_run_within_a_request_is_not_the_requests_failure() {
    let lab = Reported::start().await;
    let _events = lab.enter();
    let _ = lab.call(|| outer(Act::Fails)).await;
    let events = lab.events();
    assert_eq!(events.iter().map(summary).collect::<Vec<_>>(), [["rj_outer", "disk full"]]);
}
