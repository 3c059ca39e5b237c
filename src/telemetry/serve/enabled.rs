//! The operator's server of one telemetry.

use std::net::SocketAddr;

use once_cell::sync::OnceCell;

use super::Telemetry;
use crate::admin::{Admin, Server};
use crate::error::Error;

/// Whether it is served, and by what. It ends with the `obskit` thread.
#[derive(Debug, Default)]
pub(crate) struct Serving {
    server: OnceCell<Server>,
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
        // Asked first, so that a telemetry that was shut down says so.
        let background = self.parts.background.get_or_start()?;
        let server = self.parts.serving.server.get_or_try_init(|| {
            self.parts.watching.watch_first()?;
            Server::start(self.admin(), self.config().admin.addr, &background)
        })?;
        Ok(server.addr())
    }

    /// What the operator's routes show.
    pub(super) fn admin(&self) -> Admin {
        let parts = &self.parts;
        Admin {
            service: parts.config.service.name.clone(),
            settings: format!("{:#?}\n", parts.config).into(),
            metrics: parts.metrics.clone(),
            health: parts.health.clone(),
            levels: parts.logging.levels().clone(),
            ledger: parts.server.acceptor.ledger.clone(),
            doctor: super::doctor::route(self),
        }
    }
}
