//! Calls to other services, over real sockets.

mod host;
mod outcome;
mod time;

use crate::context::lab::samples;
use axum::body::Body;
use http::{Method, Request};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use obskit::Telemetry;
use obskit::middleware::ClientService;
use std::time::Duration;
use tokio::time::timeout;
use tower::ServiceBuilder;

/// hyper's client as a user would wrap it.
type Wrapped = ClientService<Client<HttpConnector, Body>>;

const DEADLINE: Duration = Duration::from_secs(20);

fn client(telemetry: &Telemetry) -> Wrapped {
    client_of(telemetry, "billing")
}

fn client_of(telemetry: &Telemetry, dependency: &'static str) -> Wrapped {
    let client = Client::builder(TokioExecutor::new()).build_http();
    ServiceBuilder::new().layer(telemetry.client_layer(dependency)).service(client)
}

fn request(method: Method, url: &str) -> Request<Body> {
    Request::builder().method(method).uri(url).body(Body::empty()).unwrap()
}

/// The finished calls, as `billing GET success 1`.
fn calls(telemetry: &Telemetry) -> Vec<String> {
    samples(telemetry, "dependency_requests_total")
}

/// What must happen soon.
async fn soon<F: Future>(future: F) -> F::Output {
    timeout(DEADLINE, future).await.expect("it happens within 20 s")
}
