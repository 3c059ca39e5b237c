//! The service: its routes, and the one layer that watches them.

mod around;
mod handlers;
mod live;

use std::sync::Arc;

use axum::Router;
use axum::http::Method;
use axum::middleware::from_fn;
use axum::routing::{get, post};
use obskit::Telemetry;
use obskit::metrics::{Counter, Family, Label, LabelValue};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::Failure;
use crate::dice::Dice;
use crate::partners::Partners;

/// What the handlers share.
#[derive(Clone, Debug)]
pub(crate) struct App {
    completed: Family<(DayType,), Counter>,
    partners: Partners,
    dice: Arc<Dice>,
    stopping: watch::Receiver<bool>,
}

/// The kind of a training day.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum DayType {
    Push,
    Pull,
    Legs,
}

/// Every route, so that each has its series from the first scrape.
const ROUTES: [(Method, &str); 8] = [
    (Method::GET, "/api/workouts"),
    (Method::GET, "/api/workouts/{id}"),
    (Method::POST, "/api/workouts/{id}/complete"),
    (Method::GET, "/api/ppl/today"),
    (Method::POST, "/api/login"),
    (Method::GET, "/api/reports/weekly"),
    (Method::POST, "/api/sync"),
    (Method::GET, "/api/live"),
];

/// The service as a router, which ends its streams when `stopping` turns true.
pub(crate) async fn app(
    telemetry: &Telemetry,
    stopping: watch::Receiver<bool>,
) -> Result<Router, Failure> {
    let completed = telemetry
        .metrics()
        .counter("mo_workouts_completed_total", "Workouts completed, by the kind of their day.")
        .label::<DayType>("day_type")
        .register()?;
    let partners = Partners::start(telemetry).await?;
    let app = App { completed, partners, dice: Arc::default(), stopping };
    Ok(Router::new()
        .route("/api/workouts", get(handlers::list))
        .route("/api/workouts/{id}", get(handlers::one))
        .route("/api/workouts/{id}/complete", post(handlers::complete))
        .route("/api/ppl/today", get(handlers::today))
        .route("/api/login", post(handlers::login))
        .route("/api/reports/weekly", get(handlers::weekly))
        .route("/api/sync", post(handlers::sync))
        .route("/api/live", get(live::events))
        .layer(from_fn(around::request))
        // For who cannot reach the operator's port: /api/metrics, /api/health and so on.
        .nest("/api", telemetry.admin_router())
        .layer(telemetry.layer().routes(ROUTES))
        .with_state(app))
}

impl DayType {
    /// Its name.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Pull => "pull",
            Self::Legs => "legs",
        }
    }

    /// Push, pull, legs, and over again.
    pub(crate) fn of(day: u64) -> Self {
        match day % 3 {
            0 => Self::Push,
            1 => Self::Pull,
            _ => Self::Legs,
        }
    }
}

/// All values are known, so each series is there at 0 before the first workout.
impl Label for DayType {
    const VALUES: &'static [&'static str] = &["push", "pull", "legs"];

    fn write(&self, value: &mut LabelValue<'_>) {
        value.push_str(self.as_str());
    }
}
