//! Readiness as something that is owned.

use std::sync::Arc;

use super::state::{Health, State};

/// Keeps `/readyz` at 503 while it lives: hold one over slow start-up and drop it when done, or
/// take one when the service is asked to leave.
#[derive(Debug)]
#[must_use = "dropping it says that the service is ready"]
pub struct Latch {
    state: Arc<State>,
}

impl Health {
    pub(crate) fn latch(&self) -> Latch {
        self.state.hold();
        Latch { state: Arc::clone(&self.state) }
    }
}

impl Drop for Latch {
    fn drop(&mut self) {
        self.state.release();
    }
}
