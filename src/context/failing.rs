//! What is known of the failure of a request while it runs.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::EventId;
use super::evidence::Evidence;

/// The failure of one request: its identity, and the evidence that tells most.
#[derive(Debug)]
pub(crate) struct Failing {
    id: EventId,
    evidence: Mutex<Option<Box<Evidence>>>,
}

impl Default for Failing {
    fn default() -> Self {
        Self { id: EventId::random(), evidence: Mutex::default() }
    }
}

impl Failing {
    pub(crate) fn id(&self) -> EventId {
        self.id
    }

    /// Whether evidence of that weight would take the place of what is there.
    pub(crate) fn wants(&self, weight: super::Weight) -> bool {
        self.lock().as_ref().is_none_or(|evidence| evidence.weight < weight)
    }

    pub(crate) fn add(&self, evidence: Evidence) {
        let mut known = self.lock();
        if known.as_ref().is_none_or(|known| known.weight < evidence.weight) {
            *known = Some(Box::new(evidence));
        }
    }

    /// The evidence, once.
    pub(crate) fn take(&self) -> Option<Box<Evidence>> {
        self.lock().take()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Box<Evidence>>> {
        self.evidence.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
