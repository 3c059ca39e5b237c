//! What tells of a failure, gathered where it is told.

use std::sync::Arc;
use std::time::SystemTime;

use backtrace::Backtrace;
use sentry::Hub;
use serde_json::Value;

use super::SpanIds;

/// What tells of a failure, owned and redacted: from an event of `tracing`, or from a panic.
#[derive(Debug)]
pub(crate) struct Evidence {
    pub(crate) weight: Weight,
    pub(crate) at: SystemTime,
    /// The error, then its causes.
    pub(crate) causes: Vec<Cause>,
    /// What the event says beside; the panic's message.
    pub(crate) message: String,
    pub(crate) target: String,
    /// File and line.
    pub(crate) place: Option<(String, u32)>,
    pub(crate) thread: Option<String>,
    /// The event's other fields, then those of its spans.
    pub(crate) fields: Vec<(String, Value)>,
    /// The innermost recorded span, where that is not the request's own.
    pub(crate) span: Option<SpanIds>,
    /// Without names, which are looked up off the request's path.
    pub(crate) stack: Option<Arc<Backtrace>>,
    /// What the user has set by `sentry`'s own means is read of it off the request's path, too: it
    /// may be locked, and by whoever tells.
    pub(crate) hub: Option<Arc<Hub>>,
}

impl Evidence {
    /// One that says nothing yet.
    pub(crate) fn new(weight: Weight, at: SystemTime) -> Self {
        Self {
            weight,
            at,
            causes: Vec::new(),
            message: String::new(),
            target: String::new(),
            place: None,
            thread: None,
            fields: Vec::new(),
            span: None,
            stack: None,
            hub: None,
        }
    }

    /// What is at the bottom of it: the deepest cause, or the message where there is none.
    pub(crate) fn root(&self) -> &str {
        self.causes.last().map_or(&self.message, |cause| &cause.message)
    }

    /// What it says, from the bottom up.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        let causes = self.causes.iter().rev().map(|cause| &*cause.message);
        causes.chain(Some(&*self.message))
    }
}

/// One error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cause {
    /// Its type, as far as that is known.
    pub(crate) kind: String,
    pub(crate) message: String,
}

/// How much an evidence tells. The first of the heaviest is what is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Weight {
    /// A status alone.
    Status,
    /// An event at ERROR without an error.
    Message,
    /// One with an error.
    Failure,
    Panic,
}
