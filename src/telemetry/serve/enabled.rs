//! The operator's server of one telemetry.

use std::fmt;
use std::sync::Arc;

use tokio::sync::OnceCell;

use super::Telemetry;
use crate::admin::{Admin, Internals, Policy, Recent, Refusals, Server, settings};
use crate::config::AdminAddr;
use crate::context::Record;
use crate::error::Error;
use crate::metrics::{Metrics, refusals};

/// Whether it is served, and by what. It ends with the `obskit` thread.
pub(crate) struct Serving {
    server: OnceCell<Server>,
    recent: Arc<Recent>,
    refusals: Refusals,
}

impl Serving {
    pub(super) fn new(metrics: &Metrics) -> Result<Self, Error> {
        let (recent, refusals) = (Arc::default(), Refusals::default());
        let counted = refusals.clone();
        refusals::register(metrics, move || counted.counts())?;
        Ok(Self { server: OnceCell::new(), recent, refusals })
    }

    /// What keeps the requests that an operator asks for afterwards.
    #[expect(clippy::unnecessary_wraps, reason = "the twin has none")]
    pub(super) fn record(&self) -> Option<Arc<dyn Record>> {
        Some(Arc::clone(&self.recent) as _)
    }
}

impl fmt::Debug for Serving {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let addr = self.server.get().map(Server::addr);
        f.debug_struct("Serving").field("addr", &addr).finish_non_exhaustive()
    }
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
    pub async fn serve_admin(&self) -> Result<AdminAddr, Error> {
        // Asked first, so that a telemetry that was shut down says so.
        let background = self.parts.background.get_or_start()?;
        self.meet_runtime()?;
        let start = async || {
            self.parts.watching.watch_first()?;
            let addr = &self.config().admin.addr;
            let server = Server::start(self.admin(), addr, &background).await?;
            super::doctor::examine_once(self, &background);
            Ok::<_, Error>(server)
        };
        let server = self.parts.serving.server.get_or_try_init(start).await?;
        Ok(server.addr().clone())
    }

    /// What the operator's routes show.
    pub(super) fn admin(&self) -> Admin {
        let parts = &self.parts;
        let redactor = parts.logging.redactor();
        let internals = Internals {
            settings: settings(&parts.config, redactor),
            recent: Arc::clone(&parts.serving.recent),
            routes: Arc::clone(&parts.server.acceptor.routes),
            redactor: Arc::clone(redactor),
            clock: parts.config.clock.clone(),
        };
        Admin {
            service: parts.config.service.clone(),
            access: Policy::new(&parts.config.admin),
            refusals: parts.serving.refusals.clone(),
            turns: Arc::default(),
            metrics: parts.metrics.clone(),
            health: parts.health.clone(),
            levels: parts.logging.levels().clone(),
            ledger: parts.server.acceptor.ledger.clone(),
            doctor: super::doctor::route(self),
            internals,
        }
    }
}
