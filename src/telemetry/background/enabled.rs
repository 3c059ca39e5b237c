//! The `obskit` thread of one telemetry, started by whoever needs it first.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::error::Error;
use crate::export::Background;

/// Dropping it stops the thread without waiting for it.
#[derive(Debug, Default)]
pub(super) struct Shared {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    NotYet,
    Running(Arc<Background>),
    Stopped,
}

impl Shared {
    /// The running thread.
    ///
    /// # Errors
    ///
    /// When it cannot be started, or was stopped before.
    pub(super) fn get_or_start(&self) -> Result<Arc<Background>, Error> {
        let mut state = self.state();
        match &*state {
            State::Running(background) => Ok(Arc::clone(background)),
            State::Stopped => Err(Error::runtime("the telemetry was shut down")),
            State::NotYet => {
                let background = Arc::new(Background::start()?);
                *state = State::Running(Arc::clone(&background));
                Ok(background)
            }
        }
    }

    /// Ends the thread for good, within a time.
    pub(super) async fn stop(&self, within: Duration) -> Result<(), Error> {
        let state = std::mem::replace(&mut *self.state(), State::Stopped);
        match state {
            State::Running(background) => background.stop(within).await,
            State::NotYet | State::Stopped => Ok(()),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
