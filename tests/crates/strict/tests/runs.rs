//! What compiles under every lint runs, too, and is measured.

#![forbid(unsafe_code)]

use axum::Json;
use axum::extract::{Extension, Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use obskit::Telemetry;
use obskit::config::Config;
use obskit_strict::errors::ApiError;
use obskit_strict::labels::{DayType, Session, Workout};
use obskit_strict::methods::{Closes, Gym, Opens};
use obskit_strict::{dependencies, generic, handlers, jobs, returns};
use std::pin::pin;
use std::sync::Arc;
use tokio_stream::StreamExt;

/// Runs `work` within a telemetry, and looks at the samples that are not 0 afterwards whose
/// series begin with `start`: at what follows that, without quotes.
#[track_caller]
fn check(work: impl Future<Output = ()>, start: &str, expected: &[&str]) {
    let telemetry = Telemetry::build(Config::default()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(telemetry.scope(work));
    let text = telemetry.metrics().text();
    let found = text.lines().filter(|line| !line.ends_with(" 0"));
    let found = found.filter_map(|line| Some(line.strip_prefix(start)?.replace('"', "")));
    let found: Vec<_> = found.collect();
    assert_eq!(found, expected);
}

async fn complete(id: u32) -> Result<u32, ApiError> {
    let note = "hard".to_owned();
    let workout = Workout { id, day_type: DayType::PullUps, kilograms: 30.0, note };
    let session = Extension(Session { user_id: 7 });
    let Json(summary) = handlers::complete_workout(session, Json(workout)).await?;
    Ok(summary.reps)
}

#[test]
fn a_handler_with_every_argument() {
    let work = async {
        assert_eq!(complete(4).await.unwrap(), 12);
        assert_eq!(complete(3).await.unwrap(), 0);
        assert!(matches!(complete(2).await, Err(ApiError::Duplicate)));
        assert!(matches!(complete(1).await, Err(ApiError::Database(_))));
        assert!(matches!(complete(0).await, Err(ApiError::NoSuchWorkout)));
    };
    check(
        work,
        "strict_",
        &[
            "failed_workouts_total 3",
            "notes_total{note=hard} 5",
            "reps_total 12",
            "rest_seconds_bucket{day_type=pull-ups,le=+Inf} 2",
            "rest_seconds_sum{day_type=pull-ups} 180",
            "rest_seconds_count{day_type=pull-ups} 2",
            "set_weight_kg_bucket{le=40.0} 5",
            "set_weight_kg_bucket{le=60.0} 5",
            "set_weight_kg_bucket{le=+Inf} 5",
            "set_weight_kg_sum 150",
            "set_weight_kg_count 5",
            "sets_total{heavy=false,id=7} 15",
            "summed_total 2",
            "workouts_total{day_type=pull-ups} 2",
        ],
    );
}

#[test]
fn handlers() {
    let work = async {
        assert!(handlers::show_workout(State(()), Path(0)).await.is_err());
        let shown = handlers::show_workout(State(()), Path(1)).await.unwrap();
        assert_eq!(shown.into_response().status(), StatusCode::OK);
        assert_eq!(handlers::has_workout(Path(0)).await, StatusCode::NOT_FOUND);
        let answer = handlers::any_answer(Some(Path(503))).await;
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(handlers::any_answer(None).await.status(), StatusCode::BAD_REQUEST);
        assert_eq!(handlers::tuple().await.0, StatusCode::IM_A_TEAPOT);
        let hidden = handlers::hidden(State(()), Path(1)).await;
        assert_eq!(hidden.into_response().status(), StatusCode::OK);
        assert_eq!(handlers::outer().await.unwrap(), StatusCode::ACCEPTED);
    };
    check(
        work,
        "handler_calls_total",
        &[
            "{handler=any_answer,outcome=client_error} 1",
            "{handler=any_answer,outcome=server_error} 1",
            "{handler=has_workout,outcome=client_error} 1",
            "{handler=hidden,outcome=success} 1",
            "{handler=inner,outcome=success} 1",
            "{handler=outer,outcome=success} 1",
            "{handler=show_workout,outcome=success} 1",
            "{handler=show_workout,outcome=client_error} 1",
            "{handler=tuple,outcome=client_error} 1",
        ],
    );
}

#[test]
fn methods() {
    let work = async {
        let mut gym = Gym::new("iron");
        assert_eq!(gym.look().await, "iron");
        assert_eq!(gym.visit(3).await, 3);
        gym.name_mut().push('s');
        assert!(gym.is_open() && gym.open().await);
        let mut object: Box<dyn Closes> = Box::new(gym.clone());
        assert_eq!(object.close("late").await.unwrap(), 4);
        assert!(object.close("").await.is_err());
        assert!(object.lock().await);
        assert_eq!(pin!(gym.clone()).as_mut().pinned().await, 5);
        let shared = Arc::new(gym.clone()).share().await;
        assert_eq!(Box::new(gym).take_apart().await, "irons");
        assert_eq!(Arc::unwrap_or_clone(shared).end(), "irons");
    };
    check(
        work,
        "handler_calls_total",
        &[
            "{handler=close,outcome=success} 1",
            "{handler=close,outcome=server_error} 1",
            "{handler=end,outcome=success} 1",
            "{handler=is_open,outcome=success} 1",
            "{handler=lock,outcome=success} 1",
            "{handler=look,outcome=success} 1",
            "{handler=name_mut,outcome=success} 1",
            "{handler=new_gym,outcome=success} 1",
            "{handler=open,outcome=success} 1",
            "{handler=pinned,outcome=success} 1",
            "{handler=share,outcome=success} 1",
            "{handler=visit,outcome=success} 1",
        ],
    );
}

#[test]
fn parameters() {
    let work = async {
        assert_eq!(generic::largest(&[1, 3, 2], true), Ok(&3));
        assert_eq!(generic::largest::<u8, _>(&[], "none"), Err("there is none"));
        assert_eq!(generic::longest("a", "bc"), "bc");
        assert_eq!(generic::repeated::<2>('x').await, ["x0", "x1"]);
        assert_eq!(generic::asked(async || 3).await, 3);
        assert_eq!(generic::patterns((1, 2), [3, 4], vec![5], ()), 10);
    };
    check(
        work,
        "handler_calls_total",
        &[
            "{handler=asked,outcome=success} 1",
            "{handler=largest,outcome=success} 1",
            "{handler=largest,outcome=server_error} 1",
            "{handler=longest,outcome=success} 1",
            "{handler=patterns,outcome=success} 1",
            "{handler=repeated,outcome=success} 1",
        ],
    );
}

#[test]
fn returned_values() {
    let work = async {
        returns::nothing().await;
        returns::nothing_at_once(true);
        returns::nothing_at_once(false);
        drop(returns::never());
        assert_eq!(returns::stream(3).collect::<Vec<_>>().await, [0, 1, 2]);
        assert_eq!(returns::stream_later(2).await.collect::<Vec<_>>().await, [0, 1]);
        assert_eq!(returns::boxed("abc").count(), 3);
        assert_eq!(returns::future("abc").await, 3);
        assert_eq!(returns::boxed_future("abc").await, 3);
        assert_eq!(returns::parsed("3").await.unwrap(), 3);
        assert!(returns::parsed("three").await.is_err());
        assert_eq!((returns::perhaps(true), returns::perhaps(false)), (Some(1), None));
        assert_eq!(returns::foreign(3), 4);
    };
    check(
        work,
        "handler_calls_total",
        &[
            "{handler=boxed,outcome=success} 1",
            "{handler=boxed_future,outcome=success} 1",
            "{handler=foreign,outcome=success} 1",
            "{handler=future,outcome=success} 1",
            "{handler=nothing,outcome=success} 1",
            "{handler=nothing_at_once,outcome=success} 2",
            "{handler=parsed,outcome=success} 1",
            "{handler=parsed,outcome=server_error} 1",
            "{handler=perhaps,outcome=success} 1",
            "{handler=perhaps,outcome=server_error} 1",
            "{handler=stream,outcome=success} 1",
            "{handler=stream_later,outcome=success} 1",
        ],
    );
}

#[test]
fn dependencies() {
    let work = async {
        assert!(dependencies::get_workout(0, DayType::Push).await.is_err());
        assert!(dependencies::get_workout(1, DayType::Push).await.is_err());
        assert!(dependencies::get_workout(2, DayType::Push).await.is_ok());
        assert_eq!(dependencies::get_cached("key:1"), Some("1"));
    };
    let expected = [
        "{dependency=postgres,operation=get_workout,outcome=success} 2",
        "{dependency=postgres,operation=get_workout,outcome=server_error} 1",
        "{dependency=redis,operation=get_cached,outcome=success} 1",
    ];
    check(work, "dependency_requests_total", &expected);
}

#[test]
fn jobs() {
    let work = async {
        assert_eq!(jobs::back_up(7).await.unwrap(), 7);
        assert!(jobs::back_up(2_000_000).await.is_err());
        jobs::clean_up();
    };
    let expected = [
        "{job=clean_up,outcome=success} 1",
        "{job=nightly_backup,outcome=success} 1",
        "{job=nightly_backup,outcome=server_error} 1",
    ];
    check(work, "job_runs_total", &expected);
}
