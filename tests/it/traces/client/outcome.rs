//! How a call ends, as its span says.

use super::{ClientBody, Rig, request};
use axum::body::Body;
use http::{Method, Request, Response, Version};
use http_body_util::BodyExt;
use obskit_tests::collector::Span;
use serde_json::Value;
use std::convert::Infallible;
use std::error::Error;
use std::future::{pending, ready};
use std::io;
use tower::{Layer, Service, ServiceExt, service_fn};

use crate::context::lab::within;

/// The error and the outcome that a span has for attributes.
fn told(span: &Span) -> (&str, Option<&str>, Option<&str>) {
    let text = |key| span.attribute(key).map(|value| value.as_str().unwrap());
    (span.status, text("error.type"), text("obskit.outcome"))
}

fn answering(status: u16, body: Body) -> Response<Body> {
    Response::builder().status(status).version(Version::HTTP_2).body(body).unwrap()
}

/// To a caller, a status above 399 is an error, whoever is to blame.
#[tokio::test]
async fn statuses_are_told() {
    for (status, expected) in [
        (200, ("unset", None, None)),
        (304, ("unset", None, None)),
        (404, ("error", Some("404"), None)),
        (429, ("error", Some("429"), None)),
        (503, ("error", Some("503"), None)),
    ] {
        let rig = Rig::new().await;
        let answer = service_fn(async |_: Request<Body>| {
            Ok::<_, Infallible>(answering(status, Body::from("some")))
        });
        let client = rig.telemetry().client_layer("billing").layer(answer);
        super::whole(client, request(Method::GET, "http://billing/")).await;
        let span = rig.client_span();
        assert_eq!(told(&span), expected, "{status}");
        assert_eq!(span.attributes["http.response.status_code"], status);
        assert_eq!(span.attributes["network.protocol.version"], "2");
        assert_eq!(span.status_message, "");
    }
}

/// The span of a call that comes to this error.
async fn failed<E: Send>(error: impl Fn() -> E) -> Span {
    let rig = Rig::new().await;
    let fails = service_fn(|_: Request<Body>| ready(Err::<Response<Body>, E>(error())));
    let client = rig.telemetry().client_layer("billing").layer(fails);
    assert!(client.oneshot(request(Method::GET, "http://billing/")).await.is_err());
    rig.client_span()
}

/// The type of the error, where that says something; never its text.
#[tokio::test]
async fn an_error_is_told_by_its_type() {
    let plain = failed(|| io::Error::other("the secret is out")).await;
    assert_eq!(told(&plain), ("error", Some("std::io::error::Error"), None));
    assert!(!format!("{plain:?}").contains("secret"));
    assert_eq!(plain.attribute("http.response.status_code"), None::<&Value>);
    let boxed = || Box::<dyn Error + Send + Sync>::from("the secret is out");
    let boxed = failed(boxed).await;
    assert_eq!(told(&boxed), ("error", Some("_OTHER"), None));
}

/// A call that was given up has not failed.
#[tokio::test]
async fn a_call_given_up_says_so() {
    let rig = Rig::new().await;
    let never = service_fn(|_: Request<Body>| pending::<Result<Response<Body>, Infallible>>());
    let mut client = rig.telemetry().client_layer("billing").layer(never);
    drop(client.call(request(Method::GET, "http://billing/")));
    let span = rig.client_span();
    assert_eq!(told(&span), ("unset", None, Some("cancelled")));
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_an_error() {
    let rig = Rig::new().await;
    let broken = service_fn(async |_: Request<Body>| {
        let body = Body::from_stream(tokio_stream::once(Err::<&str, _>(io::Error::other("gone"))));
        Ok::<_, Infallible>(answering(200, body))
    });
    let client = rig.telemetry().client_layer("billing").layer(broken);
    let response: Response<ClientBody> =
        client.oneshot(request(Method::GET, "http://billing/")).await.unwrap();
    response.into_body().collect().await.unwrap_err();
    let span = rig.client_span();
    assert_eq!(told(&span), ("error", Some("body_error"), Some("body_error")));
    assert_eq!(span.attributes["http.response.status_code"], 200);
}

/// A span's time is the call's, as its metrics have it.
#[tokio::test]
async fn a_span_lasts_to_the_end_of_the_body() {
    let clock = obskit::config::Clock::manual();
    let rig = Rig::with(|config| config.clock = clock.clone()).await;
    let layer = rig.telemetry().client_layer("billing");
    let client = layer.layer(service_fn(async |_: Request<Body>| {
        Ok::<_, Infallible>(answering(200, Body::from("some")))
    }));
    let call = async |_| {
        clock.advance(std::time::Duration::from_secs(1));
        let call = client.oneshot(request(Method::GET, "http://billing/"));
        let response: Response<ClientBody> = call.await.unwrap();
        clock.advance(std::time::Duration::from_secs(2));
        response.into_body().collect().await.unwrap();
    };
    within(rig.telemetry(), &[], call).await;
    let spans = rig.spans();
    let times: Vec<_> = spans.iter().map(|span| (span.kind, span.end - span.start)).collect();
    assert_eq!(times, [("server", 3_000_000_000), ("client", 2_000_000_000)]);
    assert_eq!(spans[1].start - spans[0].start, 1_000_000_000);
}
