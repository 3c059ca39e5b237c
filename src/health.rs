//! Whether the service can take requests.
//!
//! So far a latch: the service is ready once every [`Latch`] is dropped, until it shuts down.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Keeps `/readyz` at 503 while it lives: hold one over slow start-up and drop it when done.
#[derive(Debug)]
#[must_use = "dropping it says that the service is ready"]
pub struct Latch {
    held: Arc<AtomicUsize>,
}

/// The state behind the probes of one telemetry.
#[derive(Clone, Debug, Default)]
pub(crate) struct Health {
    latches: Arc<AtomicUsize>,
    draining: Arc<AtomicBool>,
}

impl Health {
    pub(crate) fn latch(&self) -> Latch {
        self.latches.fetch_add(1, Ordering::AcqRel);
        Latch { held: Arc::clone(&self.latches) }
    }

    /// Ready no more, whatever the latches say.
    pub(crate) fn drain(&self) {
        self.draining.store(true, Ordering::Release);
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.latches.load(Ordering::Acquire) == 0 && !self.draining.load(Ordering::Acquire)
    }
}

impl Drop for Latch {
    fn drop(&mut self) {
        self.held.fetch_sub(1, Ordering::AcqRel);
    }
}
