//! The service: its routes, and the one layer that watches them.

mod broken;
mod error;
mod handlers;
mod live;
mod session;

use std::sync::Arc;

use axum::Router;
use axum::http::Method;
use axum::routing::{get, post};
use obskit::Telemetry;
use obskit::telemetry::ShutdownSignal;

use crate::dice::Dice;
use crate::partners::Partners;
use crate::store::Store;

/// What the handlers share.
#[derive(Clone, Debug)]
pub(crate) struct App {
    store: Store,
    partners: Partners,
    dice: Arc<Dice>,
    leave: ShutdownSignal,
}

/// Every route, so that each has its series from the first scrape.
const ROUTES: [(Method, &str); 10] = [
    (Method::GET, "/api/workouts"),
    (Method::GET, "/api/workouts/{id}"),
    (Method::POST, "/api/workouts/{id}/complete"),
    (Method::GET, "/api/ppl/today"),
    (Method::GET, "/api/tips/{day}"),
    (Method::POST, "/api/login"),
    (Method::GET, "/api/reports/weekly"),
    (Method::POST, "/api/sync"),
    (Method::GET, "/api/live"),
    (Method::GET, "/api/broken/{how}"),
];

/// The service as a router, which ends its streams when it is asked to leave.
pub(crate) fn app(
    telemetry: &Telemetry,
    store: Store,
    partners: Partners,
    leave: ShutdownSignal,
) -> Router {
    Router::new()
        .route("/api/workouts", get(handlers::list_workouts))
        .route("/api/workouts/{id}", get(handlers::get_workout))
        .route("/api/workouts/{id}/complete", post(handlers::complete_workout))
        .route("/api/ppl/today", get(handlers::todays_workout))
        .route("/api/tips/{day}", get(handlers::tip))
        .route("/api/login", post(handlers::log_in))
        .route("/api/reports/weekly", get(handlers::weekly_report))
        .route("/api/sync", post(handlers::sync_steps))
        .route("/api/live", get(live::events))
        .route("/api/broken/{how}", get(broken::broken))
        // For who cannot reach the operator's port: /api/metrics, /api/health and so on.
        .nest("/api", telemetry.admin_router())
        .layer(telemetry.layer().routes(ROUTES))
        .with_state(App { store, partners, dice: Arc::default(), leave })
}
