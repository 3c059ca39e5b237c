//! How the calls of one dependency went, whatever the operation.

use crate::context::Outcome;

use super::Dependencies;

/// How many calls of a dependency have ended, those apart that were given up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) calls: u64,
    /// By the dependency's fault.
    pub(crate) failures: u64,
}

const FAILURES: [Outcome; 3] = [Outcome::ServerError, Outcome::Panicked, Outcome::BodyError];

impl Tally {
    /// What came after another.
    pub(crate) fn since(self, before: Self) -> Self {
        Self {
            calls: self.calls.saturating_sub(before.calls),
            failures: self.failures.saturating_sub(before.failures),
        }
    }
}

impl Dependencies {
    /// All calls of a dependency until now, whatever the operation.
    pub(crate) fn tally(&self, dependency: &str) -> Tally {
        let mut tally = Tally::default();
        self.requests.for_each(|labels, counter| {
            let mut values = labels.values();
            let (name, outcome) = (values.next(), values.nth(1));
            let is = |wanted: Outcome| outcome == Some(wanted.as_str().as_bytes());
            if name != Some(dependency.as_bytes()) || is(Outcome::Cancelled) {
                return;
            }
            tally.calls += counter.value();
            if FAILURES.into_iter().any(is) {
                tally.failures += counter.value();
            }
        });
        tally
    }
}
