//! One finished call to a dependency, as every signal sees it.

use std::time::Duration;

use super::Outcome;

/// A call to a database, a cache or another service that has ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call {
    pub(crate) dependency: &'static str,
    pub(crate) operation: &'static str,
    /// `ServerError` also when there was no answer.
    pub(crate) outcome: Outcome,
    pub(crate) duration: Duration,
}

/// Takes finished calls.
pub(crate) trait RecordCall: Send + Sync {
    fn record(&self, call: &Call);
}
