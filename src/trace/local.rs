//! Spans of `tracing`, within a request or outside of any.

use tracing::span::{Attributes, Record};
use tracing::{Event, Metadata};

use crate::context::{RequestContext, SpanIds};

use super::Traces;

/// A span of `tracing` that is recorded. A clone is the same span.
#[derive(Clone, Debug)]
pub(crate) struct LocalSpan {
    ids: SpanIds,
}

impl Traces {
    /// Opens a span within the one given, or at the root of its request.
    pub(crate) fn open(
        &self,
        _new: &Attributes<'_>,
        _parent: Option<&LocalSpan>,
        _request: Option<&RequestContext>,
    ) -> Option<LocalSpan> {
        None
    }

    /// Takes values in place of those that were there.
    pub(crate) fn record_fields(&self, _values: &Record<'_>, _span: &LocalSpan) {}

    pub(crate) fn follow(&self, _span: &LocalSpan, _from: SpanIds) {}

    pub(crate) fn wants_event(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= self.shared.settings.events
    }

    pub(crate) fn event(
        &self,
        _event: &Event<'_>,
        _span: Option<&LocalSpan>,
        _request: Option<&RequestContext>,
    ) {
    }

    /// Ends it.
    pub(crate) fn close(&self, _span: LocalSpan) {}

    pub(crate) fn has_timings(&self) -> bool {
        false
    }
}

impl LocalSpan {
    pub(crate) fn ids(&self) -> SpanIds {
        self.ids
    }

    /// Whether it was made in this request, or as little in any.
    pub(crate) fn is_of(&self, _request: Option<&RequestContext>) -> bool {
        true
    }

    pub(crate) fn enter(&self) {}

    pub(crate) fn exit(&self) {}
}
