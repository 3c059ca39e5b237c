//! Spans of `tracing`, recorded where they are wanted.

use tracing::span::{Attributes, Record};
use tracing::{Event, Metadata};

use crate::context::{EventId, RequestContext, SpanContext, SpanIds};
use crate::telemetry::spans::Spans;
use crate::telemetry::tracing_layer::innermost_recorded;
use crate::trace::Traces;

pub(in crate::telemetry) use crate::trace::LocalSpan as Local;

/// Records them, if there are traces at all.
#[derive(Clone)]
pub(in crate::telemetry) struct Tracer(Option<Traces>);

/// Points from the current span at another.
pub(in crate::telemetry) fn link(to: &SpanContext) {
    match innermost_recorded() {
        Some((tracer, span)) => tracer.link(&span, to),
        None => Traces::link_request(to),
    }
}

impl Tracer {
    pub(in crate::telemetry) fn new(spans: &Spans) -> Self {
        Self(spans.traces().cloned())
    }

    /// Whether spans are to be told when they are entered and left.
    pub(in crate::telemetry) fn has_timings(&self) -> bool {
        self.0.as_ref().is_some_and(Traces::has_timings)
    }

    /// A new span, if it is wanted: within `parent`, the nearest that is recorded, and of the
    /// request given.
    pub(in crate::telemetry) fn open(
        &self,
        new: &Attributes<'_>,
        parent: Option<&Local>,
        request: Option<&RequestContext>,
    ) -> Option<Local> {
        self.0.as_ref()?.open(new, parent, request)
    }

    /// Takes values in place of those that were there.
    pub(in crate::telemetry) fn record(
        &self,
        metadata: &'static Metadata<'static>,
        values: &Record<'_>,
        span: &Local,
    ) {
        if let Some(traces) = &self.0 {
            traces.record_fields(metadata, values, span);
        }
    }

    /// Has a span point at another that it comes from.
    pub(in crate::telemetry) fn follow(&self, span: &Local, from: Option<SpanIds>) {
        if let Some((traces, from)) = self.0.as_ref().zip(from) {
            traces.follow(span, from);
        }
    }

    /// Whether such events are noted in spans.
    #[inline]
    pub(in crate::telemetry) fn wants(&self, metadata: &Metadata<'_>) -> bool {
        self.0.as_ref().is_some_and(|traces| traces.wants_event(metadata))
    }

    fn link(&self, span: &Local, to: &SpanContext) {
        if let Some(traces) = &self.0 {
            traces.link_span(span, to);
        }
    }

    /// Notes an event in its span, or with its request's.
    pub(in crate::telemetry) fn event(
        &self,
        event: &Event<'_>,
        span: Option<&Local>,
        request: Option<&RequestContext>,
        report: Option<EventId>,
    ) {
        if let Some(traces) = &self.0 {
            traces.event(event, span, request, report);
        }
    }

    /// Some code runs in a span from now on.
    pub(in crate::telemetry) fn enter(&self, span: &Local) {
        if let Some(traces) = &self.0 {
            traces.turn(span, false);
        }
    }

    /// No more.
    pub(in crate::telemetry) fn exit(&self, span: &Local) {
        if let Some(traces) = &self.0 {
            traces.turn(span, true);
        }
    }

    /// Ends a span.
    pub(in crate::telemetry) fn close(&self, span: &Local) {
        if let Some(traces) = &self.0 {
            traces.close(span);
        }
    }
}
