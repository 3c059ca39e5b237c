//! The operator's server and its routes, over real sockets.

mod access;
mod bounds;
mod debug;
mod fuzz;
mod levels;
mod metrics;
mod mounted;
mod probes;
mod routes;
mod running;
mod unix;

use obskit::Telemetry;
use obskit::config::{AdminAddr, Config};
use obskit_tests::settings;
use std::net::SocketAddr;
use std::time::Duration;

const DEADLINE: Duration = Duration::from_secs(20);
const TOKEN: &str = "sixteen-bytes-ok";

/// A telemetry whose operator's port is a free one.
fn telemetry() -> Telemetry {
    built(|_| {})
}

fn built(set: impl FnOnce(&mut Config)) -> Telemetry {
    let mut config = settings::local();
    config.admin.addr = AdminAddr::from(([127, 0, 0, 1], 0));
    "orders".clone_into(&mut config.service.name);
    set(&mut config);
    Telemetry::build(config).unwrap()
}

/// The same, served at the address.
async fn served() -> (Telemetry, SocketAddr) {
    served_with(|_| {}).await
}

async fn served_with(set: impl FnOnce(&mut Config)) -> (Telemetry, SocketAddr) {
    let telemetry = built(set);
    let addr = telemetry.serve_admin().await.unwrap().tcp().unwrap();
    (telemetry, addr)
}
