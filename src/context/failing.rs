//! What is known of the failure of a request while it runs.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::evidence::{Evidence, Weight};
use super::{EventId, contains_words};

/// The failure of one request: its identity, the evidence that tells most, and what of it was
/// reported.
#[derive(Debug, Default)]
pub(crate) struct Failing(Mutex<State>);

/// Evidence that waits for the request's end.
#[derive(Debug)]
pub(crate) struct Gathered {
    pub(crate) evidence: Evidence,
    /// Which of the request's breadcrumbs it is, counted from the first.
    pub(crate) crumb: Option<u64>,
}

#[derive(Debug)]
struct State {
    id: EventId,
    gathered: Option<Box<Gathered>>,
    /// What reports of it say.
    told: Vec<Box<str>>,
    /// Of the heaviest evidence that was reported.
    reported: Option<Weight>,
    /// A report has its identity.
    is_claimed: bool,
    /// Something has told of it.
    is_known: bool,
}

/// Texts of one failure by which further evidence of it is known.
const MAX_TOLD: usize = 16;
const MAX_TOLD_BYTES: usize = 512;

impl Default for State {
    fn default() -> Self {
        Self {
            id: EventId::random(),
            gathered: None,
            told: Vec::new(),
            reported: None,
            is_claimed: false,
            is_known: false,
        }
    }
}

impl Failing {
    pub(crate) fn id(&self) -> EventId {
        self.lock().id
    }

    /// The identity for a report of it: the failure's own for the first one, and for a panic, which
    /// it is known by from then on.
    pub(crate) fn claim(&self, weight: Weight) -> EventId {
        let mut state = self.lock();
        state.is_known = true;
        if weight == Weight::Panic {
            state.renew();
        }
        if state.is_claimed {
            return EventId::random();
        }
        state.is_claimed = true;
        state.id
    }

    /// Whether evidence of that weight would take the place of what is there.
    pub(crate) fn wants(&self, weight: Weight) -> bool {
        self.lock().weight().is_none_or(|known| known < weight)
    }

    /// Keeps evidence if nothing as heavy is there.
    pub(crate) fn add(&self, gathered: Gathered) {
        let mut state = self.lock();
        state.is_known = true;
        if state.weight().is_none_or(|known| known < gathered.evidence.weight) {
            if gathered.evidence.weight == Weight::Panic {
                state.renew();
            }
            state.gathered = Some(Box::new(gathered));
        }
    }

    /// The evidence, once.
    pub(crate) fn take(&self) -> Option<Box<Gathered>> {
        self.lock().gathered.take()
    }

    /// Says that it was reported in these words, by obskit or by the user's own means.
    pub(crate) fn tell<'a>(&self, weight: Weight, texts: impl Iterator<Item = &'a str>) {
        let mut state = self.lock();
        state.reported = state.reported.max(Some(weight));
        for text in texts.filter(|text| !text.is_empty()) {
            let kept = text.get(..text.floor_char_boundary(MAX_TOLD_BYTES)).unwrap_or_default();
            if state.told.len() < MAX_TOLD && state.told.iter().all(|told| **told != *kept) {
                state.told.push(kept.into());
            }
        }
    }

    /// Whether there is one: its identity may be asked for before.
    pub(crate) fn is_known(&self) -> bool {
        self.lock().is_known
    }

    /// What of it was reported: the heaviest.
    pub(crate) fn reported(&self) -> Option<Weight> {
        self.lock().reported
    }

    /// Whether a report of it said the same: its message, or its deepest cause.
    pub(crate) fn has_told(&self, evidence: &Evidence) -> bool {
        let root = evidence.root();
        let root = root.get(..root.floor_char_boundary(MAX_TOLD_BYTES)).unwrap_or_default();
        let is_same = |told: &str| contains_words(told, root) || contains_words(root, told);
        self.lock().told.iter().any(|told| is_same(told))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Takes another identity if a report has this one.
    fn renew(&mut self) {
        if std::mem::take(&mut self.is_claimed) {
            self.id = EventId::random();
        }
    }

    fn weight(&self) -> Option<Weight> {
        self.gathered.as_ref().map(|gathered| gathered.evidence.weight)
    }
}
