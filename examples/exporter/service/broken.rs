//! `/api/broken/{how}`: what goes wrong in services, each when it is asked for, to see what is told
//! of it.

use std::error::Error;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use obskit::context;
use obskit::instrument_endpoint;
use serde::Deserialize;
use tracing::{error, info};

use super::App;
use super::error::ApiError;
use crate::jobs;
use crate::store::Exhausted;

/// What is to go wrong.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum How {
    /// The answer is 503, and nobody says why.
    Status,
    /// The handler returns an error that has a cause.
    Error,
    /// It panics.
    Panic,
    /// It answers well; a task that it has begun goes wrong.
    Task,
    /// A job, which is of no request.
    Job,
    /// It answers well, and reports something by `sentry`'s own API.
    Sentry,
}

pub(crate) async fn broken(
    State(app): State<App>,
    Path(how): Path<How>,
) -> Result<StatusCode, ApiError> {
    info!(?how, "season opened");
    match how {
        How::Status => return Ok(StatusCode::SERVICE_UNAVAILABLE),
        How::Error => return plan_season().await,
        How::Panic => count_days(None),
        How::Task => drop(context::spawn(archive_season(app))),
        How::Job => drop(tokio::spawn(jobs::rank_users())),
        How::Sentry => {
            sentry::configure_scope(|scope| scope.set_tag("season", "2026"));
            sentry::capture_message("the season has no end", sentry::Level::Error);
        }
    }
    Ok(StatusCode::ACCEPTED)
}

#[instrument_endpoint]
async fn plan_season() -> Result<StatusCode, ApiError> {
    Err(Exhausted.into())
}

#[expect(clippy::expect_used, reason = "it is there to panic")]
fn count_days(season: Option<u32>) {
    let days = season.expect("a season has days");
    info!(days, "season planned");
}

async fn archive_season(app: App) {
    // By then the request has been answered.
    app.dice.work(Duration::from_millis(100)).await;
    error!(error = &Exhausted as &dyn Error, "the season was not archived");
}
