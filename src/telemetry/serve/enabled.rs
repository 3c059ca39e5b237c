//! The operator's server of one telemetry.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Telemetry;
use crate::admin::{Admin, Server};
use crate::error::Error;
use crate::export::Background;

/// Whether it is served, and by what. Dropping it stops the server.
#[derive(Debug, Default)]
pub(crate) struct Serving {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    NotYet,
    Running(Server, Arc<Background>),
    Stopped,
}

impl Telemetry {
    /// Serves the operator on [`Admin::addr`](crate::config::Admin::addr) and answers where that
    /// is, which matters when its port is 0. See [`admin`](crate::admin) for what is served.
    ///
    /// The server has a thread and a runtime of its own, so it answers also while the service has
    /// stalled. It runs until [`shutdown`](Self::shutdown), or until the last clone of this
    /// telemetry is dropped. While it runs, a further call answers the same address.
    ///
    /// # Errors
    ///
    /// When the address cannot be listened on, the thread not be started, or the telemetry was
    /// shut down before.
    #[expect(clippy::unused_async, reason = "what is checked before serving will be waited for")]
    pub async fn serve_admin(&self) -> Result<SocketAddr, Error> {
        let mut state = self.parts.serving.state();
        match &*state {
            State::Running(server, _) => Ok(server.addr()),
            State::Stopped => Err(Error::runtime("the telemetry was shut down")),
            State::NotYet => {
                self.parts.watching.watch_first()?;
                let background = Arc::new(Background::start()?);
                let server = Server::start(self.admin(), self.config().admin.addr, &background)?;
                *state = State::Running(server, background);
                Ok(server.addr())
            }
        }
    }

    /// What the operator's routes show.
    pub(super) fn admin(&self) -> Admin {
        Admin {
            service: self.config().service.name.clone(),
            metrics: self.parts.metrics.clone(),
            health: self.parts.health.clone(),
        }
    }
}

impl Serving {
    pub(crate) async fn stop(&self, within: Duration) -> Result<(), Error> {
        let state = std::mem::replace(&mut *self.state(), State::Stopped);
        match state {
            State::Running(_, background) => background.stop(within).await,
            State::NotYet | State::Stopped => Ok(()),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
