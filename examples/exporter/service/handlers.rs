//! The handlers: plain axum, but for the lines that count a workout, name a user and log.

use std::error::Error;
use std::time::{Duration, SystemTime};

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use obskit::context::RequestContext;
use serde::{Deserialize, Serialize};
use tracing::{Instrument, debug, error, info, info_span, warn};

use super::{App, DayType};

/// One training session.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Workout {
    id: u64,
    day_type: DayType,
    exercises: [&'static str; 3],
}

/// Today's training.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Today {
    workout: Workout,
    tip: Option<String>,
}

/// What was completed.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct Completed {
    day_type: DayType,
}

/// Who wants in.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Login {
    user: String,
}

/// What a caller is told when it goes wrong; the ID finds the request in the logs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failed(StatusCode, &'static str);

const WORKOUTS: u64 = 30;
const SECONDS_A_DAY: u64 = 86_400;

pub(crate) async fn list(State(app): State<App>) -> Json<Vec<Workout>> {
    app.dice.work(Duration::from_millis(6)).await;
    Json((1..=WORKOUTS).map(workout).collect())
}

pub(crate) async fn one(
    State(app): State<App>,
    Path(id): Path<u64>,
) -> Result<Json<Workout>, Failed> {
    app.dice.work(Duration::from_millis(3)).await;
    known(id).map(workout).map(Json)
}

pub(crate) async fn today(State(app): State<App>) -> Json<Today> {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let day = since.map_or(0, |since| since.as_secs() / SECONDS_A_DAY);
    let workout = workout(day % WORKOUTS + 1);
    // A workout without a tip is better than none.
    let tip = app.partners.tip(workout.day_type).await;
    let tip = tip.inspect_err(|error| {
        warn!(error = error as &dyn Error, workout = workout.id, "today goes without a tip");
    });
    Json(Today { workout, tip: tip.ok() })
}

pub(crate) async fn complete(
    State(app): State<App>,
    Path(id): Path<u64>,
    Json(Completed { day_type }): Json<Completed>,
) -> Result<Json<serde_json::Value>, Failed> {
    known(id)?;
    store(&app, id).instrument(info_span!("store", table = "workouts", workout = id)).await;
    app.completed.get((day_type,)).inc();
    info!(workout = id, day_type = day_type.as_str(), "workout completed");
    Ok(Json(serde_json::json!({ "completed": id })))
}

pub(crate) async fn login(State(app): State<App>, Json(Login { user }): Json<Login>) -> Response {
    // Hashing a password takes its time.
    app.dice.work(Duration::from_millis(40)).await;
    if let Some(context) = RequestContext::current() {
        context.set_user(&user);
    }
    info!(method = "password", "logged in");
    Json(serde_json::json!({ "token": user })).into_response()
}

/// The slow one.
pub(crate) async fn weekly(State(app): State<App>) -> Json<serde_json::Value> {
    app.dice.work(Duration::from_millis(350)).await;
    Json(serde_json::json!({ "workouts": 4, "minutes": 212 }))
}

/// The one that fails now and then, with its partner.
pub(crate) async fn sync(State(app): State<App>) -> Result<Json<serde_json::Value>, Failed> {
    let steps = app.partners.steps().await.map_err(|error| {
        error!(error = &error as &dyn Error, "steps are not counted");
        Failed(StatusCode::BAD_GATEWAY, "the wearables cannot be read")
    })?;
    debug!(steps, "steps counted");
    Ok(Json(serde_json::json!({ "steps": steps })))
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        let id = RequestContext::current().map(|context| context.request_id().to_string());
        (self.0, Json(serde_json::json!({ "error": self.1, "requestId": id }))).into_response()
    }
}

async fn store(app: &App, id: u64) {
    app.dice.work(Duration::from_millis(8)).await;
    debug!(rows = 1, bytes = 96 + id, "written");
}

fn known(id: u64) -> Result<u64, Failed> {
    let is_known = (1..=WORKOUTS).contains(&id);
    if is_known { Ok(id) } else { Err(Failed(StatusCode::NOT_FOUND, "no such workout")) }
}

fn workout(id: u64) -> Workout {
    let day_type = DayType::of(id);
    let exercises = match day_type {
        DayType::Push => ["bench press", "overhead press", "dips"],
        DayType::Pull => ["deadlift", "pull-up", "row"],
        DayType::Legs => ["squat", "lunge", "calf raise"],
    };
    Workout { id, day_type, exercises }
}
