//! Whether a trace goes on in the services that are called.

use http::HeaderMap;

use crate::config::Propagator;
use crate::context::{Outgoing, SpanContext, SpanId, TraceFlags, TraceId, extract, inject};

use super::diagnosis::Finding;

const CHECK: &str = "propagation";
const HINT: &str = "Have tracecontext among OTEL_PROPAGATORS, or config.context.propagators.";

/// Whether what is written into a call's headers is read from them again.
pub(super) fn propagation(propagators: &[Propagator]) -> Finding {
    if propagators.is_empty() {
        return Finding::warning(CHECK, "no propagator is set: every trace ends here", HINT);
    }
    let names: Vec<_> = propagators.iter().map(|propagator| propagator.name()).collect();
    let names = names.join(", ");
    let sent = SpanContext {
        trace_id: TraceId::generate(),
        span_id: SpanId::generate(),
        flags: TraceFlags::SAMPLED,
        tracestate: None,
    };
    match received(&sent, propagators) {
        Some(received) if is_same(&received, &sent) => Finding::ok(
            CHECK,
            format!("a trace goes on in the services that are called, by {names}"),
        ),
        Some(_) => Finding::failure(CHECK, format!("by {names} another trace is read"), HINT),
        None => Finding::warning(
            CHECK,
            format!("{names} carries no trace: every trace ends here"),
            HINT,
        ),
    }
}

fn received(sent: &SpanContext, propagators: &[Propagator]) -> Option<SpanContext> {
    let SpanContext { trace_id, span_id, flags, .. } = *sent;
    let (tracestate, baggage, request_id) = (None, None, None);
    let outgoing = Outgoing { trace_id, span_id, flags, tracestate, baggage, request_id };
    let mut headers = HeaderMap::new();
    inject(&mut headers, propagators, &outgoing, false);
    extract(&headers, propagators, true)?.parent
}

fn is_same(received: &SpanContext, sent: &SpanContext) -> bool {
    let said = |of: &SpanContext| (of.trace_id, of.span_id, of.flags.is_sampled());
    said(received) == said(sent)
}
