//! What happens around every request: who makes it is told.

use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::Response;
use obskit::context::RequestContext;

/// The middleware, inside of obskit's layer.
pub(crate) async fn request(request: Request, next: Next) -> Response {
    if let (Some(context), Some(user)) = (RequestContext::current(), user(request.headers())) {
        context.set_user(user);
    }
    next.run(request).await
}

/// A real service would look its session up.
fn user(headers: &HeaderMap) -> Option<&str> {
    headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}
