//! Runs of scheduled jobs, as Sentry's monitors get them.

use serde_json::{Value, json};

use super::performed::{Performed, give_up};

#[obskit::instrument_job("nightly_Backup of workouts", schedule = "0 2 * * *", max_runtime = "90s")]
async fn back_up(is_well: bool) -> Result<(), std::io::Error> {
    tokio::task::yield_now().await;
    if is_well { Ok(()) } else { Err(std::io::Error::other("the disk is full")) }
}

#[obskit::instrument_job("42", schedule = "@daily")]
fn sweep() {}

#[obskit::instrument_job("unscheduled")]
fn unscheduled() {}

#[obskit::instrument_job("checkin_panics", schedule = "@hourly")]
fn panics() {
    panic!("it is over");
}

async fn rig() -> Performed {
    Performed::with(|config| config.reports.traces_sample_rate = 0.0).await
}

/// Both of one run.
#[track_caller]
fn pair(performed: &Performed) -> [Value; 2] {
    let told = performed.items("check_in");
    <[Value; 2]>::try_from(told).unwrap_or_else(|told| panic!("not two: {told:#?}"))
}

#[tokio::test]
async fn a_run_is_told_when_it_begins_and_when_it_has_ended() {
    let performed = rig().await;
    performed.telemetry.scope(back_up(true)).await.unwrap();
    let [begun, ended] = pair(&performed);
    assert_eq!((&begun["status"], &ended["status"]), (&json!("in_progress"), &json!("ok")));
    assert_eq!((begun.get("duration"), ended["duration"].is_f64()), (None, true));
    for told in [&begun, &ended] {
        assert_eq!(told["monitor_slug"], "nightly_backup-of-workouts");
        let config = json!({
            "schedule": { "type": "crontab", "value": "0 2 * * *" },
            "timezone": "UTC",
            "max_runtime": 2,
        });
        assert_eq!(told["monitor_config"], config);
        assert_eq!((&told["release"], &told["environment"]), (&json!("gym@1.4.2"), &json!("lab")));
        assert_eq!(told["check_in_id"], begun["check_in_id"]);
        assert_eq!(told["contexts"]["trace"]["trace_id"].as_str().unwrap().len(), 32);
    }
    let text = performed.telemetry.metrics().text();
    assert!(text.contains("obskit_delivered_total{signal=\"check_in\"} 2\n"), "{text}");
}

#[tokio::test]
async fn each_run_has_an_id_of_its_own() {
    let performed = rig().await;
    for _ in 0..3 {
        performed.telemetry.sync_scope(sweep);
    }
    let told = performed.items("check_in");
    let ids: std::collections::BTreeSet<_> =
        told.iter().map(|told| told["check_in_id"].as_str().unwrap()).collect();
    assert_eq!((told.len(), ids.len()), (6, 3));
    assert_eq!(told[0]["monitor_slug"], "job-42");
    assert_eq!(told[0]["monitor_config"]["schedule"]["value"], "0 0 * * *");
    assert_eq!(told[0]["monitor_config"].get("max_runtime"), None);
}

#[tokio::test]
async fn a_run_that_did_not_do_its_work_is_an_error() {
    let performed = rig().await;
    let _ = performed.telemetry.scope(back_up(false)).await;
    assert_eq!(pair(&performed)[1]["status"], "error");

    let performed = rig().await;
    give_up(performed.telemetry.scope(back_up(true))).await;
    assert_eq!(pair(&performed)[1]["status"], "error");

    let performed = rig().await;
    let run = std::panic::AssertUnwindSafe(|| performed.telemetry.sync_scope(panics));
    assert!(std::panic::catch_unwind(run).is_err());
    assert_eq!(pair(&performed)[1]["status"], "error");
}

#[tokio::test]
async fn a_job_without_a_schedule_has_no_monitor() {
    let performed = rig().await;
    performed.telemetry.sync_scope(unscheduled);
    assert!(performed.items("check_in").is_empty());
}
