//! What goes wrong, and what a caller is told of it.

use std::error::Error;
use std::fmt;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use obskit::Classify;
use obskit::context::RequestContext;

use crate::partners::CallError;
use crate::store::Exhausted;

/// Why a handler could not do what it was asked.
#[derive(Debug, Classify)]
#[classify(server_error)]
pub(crate) enum ApiError {
    #[classify(client_error)]
    NoSuchWorkout,
    Partner(CallError),
    Store(Exhausted),
}

impl IntoResponse for ApiError {
    /// The ID finds the request in the logs.
    fn into_response(self) -> Response {
        let status = match self {
            Self::NoSuchWorkout => StatusCode::NOT_FOUND,
            Self::Partner(_) => StatusCode::BAD_GATEWAY,
            Self::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
        };
        let id = RequestContext::current().map(|context| context.request_id().to_string());
        let told = serde_json::json!({ "error": self.to_string(), "requestId": id });
        (status, Json(told)).into_response()
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoSuchWorkout => "no such workout",
            Self::Partner(_) => "a partner cannot be reached",
            Self::Store(_) => "the database is busy",
        })
    }
}

impl Error for ApiError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::NoSuchWorkout => None,
            Self::Partner(error) => Some(error),
            Self::Store(error) => Some(error),
        }
    }
}

impl From<CallError> for ApiError {
    fn from(error: CallError) -> Self {
        Self::Partner(error)
    }
}

impl From<Exhausted> for ApiError {
    fn from(error: Exhausted) -> Self {
        Self::Store(error)
    }
}
