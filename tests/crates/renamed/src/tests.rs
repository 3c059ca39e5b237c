//! It runs, and is measured.

use watch::Telemetry;
use watch::config::Config;

use super::*;

/// Runs `work` within a telemetry, and looks at the samples that are not 0 afterwards whose
/// series begin with `start`: at what follows that, without quotes.
#[track_caller]
fn check(work: impl Future<Output = ()>, start: &str, expected: &[&str]) {
    let telemetry = Telemetry::build(Config::default()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(telemetry.scope(work));
    let text = telemetry.metrics().text();
    let found = text.lines().filter(|line| !line.ends_with(" 0"));
    let found = found.filter_map(|line| Some(line.strip_prefix(start)?.replace('"', "")));
    let found: Vec<_> = found.collect();
    assert_eq!(found, expected);
}

async fn complete_some() {
    assert_eq!(complete(7, DayType::Push, Load::Heavy, "hard").await.unwrap(), 7);
    assert_eq!(complete(101, DayType::Pull, Load::Light, "no").await.unwrap(), 101);
    assert!(matches!(
        complete(0, DayType::Push, Load::Light, "a").await,
        Err(ApiError::NoSuchWorkout)
    ));
    assert!(matches!(complete(1, DayType::Push, Load::Light, "a").await, Err(ApiError::Inner(_))));
}

#[test]
fn outcomes_are_those_of_the_derive() {
    check(
        complete_some(),
        "handler_calls_total",
        &[
            "{handler=complete,outcome=success} 2",
            "{handler=complete,outcome=client_error} 1",
            "{handler=complete,outcome=server_error} 1",
        ],
    );
}

#[test]
fn metrics_have_their_labels() {
    check(
        complete_some(),
        "renamed_workouts_total",
        &["{day_type=push,load=LIGHT} 1", "{day_type=push,load=HEAVY} 1"],
    );
    check(
        complete_some(),
        "renamed_notes_total",
        &["{note=hard,load=HEAVY} 1", "{note=no,load=LIGHT} 1", "{note=a,load=LIGHT} 2"],
    );
    check(complete_some(), "renamed_rest_seconds_count", &[" 4"]);
}

#[test]
fn dependencies_are_counted() {
    check(
        complete_some(),
        "dependency_requests_total",
        &["{dependency=postgres,operation=find,outcome=success} 4"],
    );
}

#[test]
fn jobs_are_counted() {
    check(
        async { back_up().unwrap() },
        "job_runs_total",
        &["{job=backup,outcome=success} 1", "{job=clean_up,outcome=success} 1"],
    );
}
