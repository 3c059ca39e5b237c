//! The span that the running code is in, for carriers of one's own.

use super::local::link;
use super::tracing_layer::innermost;
use crate::context::{RequestContext, SpanContext};

/// Where in a trace the running code is: in the innermost span of `tracing` that is recorded, else
/// in the current request's own. `None` outside of both.
///
/// [`ClientLayer`](crate::middleware::ClientLayer) hands it on over HTTP; this is for what else
/// carries requests, such as a message queue:
///
/// ```
/// use http::HeaderMap;
///
/// let mut headers = HeaderMap::new();
/// if let Some(span) = obskit::telemetry::current_span() {
///     span.to_headers(&mut headers);
/// }
/// ```
pub fn current_span() -> Option<SpanContext> {
    let request = RequestContext::current();
    let ids = innermost().or_else(|| request.as_ref().map(RequestContext::ids))?;
    let request = request.filter(|request| request.trace_id() == ids.trace_id);
    let tracestate = request.as_ref().and_then(RequestContext::tracestate).cloned();
    Some(SpanContext { trace_id: ids.trace_id, span_id: ids.span_id, flags: ids.flags, tracestate })
}

/// Points from the span that the running code is in, as [`current_span`] finds it, at another: from
/// the work on a message at the span that sent it. Without a span, or where it is not recorded, it
/// does nothing. At most 128 links, or what the settings say, are kept of one span.
///
/// ```
/// use http::HeaderMap;
/// use obskit::context::SpanContext;
///
/// # let headers = HeaderMap::new();
/// if let Some(sender) = SpanContext::from_headers(&headers) {
///     obskit::telemetry::link_span(&sender);
/// }
/// ```
pub fn link_span(to: &SpanContext) {
    link(to);
}
