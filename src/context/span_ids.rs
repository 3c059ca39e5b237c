//! One span by its IDs, when it is one of ours.

use super::{RequestContext, SpanContext, SpanId, TraceFlags, TraceId};

/// Where in a trace something is: what log lines show, what a call to another service hands on, and
/// what spans within have for their parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SpanIds {
    pub(crate) trace_id: TraceId,
    pub(crate) span_id: SpanId,
    pub(crate) flags: TraceFlags,
}

#[cfg_attr(not(feature = "otlp"), expect(dead_code, reason = "there are no spans"))]
impl SpanIds {
    /// A new span within this one.
    pub(crate) fn child(self) -> Self {
        Self { span_id: SpanId::generate(), ..self }
    }
}

impl From<&SpanContext> for SpanIds {
    fn from(span: &SpanContext) -> Self {
        Self { trace_id: span.trace_id, span_id: span.span_id, flags: span.flags }
    }
}

impl RequestContext {
    /// The server span of the request.
    pub(crate) fn ids(&self) -> SpanIds {
        let (trace_id, span_id, flags) = (self.trace_id(), self.span_id(), self.trace_flags());
        SpanIds { trace_id, span_id, flags }
    }

    /// The caller's span, where the trace is the caller's; else the request's own.
    pub(crate) fn ids_of_caller(&self) -> SpanIds {
        let own = self.ids();
        SpanIds { span_id: self.parent_span_id().unwrap_or(own.span_id), ..own }
    }
}
