//! Handlers of axum, one of them with every argument.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use obskit::instrument_endpoint;
use std::time::Duration;

use crate::errors::ApiError;
use crate::labels::{Session, Summary, Workout};

/// Completes a workout.
///
/// # Errors
///
/// There is no such workout, or it weighs nothing.
#[instrument_endpoint(
    name = "complete_workout",
    fields(workout.id, plan = %workout.note, heavy = ?workout.kilograms),
    counter(
        strict_workouts_total,
        "Workouts completed",
        labels(day_type = workout.day_type),
        when = success,
    ),
    counter(strict_reps_total, "Repetitions", by = result.as_ref().map_or(0, |done| done.reps)),
    counter(
        strict_sets_total,
        "Sets",
        labels(heavy = workout.kilograms > 80.0, id: u8 = 7_u8),
        by = 3,
    ),
    counter(strict_notes_total, "Notes", labels(note = workout.note), limit = 10, when = always),
    counter(strict_failed_workouts_total, "Workouts not completed", when = failure),
    counter(strict_light_total, "Light workouts", when = workout.kilograms < 20.0),
    counter(strict_summed_total, "Workouts with a sum", when = result.is_ok()),
    histogram(
        strict_set_weight_kg,
        "Weight",
        value = workout.kilograms,
        buckets = [20.0, 40.0, 60.0],
    ),
    histogram(
        strict_rest_seconds,
        "Rest between two sets",
        labels(day_type = workout.day_type),
        value = Duration::from_secs(90),
        when = success,
        limit = 20,
    ),
    user = session.user_id,
    slo(availability = 99.9, latency = "250ms", target = 99.0),
    slow = "1.5s",
    report = errors,
    ok_if = matches!(result, Err(ApiError::Duplicate)),
    error_if = result.as_ref().is_ok_and(|done| done.reps == 0),
    crate = ::obskit,
)]
pub async fn complete_workout(
    Extension(session): Extension<Session>,
    Json(workout): Json<Workout>,
) -> Result<Json<Summary>, ApiError> {
    if session.user_id == 0 {
        return Err(ApiError::Invalid { field: "user" });
    }
    tokio::task::yield_now().await;
    let reps = reps(&workout)?;
    Ok(Json(Summary { reps }))
}

/// Says what was trained.
///
/// # Errors
///
/// There is no such workout.
#[instrument_endpoint]
pub async fn show_workout(
    State(()): State<()>,
    Path(id): Path<u32>,
) -> Result<impl IntoResponse, ApiError> {
    if id == 0 {
        return Err(ApiError::NoSuchWorkout);
    }
    Ok((StatusCode::OK, [("x-workout", "1")], id.to_string()))
}

/// Whether it is there.
#[instrument_endpoint(user = Some("anonymous"))]
#[inline]
pub async fn has_workout(Path(id): Path<u32>) -> StatusCode {
    if id == 0 { StatusCode::NOT_FOUND } else { StatusCode::NO_CONTENT }
}

/// Any answer.
#[instrument_endpoint]
pub async fn any_answer(asked: Option<Path<u16>>) -> Response {
    let Some(Path(code)) = asked else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, "here it is").into_response()
}

/// A status with a text.
#[instrument_endpoint(slo(latency = "1m 30s", target = 95.0))]
#[must_use = "it is the answer"]
pub async fn tuple() -> (StatusCode, &'static str) {
    (StatusCode::IM_A_TEAPOT, "short and stout")
}

/// Something that is an answer.
#[instrument_endpoint(slo(availability = 99))]
pub async fn hidden(_unused: State<()>, mut times: Path<usize>) -> impl IntoResponse {
    times.0 += 1;
    "again ".repeat(times.0)
}

/// A status that only this crate asks for.
#[instrument_endpoint(report = never)]
pub(crate) async fn inner() -> Result<StatusCode, std::io::Error> {
    std::future::ready(Ok(StatusCode::ACCEPTED)).await
}

/// What an inner one says.
///
/// # Errors
///
/// As that has.
#[instrument_endpoint(report = server_errors)]
pub async fn outer() -> Result<StatusCode, ApiError> {
    Ok(inner().await?)
}

/// What a workout comes to, by its number.
fn reps(workout: &Workout) -> Result<u32, ApiError> {
    match workout.id {
        0 => Err(ApiError::NoSuchWorkout),
        1 => Err(std::io::Error::other("it is gone").into()),
        2 => Err(ApiError::Duplicate),
        3 => Ok(0),
        _ => Ok(12),
    }
}
