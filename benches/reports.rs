//! What being ready to report failures adds to a request through the router of
//! [`http`], and what a failure adds: an error that is logged and
//! answered 500. No lines are written, nothing is traced.

use std::io;
use std::sync::OnceLock;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use obskit::Telemetry;
use obskit::config::{Config, Exporter};
use tracing::{Dispatch, error};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry;

use crate::http;
use crate::traces::{sink, under};

type Running = (Telemetry, Dispatch);

/// Nobody reports.
pub fn off(times: u64) {
    serve(false, http::router(), times);
}

/// What fails would be reported.
pub fn armed(times: u64) {
    serve(true, http::router(), times);
}

/// Every request fails.
pub fn failing_off(times: u64) {
    serve(false, failing(), times);
}

/// Every request fails, and as many are reported as the limit allows.
pub fn failing_armed(times: u64) {
    serve(true, failing(), times);
}

fn failing() -> Router {
    let fail = async || {
        let cause = io::Error::other("no connection");
        error!(error = &cause as &dyn std::error::Error, "users cannot be read");
        StatusCode::INTERNAL_SERVER_ERROR
    };
    Router::new().route("/users/{id}", get(fail))
}

fn serve(reports: bool, app: Router, times: u64) {
    static RUNNING: [OnceLock<Running>; 2] = [const { OnceLock::new() }; 2];
    let Some(running) = RUNNING.get(usize::from(reports)) else { return };
    let (telemetry, subscriber) = running.get_or_init(|| start(reports));
    under(subscriber, app.layer(telemetry.layer()), times);
}

#[expect(clippy::unwrap_used, reason = "a bench has nobody to tell")]
fn start(reports: bool) -> Running {
    let telemetry = Telemetry::build(config(reports)).unwrap();
    // As `obskit::init` puts them together.
    let (layer, levels) = (telemetry.tracing_layer().unwrap(), telemetry.levels().clone());
    (telemetry, Dispatch::new(registry().with(layer).with(levels)))
}

fn config(reports: bool) -> Config {
    let mut config = http::config();
    config.logs.directives = Some("off".to_owned());
    config.logs.access.enabled = false;
    config.traces.exporter = Exporter::None;
    // A share of requests would make the counts vary.
    config.reports.traces_sample_rate = 0.0;
    let server = sink::start().filter(|_| reports);
    let dsn = server.map(|address| format!("http://key@{address}/1"));
    config.reports.dsn = dsn.and_then(|dsn| dsn.parse().ok());
    config
}
