//! What a head tells that only reports say.

use http::Request;

use crate::context::RequestContext;

use super::seen::is_https;

/// Has it kept where something may be reported.
#[inline]
pub(super) fn see_head<B>(context: &RequestContext, request: &Request<B>) {
    let acceptor = context.acceptor();
    if let Some(armed) = acceptor.reporting.armed() {
        let is_https = is_https(acceptor, request);
        context.see_head(armed, request.uri(), request.headers(), is_https);
    }
}
