//! Links to other spans.

use crate::context::{RequestContext, SpanContext, SpanIds, TraceState};
use crate::protobuf::Message;

use super::{LocalSpan, Traces};

/// `Span.links`
const LINKS: u32 = 13;

impl Traces {
    /// Points from a span at another that it comes from.
    pub(crate) fn follow(&self, span: &LocalSpan, from: SpanIds) {
        if let Some(state) = span.state().as_deref_mut() {
            self.link(state, from);
        }
    }

    /// The same, at one of another process.
    pub(crate) fn link_span(&self, span: &LocalSpan, to: &SpanContext) {
        let mut state = span.state();
        let Some(state) = state.as_deref_mut() else { return };
        if let Some(out) = state.links.next(self.shared.settings.limits.links) {
            write(to.into(), to.tracestate.as_ref(), out);
        }
    }

    /// The same from the current request's own span.
    pub(crate) fn link_request(to: &SpanContext) {
        let request = RequestContext::current();
        if let Some(request) = request.filter(RequestContext::is_traced) {
            let mut link = Vec::new();
            write(to.into(), to.tracestate.as_ref(), &mut link);
            request.root().add_link(&link, request.acceptor().links);
        }
    }
}

/// Writes a link with its tag.
pub(super) fn write(to: SpanIds, tracestate: Option<&TraceState>, out: &mut Vec<u8>) {
    Message::new(out).message(LINKS, |link| {
        link.bytes(1, &to.trace_id.to_bytes());
        link.bytes(2, &to.span_id.to_bytes());
        if let Some(state) = tracestate {
            link.bytes(3, state.as_header().as_bytes());
        }
        link.fixed32(6, to.flags.to_byte().into());
    });
}
