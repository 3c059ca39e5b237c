//! Spans of functions with an attribute are told how their calls ended.

use tracing::Span;

use crate::context::{CallEnd, EndSpan};
use crate::telemetry::tracing_layer::recorded;
use crate::trace::Traces;

/// None where no spans are made.
pub(super) struct Ends(pub(super) Option<Traces>);

impl EndSpan for Ends {
    fn end(&self, span: &Span, end: &CallEnd<'_>) {
        if let Some((traces, span)) = self.0.as_ref().zip(recorded(span)) {
            traces.call_ended(&span, end);
        }
    }
}
