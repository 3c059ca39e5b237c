//! A telemetry and the collector that its spans go to.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::Request;
use http_body_util::BodyExt;
use obskit::Telemetry;
use obskit::config::Config;
use obskit_tests::collector::{Collector, Span};
use obskit_tests::settings;
use tower::ServiceExt;

pub const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
pub const PARENT: &str = "00f067aa0ba902b7";
pub const SAMPLED: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
pub const UNSAMPLED: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

const PATIENCE: Duration = Duration::from_secs(20);

pub struct Traced {
    pub collector: Collector,
    pub telemetry: Telemetry,
}

impl Traced {
    pub async fn start() -> Self {
        Self::with(|_| ()).await
    }

    pub async fn with(set: impl FnOnce(&mut Config)) -> Self {
        let collector = Collector::start().await;
        let mut config = settings::local();
        collector.config(&mut config);
        set(&mut config);
        Self { collector, telemetry: Telemetry::build(config).unwrap() }
    }

    /// What has been sent so far.
    pub fn spans(&self) -> Vec<Span> {
        assert!(self.telemetry.flush(PATIENCE));
        self.collector.spans()
    }

    /// The only one.
    pub fn span(&self) -> Span {
        let spans = self.spans();
        let [span] = spans.as_slice() else { panic!("not one span: {spans:#?}") };
        span.clone()
    }
}

/// One request, and its answer read to the end; an error of either is nobody's affair.
pub async fn ask(router: &Router, request: Request<Body>) {
    let response = router.clone().oneshot(request).await.unwrap();
    let _ = response.into_body().collect().await;
}

pub fn get(path: &str) -> Request<Body> {
    get_with(path, &[])
}

pub fn get_with(path: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::empty()).unwrap()
}

/// The attributes of a span, as `key=value` in the order of the keys, without what differs from
/// one to the next.
pub fn attributes(span: &Span) -> Vec<String> {
    let told = span.attributes.iter().filter(|(key, _)| *key != "request_id");
    told.map(|(key, value)| format!("{key}={value}")).collect()
}
