//! Handlers of a real service: extractors of every kind before the attribute, responses after it.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequestParts, MatchedPath, Path, Query, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router, debug_handler};
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};
use obskit::{Label, instrument_endpoint};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::read::{ask, get as request, handler, post as request_with, series, telemetry};

#[derive(Clone, Copy, Debug, Deserialize, Label)]
#[serde(rename_all = "lowercase")]
enum DayType {
    Push,
    Pull,
    Legs,
}

#[derive(Debug, Deserialize)]
struct Workout {
    day_type: DayType,
    sets: u64,
}

#[derive(Serialize)]
struct Summary {
    id: u32,
    reps: u64,
}

#[derive(Deserialize)]
struct Page {
    page: u16,
}

/// An extractor of one's own.
struct Session {
    user_id: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Session {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        let user = parts.headers.get("x-user").ok_or(StatusCode::UNAUTHORIZED)?;
        Ok(Self { user_id: user.to_str().unwrap().to_owned() })
    }
}

#[derive(Clone)]
struct App {
    most: u64,
}

#[derive(Debug)]
enum ApiError {
    TooMany,
    Database,
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = match self {
            Self::TooMany => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Database => StatusCode::SERVICE_UNAVAILABLE,
        };
        (status, format!("{self:?}")).into_response()
    }
}

#[debug_handler(state = App)]
#[instrument_endpoint(
    name = "ex_complete_workout",
    fields(workout.sets, id = %id, session.user_id),
    counter(
        ex_completed_total,
        "Workouts completed",
        labels(day_type = workout.day_type),
        when = success,
    ),
    counter(ex_reps_total, "Repetitions", by = result.as_ref().map_or(0, |summary| summary.reps)),
    histogram(ex_sets, "Sets", value = workout.sets, buckets = [1.0, 4.0]),
    user = session.user_id,
    slo(availability = 99.9, latency = "250ms", target = 99.0),
    slow = "500ms",
    report = server_errors,
)]
async fn complete_workout(
    State(app): State<App>,
    Path(id): Path<u32>,
    session: Session,
    Json(workout): Json<Workout>,
) -> Result<Json<Summary>, ApiError> {
    if workout.sets > app.most {
        return Err(ApiError::TooMany);
    }
    let reps = saved(workout, session).await?;
    Ok(Json(Summary { id, reps }))
}

/// Takes what the attribute has looked at.
async fn saved(workout: Workout, session: Session) -> Result<u64, ApiError> {
    tokio::task::yield_now().await;
    match session.user_id.as_str() {
        "nobody" => Err(ApiError::Database),
        _ => Ok(workout.sets * 10),
    }
}

fn completing() -> Router {
    Router::new().route("/{id}", post(complete_workout)).with_state(App { most: 5 })
}

/// The issue's own example, to the last number.
#[tokio::test]
async fn everything_at_once() {
    let telemetry = telemetry();
    let none = ["push=0", "pull=0", "legs=0"];
    assert_eq!(series(&telemetry, "ex_completed_total"), none);
    assert_eq!(series(&telemetry, "ex_reps_total"), ["0"]);
    for (user, day, sets, status) in [
        ("ada", "push", 2, 200),
        ("ada", "legs", 5, 200),
        ("bob", "legs", 6, 422),
        ("nobody", "pull", 1, 503),
    ] {
        let mut request = request_with("/7", &json!({ "day_type": day, "sets": sets }));
        request.headers_mut().insert("x-user", user.parse().unwrap());
        let reply = ask(&telemetry, &completing(), request).await;
        assert_eq!(reply.status, status, "{}", reply.text());
    }
    handler(&telemetry, "ex_complete_workout", "success=2 client_error=1 server_error=1");
    assert_eq!(series(&telemetry, "ex_completed_total"), ["push=1", "pull=0", "legs=1"]);
    assert_eq!(series(&telemetry, "ex_reps_total"), ["70"]);
    assert_eq!(series(&telemetry, "ex_sets_bucket"), ["1.0=1", "4.0=2", "+Inf=4"]);
    assert_eq!(series(&telemetry, "ex_sets_sum"), ["14"]);
    assert_eq!(series(&telemetry, "active_users"), ["5m=3", "1h=3", "1d=3"]);
}

/// What an extractor refuses never reaches the handler.
#[tokio::test]
async fn refused_before_the_handler() {
    let telemetry = telemetry();
    let body = json!({ "day_type": "push", "sets": 1 });
    let reply = ask(&telemetry, &completing(), request_with("/7", &body)).await;
    assert_eq!(reply.status, 401);
    handler(&telemetry, "ex_complete_workout", "");
    assert_eq!(series(&telemetry, "ex_completed_total"), ["push=0", "pull=0", "legs=0"]);
}

#[expect(clippy::too_many_arguments, reason = "one of every kind")]
#[instrument_endpoint]
#[debug_handler]
async fn every_extractor(
    method: Method,
    Query(Page { page }): Query<Page>,
    matched: MatchedPath,
    Extension(shared): Extension<Arc<str>>,
    headers: HeaderMap,
    Path((kind, id)): Path<(String, u32)>,
    mut body: Bytes,
) -> impl IntoResponse {
    let path = matched.as_str();
    let _ = body.split_off(body.len().min(2));
    let accept = headers.contains_key("accept");
    (StatusCode::CREATED, format!("{method} {page} {path} {shared} {kind}{id} {accept} {body:?}"))
}

#[instrument_endpoint]
#[debug_handler]
async fn optional_extractors(
    session: Result<Session, StatusCode>,
    page: Result<Query<Page>, QueryRejection>,
    request: Request,
) -> Result<String, StatusCode> {
    let Session { user_id } = session?;
    let page = page.map_or(0, |Query(Page { page })| page);
    Ok(format!("{user_id} {page} {}", request.method()))
}

#[tokio::test]
async fn extractors() {
    let telemetry = telemetry();
    let router = Router::new()
        .route("/{kind}/{id}", post(every_extractor).layer(Extension(Arc::<str>::from("shared"))))
        .route("/optional", get(optional_extractors));
    let sent = ask(&telemetry, &router, request_with("/set/3?page=4", &json!("abc"))).await;
    let expected = r#"POST 4 /{kind}/{id} shared set3 false b"\"a""#;
    assert_eq!((sent.status.as_u16(), sent.text()), (201, expected));
    handler(&telemetry, "every_extractor", "success=1");
    let refused = ask(&telemetry, &router, request("/optional")).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    let mut asked = request("/optional");
    asked.headers_mut().insert("x-user", "ada".parse().unwrap());
    assert_eq!(ask(&telemetry, &router, asked).await.text(), "ada 0 GET");
    handler(&telemetry, "optional_extractors", "success=1 client_error=1");
}

struct Controller<T> {
    found: T,
}

impl<T: Clone + Into<String> + Send + Sync + 'static> Controller<T> {
    #[instrument_endpoint]
    async fn generic_handler(State(this): State<Arc<Self>>, Path(id): Path<u16>) -> String {
        this.found.clone().into() + &id.to_string()
    }
}

/// A method of a generic type as a handler.
#[tokio::test]
async fn generic_handlers() {
    let telemetry = telemetry();
    let state = Arc::new(Controller { found: "set" });
    let handle = get(Controller::<&'static str>::generic_handler);
    let router = Router::new().route("/{id}", handle).with_state(state);
    assert_eq!(ask(&telemetry, &router, request("/5")).await.text(), "set5");
    handler(&telemetry, "generic_handler", "success=1");
}
