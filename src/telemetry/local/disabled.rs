//! No span of `tracing` is recorded in this build.

use tracing::span::{Attributes, Record};
use tracing::{Event, Metadata};

use crate::context::{EventId, RequestContext, SpanContext, SpanIds};
use crate::telemetry::spans::Spans;

/// Records nothing.
#[derive(Clone, Copy)]
pub(in crate::telemetry) struct Tracer;

/// There is none.
#[derive(Clone)]
pub(in crate::telemetry) enum Local {}

/// No span has links.
pub(in crate::telemetry) fn link(_: &SpanContext) {}

#[expect(clippy::unused_self, reason = "as where there are spans")]
impl Tracer {
    pub(in crate::telemetry) fn new(_: &Spans) -> Self {
        Self
    }

    pub(in crate::telemetry) fn has_timings(self) -> bool {
        false
    }

    pub(in crate::telemetry) fn open(
        self,
        _: &Attributes<'_>,
        _: Option<&Local>,
        _: Option<&RequestContext>,
    ) -> Option<Local> {
        None
    }

    pub(in crate::telemetry) fn record(
        self,
        _: &'static Metadata<'static>,
        _: &Record<'_>,
        span: &Local,
    ) {
        match *span {}
    }

    pub(in crate::telemetry) fn follow(self, span: &Local, _: Option<SpanIds>) {
        match *span {}
    }

    pub(in crate::telemetry) fn wants(self, _: &Metadata<'_>) -> bool {
        false
    }

    pub(in crate::telemetry) fn event(
        self,
        _: &Event<'_>,
        _: Option<&Local>,
        _: Option<&RequestContext>,
        _: Option<EventId>,
    ) {
    }

    pub(in crate::telemetry) fn enter(self, span: &Local) {
        match *span {}
    }

    pub(in crate::telemetry) fn exit(self, span: &Local) {
        match *span {}
    }

    pub(in crate::telemetry) fn close(self, span: &Local) {
        match *span {}
    }
}

impl Local {
    pub(in crate::telemetry) fn ids(&self) -> SpanIds {
        match *self {}
    }

    pub(in crate::telemetry) fn is_of(&self, _: Option<&RequestContext>) -> bool {
        match *self {}
    }
}
