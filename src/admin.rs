//! The operator's server: metrics and probes, apart from the service's own traffic.
//!
//! [`Telemetry::serve_admin`](crate::Telemetry::serve_admin) serves them on an address and a thread
//! of their own, so that they answer while the service has stalled.
//!
#![doc = include_str!("../docs/endpoints.md")]
//!
//! GET and HEAD are answered, others with 405; unknown paths with 404. Nothing of a request is
//! echoed, and its body is not read.

mod content;
mod index;
mod metrics;
mod probe;
mod respond;
#[cfg(feature = "axum")]
mod router;
mod routes;
mod server;

pub use routes::{ROUTES, Route};

#[cfg(feature = "axum")]
pub(crate) use router::router;
pub(crate) use server::Server;

use crate::health::Health;
use crate::metrics::Metrics;

/// What the operator is told. It holds no handle of the telemetry, so that a running server does
/// not keep one alive.
#[derive(Clone, Debug)]
pub(crate) struct Admin {
    pub(crate) service: String,
    pub(crate) metrics: Metrics,
    pub(crate) health: Health,
}
