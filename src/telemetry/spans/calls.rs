//! Where in a trace calls to other services are made.

use crate::context::{
    PlaceCalls, RequestContext, Sampler, SpanId, SpanIds, TraceFlags, TraceId, TracePlace,
};
use crate::telemetry::tracing_layer::{innermost, request_around};

/// A call is within the innermost span that is recorded, else within its request; outside of both
/// it begins a trace.
pub(super) struct Places {
    /// Whether any are made outside of requests.
    pub(super) are_exported: bool,
    pub(super) sampler: Sampler,
    /// What callers say passes through as it is.
    pub(super) is_disabled: bool,
}

impl PlaceCalls for Places {
    fn place(
        &self,
        context: Option<&RequestContext>,
        carried: &dyn Fn() -> Option<SpanIds>,
    ) -> Option<TracePlace> {
        if self.is_disabled {
            return context.map(|context| without_span(context.ids_of_caller()));
        }
        let in_request = context.map(RequestContext::ids);
        if !context.map_or(self.are_exported, RequestContext::is_traced) {
            return in_request.map(without_span);
        }
        // A request that is not sampled may keep its spans until it is known how it ends.
        let is_recorded = |ids: SpanIds| context.is_some() || ids.flags.is_sampled();
        let place = |ids| if is_recorded(ids) { within(ids) } else { without_span(ids) };
        match (innermost().or(in_request), carried()) {
            // Of a layer around this one.
            (Some(around), Some(carried)) if carried.trace_id == around.trace_id => {
                Some(place(carried))
            }
            (Some(around), _) => Some(place(around)),
            (None, Some(carried)) if carried.flags.is_sampled() => Some(place(carried)),
            // Somebody else's decision stands.
            (None, Some(_)) => None,
            (None, None) => Some(self.begin()),
        }
    }

    fn request(&self) -> Option<RequestContext> {
        request_around()
    }
}

impl Places {
    fn begin(&self) -> TracePlace {
        let (trace_id, span_id) = (TraceId::generate(), SpanId::generate());
        let is_recorded = self.sampler.sample(None, trace_id);
        let flags = TraceFlags::NONE.with_sampled(is_recorded);
        TracePlace { ids: SpanIds { trace_id, span_id, flags }, parent: None, is_recorded }
    }
}

fn within(around: SpanIds) -> TracePlace {
    TracePlace { ids: around.child(), parent: Some(around.span_id), is_recorded: true }
}

fn without_span(ids: SpanIds) -> TracePlace {
    TracePlace { ids, parent: None, is_recorded: false }
}
