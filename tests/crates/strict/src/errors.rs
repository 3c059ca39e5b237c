//! Errors that say how the work has ended.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use obskit::Classify;
use std::fmt;

/// What goes wrong in a handler.
#[derive(Classify, Debug)]
#[classify(server_error)]
pub enum ApiError {
    /// There is no such workout.
    #[classify(status = 404)]
    NoSuchWorkout,
    /// It was asked for in a way that is none.
    #[classify(client_error)]
    Invalid {
        /// What of it.
        field: &'static str,
    },
    /// It is there already.
    #[classify(success)]
    Duplicate,
    /// As a service says.
    #[classify(transparent)]
    Upstream(Upstream),
    /// The database is gone.
    Database(std::io::Error),
}

/// What a service says.
#[derive(Classify, Debug)]
#[classify(transparent)]
pub struct Upstream(pub StatusCode);

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchWorkout => f.write_str("no such workout"),
            Self::Invalid { field } => write!(f, "{field} is invalid"),
            Self::Duplicate => f.write_str("it is there already"),
            Self::Upstream(Upstream(status)) => write!(f, "the service says {status}"),
            Self::Database(error) => write!(f, "the database: {error}"),
        }
    }
}

impl std::error::Error for ApiError {}

impl From<std::io::Error> for ApiError {
    fn from(error: std::io::Error) -> Self {
        Self::Database(error)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = match self {
            Self::NoSuchWorkout => StatusCode::NOT_FOUND,
            Self::Invalid { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Duplicate => StatusCode::CONFLICT,
            Self::Upstream(Upstream(status)) => status,
            Self::Database(_) => StatusCode::SERVICE_UNAVAILABLE,
        };
        status.into_response()
    }
}
