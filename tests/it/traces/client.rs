//! Client spans of calls to other services, and what those services are told (C7 to C10).

mod grpc;
mod names;
mod outcome;
mod place;

use axum::body::Body;
use http::{HeaderMap, Method, Request, Response};
use http_body_util::BodyExt;
use obskit::Telemetry;
use obskit::config::Config;
use obskit_tests::collector::{Collector, Span};
use obskit_tests::lab::Lab;
use std::convert::Infallible;
use std::time::Duration;
use tower::{Layer, Service, ServiceExt, service_fn};

/// A telemetry with a collector.
pub struct Rig {
    pub lab: Lab,
    collector: Collector,
}

impl Rig {
    pub async fn new() -> Self {
        Self::with(|_| ()).await
    }

    pub async fn with(set: impl FnOnce(&mut Config)) -> Self {
        let collector = Collector::start().await;
        let lab = Lab::new(|config| {
            collector.config(config);
            set(config);
        });
        Self { lab, collector }
    }

    pub fn telemetry(&self) -> &Telemetry {
        &self.lab.telemetry
    }

    /// Calls `url` by a client that answers with the headers it is sent, and says which those were.
    async fn headers(&self, url: &str) -> HeaderMap {
        self.ask(request(Method::GET, url)).await
    }

    async fn ask(&self, request: Request<Body>) -> HeaderMap {
        let client = self.telemetry().client_layer("billing").layer(service_fn(echo));
        whole(client, request).await
    }

    /// What has arrived, the earliest first.
    pub fn spans(&self) -> Vec<Span> {
        assert!(self.telemetry().flush(Duration::from_secs(20)), "spans arrive");
        let mut spans = self.collector.spans();
        spans.sort_by_key(|span| span.start);
        spans
    }

    /// The only client span among them.
    fn client_span(&self) -> Span {
        let spans = self.spans();
        let mut clients = spans.iter().filter(|span| span.kind == "client");
        match (clients.next(), clients.next()) {
            (Some(span), None) => span.clone(),
            _ => panic!("not one client span: {spans:#?}"),
        }
    }
}

async fn echo(request: Request<Body>) -> Result<Response<Body>, Infallible> {
    let mut response = Response::new(Body::empty());
    *response.headers_mut() = request.headers().clone();
    Ok(response)
}

/// The headers of an answer that is read to its end.
async fn whole<S>(client: S, request: Request<Body>) -> HeaderMap
where
    S: Service<Request<Body>, Response = Response<ClientBody>>,
    S::Error: std::fmt::Debug,
{
    let (head, body) = client.oneshot(request).await.unwrap().into_parts();
    body.collect().await.unwrap();
    head.headers
}

type ClientBody = obskit::middleware::ClientBody<Body>;

fn request(method: Method, url: &str) -> Request<Body> {
    Request::builder().method(method).uri(url).body(Body::empty()).unwrap()
}

/// The trace, the span and the flags in a `traceparent`.
#[track_caller]
fn handed_on(headers: &HeaderMap) -> (String, String, String) {
    let value = headers["traceparent"].to_str().unwrap();
    let parts: Vec<_> = value.split('-').map(str::to_owned).collect();
    let [version, trace, span, flags] = parts.try_into().unwrap();
    assert_eq!(version, "00", "{value}");
    (trace, span, flags)
}
