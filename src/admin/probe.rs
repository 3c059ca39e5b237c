//! What a load balancer or Kubernetes asks: read from memory, with no I/O.

use http::{Response, StatusCode};

use super::content::Content;
use super::respond::answer;

/// The format of draft-inadarei-api-health-check, in its shortest form: no details for strangers.
const HEALTH: &str = "application/health+json";

pub(super) fn verdict(passes: bool) -> Response<Content> {
    let (status, body) = if passes {
        (StatusCode::OK, r#"{"status":"pass"}"#)
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, r#"{"status":"fail"}"#)
    };
    answer(status, HEALTH, body)
}
