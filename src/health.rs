//! Whether the service can take requests.
//!
//! So far a latch: the service is ready once every [`Latch`] is dropped, until it shuts down.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Keeps `/readyz` at 503 while it lives: hold one over slow start-up and drop it when done, or
/// take one when the service is asked to leave.
#[derive(Debug)]
#[must_use = "dropping it says that the service is ready"]
pub struct Latch {
    health: Health,
}

/// The state behind the probes of one telemetry. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Health {
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    latches: AtomicUsize,
    /// Set when the last latch was dropped for the first time.
    has_started: AtomicBool,
    is_draining: AtomicBool,
}

impl Health {
    pub(crate) fn latch(&self) -> Latch {
        self.state.latches.fetch_add(1, Ordering::AcqRel);
        Latch { health: self.clone() }
    }

    /// Ready no more, whatever the latches say.
    pub(crate) fn drain(&self) {
        self.state.is_draining.store(true, Ordering::Release);
    }

    pub(crate) fn is_ready(&self) -> bool {
        !self.is_held() && !self.state.is_draining.load(Ordering::Acquire)
    }

    /// Nothing is held any more, or was not at one time: a start is not undone by a later latch.
    pub(crate) fn has_started(&self) -> bool {
        self.state.has_started.load(Ordering::Acquire) || !self.is_held()
    }

    fn is_held(&self) -> bool {
        self.state.latches.load(Ordering::Acquire) > 0
    }
}

impl Drop for Latch {
    fn drop(&mut self) {
        let state = &self.health.state;
        if state.latches.fetch_sub(1, Ordering::AcqRel) == 1 {
            state.has_started.store(true, Ordering::Release);
        }
    }
}
