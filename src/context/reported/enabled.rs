//! What a request keeps for reports of it.

use once_cell::race::OnceBox;

use super::Failing;

/// For one request.
#[derive(Debug, Default)]
pub(super) struct Reported {
    /// Made by the first that tells of a failure.
    failing: OnceBox<Failing>,
}

impl super::RequestContext {
    /// Where its failure is told of.
    pub(crate) fn failing(&self) -> &Failing {
        self.reported().failing.get_or_init(Box::default)
    }

    /// Its failure, if any was told of.
    pub(crate) fn failed(&self) -> Option<&Failing> {
        self.reported().failing.get()
    }
}
