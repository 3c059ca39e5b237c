//! The pages under `/debug`.

mod cardinality;
mod config;
mod ledger;
mod requests;

use axum::Router;
use axum::body::Body;
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use obskit::Telemetry;
use obskit::config::{AdminAddr, Clock, Config};
use obskit_tests::http as client;
use obskit_tests::settings;
use serde_json::Value;
use std::net::SocketAddr;
use tower::ServiceExt;

/// A telemetry by a clock of its own, served at an address.
struct Rig {
    telemetry: Telemetry,
    clock: Clock,
    addr: SocketAddr,
}

impl Rig {
    async fn new(set: impl FnOnce(&mut Config)) -> Self {
        let mut config = settings::local();
        config.admin.addr = AdminAddr::from(([127, 0, 0, 1], 0));
        config.clock = Clock::manual();
        set(&mut config);
        let clock = config.clock.clone();
        let telemetry = Telemetry::build(config).unwrap();
        let addr = telemetry.serve_admin().await.unwrap().tcp().unwrap();
        Self { telemetry, clock, addr }
    }

    /// The text of a page.
    async fn text(&self, path: &str) -> String {
        let reply = client::get(&format!("http://{}{path}", self.addr)).await;
        assert_eq!(reply.status, StatusCode::OK, "{path}: {}", reply.text());
        reply.text().to_owned()
    }

    async fn page(&self, path: &str) -> Value {
        serde_json::from_str(&self.text(path).await).unwrap()
    }
}

/// The response to a GET, whose body is yet to be read.
async fn ask(app: &Router, path: &str) -> Response<Body> {
    app.clone().oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap()
}

/// The same, read to its end.
async fn finish(app: &Router, path: &str) -> Response<()> {
    let (parts, body) = ask(app, path).await.into_parts();
    let _ = body.collect().await;
    Response::from_parts(parts, ())
}
