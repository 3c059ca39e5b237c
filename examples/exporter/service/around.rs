//! What happens around every request: who makes it is told, and its end is logged.

use std::time::Instant;

use axum::extract::Request;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use obskit::context::RequestContext;
use tracing::{info, warn};

use crate::logs::ACCESS;

/// The middleware, inside of obskit's layer.
pub(crate) async fn request(request: Request, next: Next) -> Response {
    let start = Instant::now();
    let context = RequestContext::current();
    if let (Some(context), Some(user)) = (&context, user(request.headers())) {
        context.set_user(user);
    }
    let response = next.run(request).await;
    let ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    if let Some(context) = context {
        log(&context, response.status(), ms);
    }
    response
}

fn log(context: &RequestContext, status: StatusCode, ms: u64) {
    let (endpoint, code) = (context.endpoint(), status.as_u16());
    let (request_id, trace_id) = (context.request_id().as_str(), context.trace_id());
    let (user, method) = (context.user(), context.method());
    if status.is_server_error() {
        warn!(
            target: ACCESS,
            request_id, %trace_id, user, method, endpoint, status = code, ms,
            "request failed"
        );
    } else {
        info!(
            target: ACCESS,
            request_id, %trace_id, user, method, endpoint, status = code, ms,
            "request"
        );
    }
}

/// A real service would look its session up.
fn user(headers: &HeaderMap) -> Option<&str> {
    headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}
