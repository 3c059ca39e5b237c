//! Series that are found without a lookup.

use crate::context::Outcome;
use crate::metrics::counter::Counter;
use crate::metrics::family::Family;
use crate::metrics::label::{LabelSet, Values};
use crate::metrics::metric::Metric;

/// One series, which exists from the start.
#[derive(Debug)]
pub(in crate::metrics) struct Placed<L, M: Metric> {
    family: Family<L, M>,
    labels: L,
    at: Option<usize>,
}

/// The counters of one name.
#[derive(Debug)]
pub(in crate::metrics) struct ByOutcome<L> {
    family: Family<L, Counter>,
    at: [Option<usize>; OUTCOMES],
}

const OUTCOMES: usize = Outcome::NAMES.len();

impl<L: LabelSet + Values<L> + Copy, M: Metric> Placed<L, M> {
    pub(in crate::metrics) fn new(family: &Family<L, M>, labels: L) -> Self {
        let (at, _) = family.find(labels, true);
        Self { family: family.clone(), labels, at }
    }

    #[inline]
    pub(in crate::metrics) fn get(&self) -> &M {
        let known = self.at.and_then(|at| self.family.at(at));
        known.unwrap_or_else(|| self.family.reserve(self.labels))
    }
}

impl<L: LabelSet> ByOutcome<L> {
    /// Those of `outcomes` exist from now on.
    pub(in crate::metrics) fn new<V: Values<L>>(
        family: &Family<L, Counter>,
        outcomes: &[Outcome],
        labels: impl Fn(Outcome) -> V,
    ) -> Self {
        let mut at = [None; OUTCOMES];
        for outcome in outcomes {
            if let Some(at) = at.get_mut(*outcome as usize) {
                (*at, _) = family.find(labels(*outcome), true);
            }
        }
        Self { family: family.clone(), at }
    }

    /// The counter of an outcome; one that was not foreseen is looked up.
    #[inline]
    pub(in crate::metrics) fn get<V: Values<L>>(
        &self,
        outcome: Outcome,
        labels: impl FnOnce(Outcome) -> V,
    ) -> &Counter {
        let at = self.at.get(outcome as usize).copied().flatten();
        let known = at.and_then(|at| self.family.at(at));
        known.unwrap_or_else(|| self.family.reserve(labels(outcome)))
    }
}
