//! The operator's server and its routes, over real sockets.

mod bounds;
mod debug;
mod metrics;
mod mounted;
mod routes;
mod running;

use obskit::Telemetry;
use obskit::config::{AdminAddr, Config};
use std::net::SocketAddr;
use std::time::Duration;

const DEADLINE: Duration = Duration::from_secs(20);

/// A telemetry whose operator's port is a free one.
fn telemetry() -> Telemetry {
    let mut config = Config::default();
    config.admin.addr = AdminAddr::from(([127, 0, 0, 1], 0));
    "orders".clone_into(&mut config.service.name);
    Telemetry::build(config).unwrap()
}

/// The same, served at the address.
async fn served() -> (Telemetry, SocketAddr) {
    let telemetry = telemetry();
    let addr = telemetry.serve_admin().await.unwrap().tcp().unwrap();
    (telemetry, addr)
}
