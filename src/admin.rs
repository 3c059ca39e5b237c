//! The operator's server: metrics and probes, apart from the service's own traffic.
//!
//! [`Telemetry::serve_admin`](crate::Telemetry::serve_admin) serves them on an address and a thread
//! of their own, so that they answer while the service has stalled.
//!
#![doc = include_str!("../docs/endpoints.md")]
//!
#![doc = include_str!("../docs/debug.md")]
//!
//! Other methods are answered with 405, unknown paths with 404. Nothing of a request is echoed.

mod access;
mod body;
mod content;
mod debug;
mod doctor;
mod index;
mod levels;
mod listen;
mod metrics;
mod places;
mod probe;
mod query;
mod refusals;
mod respond;
#[cfg(feature = "axum")]
mod router;
mod routes;
mod server;
mod turns;

pub use routes::{Access, ROUTES, Route};

pub(crate) use access::Policy;
pub(crate) use debug::{Internals, Recent, settings};
pub(crate) use doctor::Doctor;
pub(crate) use refusals::Refusals;
#[cfg(feature = "axum")]
pub(crate) use router::router;
pub(crate) use server::Server;

use std::sync::Arc;

use crate::config::Service;
use crate::health::Health;
use crate::ledger::Ledger;
use crate::logging::Levels;
use crate::metrics::Metrics;

/// What the operator is told. It holds no handle of the telemetry, so that a running server does
/// not keep one alive.
#[derive(Clone, Debug)]
pub(crate) struct Admin {
    pub(crate) service: Service,
    pub(crate) access: Policy,
    pub(crate) refusals: Refusals,
    pub(crate) turns: Arc<turns::Turns>,
    pub(crate) metrics: Metrics,
    pub(crate) health: Health,
    pub(crate) levels: Levels,
    pub(crate) ledger: Ledger,
    pub(crate) doctor: Doctor,
    pub(crate) internals: Internals,
}

#[cfg(test)]
impl Admin {
    /// One with nothing behind it.
    fn of(service: &str) -> Self {
        let mut config = crate::config::Config::default();
        service.clone_into(&mut config.service.name);
        let ledger = Ledger::default();
        let internals = Internals::of(&config, &ledger);
        let redactor = &internals.redactor;
        let health = Health::new(&config.clock, Arc::clone(redactor));
        let logging =
            crate::logging::Logging::new(&config, ledger.clone(), Arc::clone(redactor), None)
                .unwrap();
        Self {
            access: Policy::new(&config.admin),
            refusals: Refusals::default(),
            turns: Arc::default(),
            service: config.service,
            metrics: Metrics::default(),
            health,
            levels: logging.levels().clone(),
            ledger,
            doctor: Doctor::new(|| std::future::ready(String::new())),
            internals,
        }
    }
}
