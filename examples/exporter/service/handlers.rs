//! The handlers. Each is what it would be with any axum, but for one attribute.

use std::error::Error;
use std::time::{Duration, SystemTime};

use axum::Json;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use obskit::instrument_endpoint;
use serde::{Deserialize, Serialize};
use tracing::{debug, info, warn};

use super::App;
use super::error::ApiError;
use super::session::Session;
use crate::workouts::{DayType, WORKOUTS, Workout};

/// Today's training.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Today {
    workout: Workout,
    tip: Option<String>,
}

/// What was done.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct Done {
    day_type: DayType,
}

/// What became of it.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Completed {
    workout: u64,
    minutes: u64,
}

/// Who wants in.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Login {
    user: String,
}

const SECONDS_A_DAY: u64 = 86_400;

#[instrument_endpoint]
pub(crate) async fn list_workouts(State(app): State<App>) -> Result<Json<Vec<Workout>>, ApiError> {
    Ok(Json(app.store.list().await?))
}

#[instrument_endpoint(fields(workout = id))]
pub(crate) async fn get_workout(
    State(app): State<App>,
    Path(id): Path<u64>,
) -> Result<Json<Workout>, ApiError> {
    let workout = app.store.get(id).await?;
    workout.map(Json).ok_or(ApiError::NoSuchWorkout)
}

#[instrument_endpoint(user = session.user, slo(availability = 99.5))]
pub(crate) async fn todays_workout(
    State(app): State<App>,
    session: Session,
) -> Result<Json<Today>, ApiError> {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let day = since.map_or(0, |since| since.as_secs() / SECONDS_A_DAY);
    let workout = app.store.get(day % WORKOUTS + 1).await?.ok_or(ApiError::NoSuchWorkout)?;
    // A workout without a tip is better than none.
    let tip = app.partners.tip(workout.day_type).await;
    let tip = tip.inspect_err(|error| {
        warn!(error = error as &dyn Error, workout = workout.id, "today goes without a tip");
    });
    Ok(Json(Today { workout, tip: tip.ok() }))
}

/// For another of its kind, whose coach it is.
#[instrument_endpoint(fields(day_type = day.as_str()))]
pub(crate) async fn tip(
    State(app): State<App>,
    Path(day): Path<DayType>,
) -> Result<String, ApiError> {
    let workouts = app.store.list().await?;
    let count = workouts.iter().filter(|workout| workout.day_type == day).count();
    debug!(count, "workouts compared");
    Ok(format!("Do not try all {count} {} workouts on one day.", day.as_str()))
}

#[instrument_endpoint(
    fields(workout = id),
    counter(
        mo_workouts_completed_total,
        "Workouts completed, by the kind of their day.",
        labels(day_type = done.day_type),
        when = success,
    ),
    histogram(
        mo_workout_duration_seconds,
        "Time that completed workouts took.",
        value = result.as_ref().map_or(0, |completed| completed.minutes * 60),
        buckets = [1200.0, 1800.0, 2400.0, 3600.0, 5400.0],
        when = success,
    ),
    user = session.user,
    slo(availability = 99.9, latency = "50ms", target = 99.0),
)]
pub(crate) async fn complete_workout(
    State(app): State<App>,
    Path(id): Path<u64>,
    session: Session,
    Json(done): Json<Done>,
) -> Result<Json<Completed>, ApiError> {
    let workout = Workout::of(id).ok_or(ApiError::NoSuchWorkout)?;
    app.store.complete(&workout, done.day_type).await?;
    info!(workout = id, day_type = done.day_type.as_str(), "workout completed");
    let minutes = workout.duration().as_secs() / 60;
    Ok(Json(Completed { workout: id, minutes }))
}

#[instrument_endpoint(user = login.user)]
pub(crate) async fn log_in(State(app): State<App>, Json(login): Json<Login>) -> impl IntoResponse {
    // Hashing a password takes its time.
    app.dice.work(Duration::from_millis(40)).await;
    info!(method = "password", "logged in");
    Json(serde_json::json!({ "token": login.user }))
}

/// The slow one.
#[instrument_endpoint(user = session.user, slow = "1s")]
pub(crate) async fn weekly_report(
    State(app): State<App>,
    session: Session,
) -> Json<serde_json::Value> {
    app.dice.work(Duration::from_millis(350)).await;
    Json(serde_json::json!({ "workouts": 4, "minutes": 212 }))
}

/// The one that fails now and then, with its partner.
#[instrument_endpoint(
    counter(mo_steps_total, "Steps of all users.", by = result.as_ref().map_or(0, |steps| steps.0)),
    user = session.user,
)]
pub(crate) async fn sync_steps(
    State(app): State<App>,
    session: Session,
) -> Result<Json<u32>, ApiError> {
    let steps = app.partners.steps().await?;
    debug!(steps, "steps counted");
    Ok(Json(steps))
}
