//! The `tracing` span of a request, for subscribers that want one.

use tracing::Span;

use super::RequestContext;

/// The span's target. Lines have its fields from the context.
pub(crate) const REQUEST_SPAN: &str = "obskit::request";

impl RequestContext {
    /// A span that carries the request; nothing where no subscriber wants it. To be made while the
    /// request is the current one.
    #[inline]
    pub(crate) fn span(&self) -> Span {
        tracing::error_span!(
            target: REQUEST_SPAN,
            "request",
            request_id = self.request_id().as_str(),
            method = self.method(),
            endpoint = self.endpoint(),
            trace_id = %self.trace_id(),
        )
    }
}
