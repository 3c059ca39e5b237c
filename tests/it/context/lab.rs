//! Services, requests and readings for the tests of the context and of the client.

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response};
use http_body_util::BodyExt;
use obskit::Telemetry;
use obskit::context::RequestContext;
use obskit_tests::http::Reply;
pub use obskit_tests::recorded::{telemetry, telemetry_with};
use std::convert::Infallible;
use std::net::SocketAddr;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tower::{Layer, Service, ServiceExt, service_fn};

pub const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
pub const SPAN: &str = "00f067aa0ba902b7";
pub const TRACEPARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

pub fn request(method: Method, uri: &str, headers: &[(&'static str, &str)]) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::empty()).unwrap()
}

pub fn get(uri: &str) -> Request<Body> {
    request(Method::GET, uri, &[])
}

/// The whole answer to one request.
pub async fn call<S, B>(service: &S, request: Request<Body>) -> Reply
where
    S: Service<Request<Body>, Response = Response<B>> + Clone,
    S::Error: std::fmt::Debug,
    B: http_body::Body,
    B::Error: std::fmt::Debug,
{
    whole(service.clone().oneshot(request).await.unwrap()).await
}

pub async fn whole<B>(response: Response<B>) -> Reply
where
    B: http_body::Body,
    B::Error: std::fmt::Debug,
{
    let (head, body) = response.into_parts();
    let body: Bytes = body.collect().await.unwrap().to_bytes();
    Reply { status: head.status, headers: head.headers, body }
}

/// Runs `work` as the handler of a request with these headers.
pub async fn within<T, F>(
    telemetry: &Telemetry,
    headers: &[(&'static str, &str)],
    work: impl FnOnce(RequestContext) -> F,
) -> T
where
    F: Future<Output = T>,
{
    let (sender, receiver) = oneshot::channel();
    let mut once = Some((work, sender));
    let service = service_fn(|_: Request<Body>| {
        let (work, sender) = once.take().unwrap();
        async move {
            let done = work(RequestContext::current().unwrap()).await;
            assert!(sender.send(done).is_ok());
            Ok::<_, Infallible>(Response::new(String::new()))
        }
    });
    let service = telemetry.layer().layer(service);
    service.oneshot(request(Method::GET, "/", headers)).await.unwrap();
    receiver.await.unwrap()
}

/// What a client wrapped for `dependency` sends for this request.
pub async fn sent(telemetry: &Telemetry, request: Request<Body>) -> HeaderMap {
    let echo = service_fn(async |request: Request<Body>| {
        let mut response = Response::new(String::new());
        *response.headers_mut() = request.headers().clone();
        Ok::<_, Infallible>(response)
    });
    let client = telemetry.client_layer("echo").layer(echo);
    client.oneshot(request).await.unwrap().into_parts().0.headers
}

/// The current request's ID; empty outside of one.
pub fn current_id() -> String {
    RequestContext::current().map(|context| context.request_id().to_string()).unwrap_or_default()
}

/// The same as a handler.
pub async fn answer_id() -> String {
    current_id()
}

/// The finished requests, as `GET /a 200 success` and, for gRPC, a status more; each with its
/// number, in alphabetical order. Series at 0 are left out.
pub fn finished(telemetry: &Telemetry) -> Vec<String> {
    samples(telemetry, "http_requests_total")
}

/// The samples of one name that are not 0: the values of their labels, then their own.
pub fn samples(telemetry: &Telemetry, name: &str) -> Vec<String> {
    let text = telemetry.metrics().text();
    let mut found: Vec<_> = text.lines().filter_map(|line| sample(line, name)).collect();
    found.sort_unstable();
    found
}

fn sample(line: &str, name: &str) -> Option<String> {
    let rest = line.strip_prefix(name)?;
    let (labels, value) = rest.strip_prefix('{')?.rsplit_once("} ")?;
    let labels = labels.split(',').map(|label| label.split('"').nth(1).unwrap());
    (value != "0").then(|| labels.chain([value]).collect::<Vec<_>>().join(" "))
}

/// Serves an axum router on a free port until its runtime ends.
pub async fn serve(router: axum::Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(axum::serve(listener, router).into_future());
    address
}
