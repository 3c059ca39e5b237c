//! What the spans of functions with an attribute say of their calls' ends.

use crate::context::CallEnd;

use super::{LocalSpan, Traces};

impl Traces {
    /// Tells a span how the call ended that ran in it.
    pub(crate) fn call_ended(&self, _span: &LocalSpan, _end: &CallEnd<'_>) {}
}
