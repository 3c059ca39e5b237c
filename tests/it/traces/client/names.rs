//! What client spans are called, and what they say of the call.

use super::{Rig, request};
use axum::body::Body;
use http::{Method, Request, Response};
use http_body_util::BodyExt;
use obskit::config::Capture;
use obskit::middleware::{Operation, Resends, UrlTemplate};
use obskit_tests::collector::Span;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use tower::{ServiceBuilder, ServiceExt, retry, service_fn};

use crate::context::lab::within;

/// C10
#[tokio::test]
async fn names_are_few() {
    for (method, template, expected) in [
        ("GET", None, "GET"),
        ("POST", None, "POST"),
        ("GET", Some("/users/{id}"), "GET /users/{id}"),
        ("PURGE", None, "HTTP"),
        ("PURGE", Some("/users/{id}"), "HTTP /users/{id}"),
    ] {
        let rig = Rig::new().await;
        let mut call = request(method.parse().unwrap(), "http://users/users/7?name=alice");
        if let Some(template) = template {
            call.extensions_mut().insert(UrlTemplate(template));
        }
        within(rig.telemetry(), &[], |_| rig.ask(call)).await;
        let span = rig.client_span();
        assert_eq!(span.name, expected);
        assert_eq!(span.attribute("url.template"), template.map(|text| json!(text)).as_ref());
        let told = format!("{span:?}");
        assert!(!told.contains("alice") && !told.contains("/7"), "{told}");
    }
}

#[tokio::test]
async fn a_call_says_what_the_conventions_ask_for() {
    let rig = Rig::new().await;
    let mut call = request(Method::PUT, "https://user:secret@billing.example/invoices/7");
    call.extensions_mut().insert(Operation("send_invoice"));
    within(rig.telemetry(), &[], |_| rig.ask(call)).await;
    let span = rig.client_span();
    let expected = json!({
        "http.request.method": "PUT",
        "http.response.status_code": 200,
        "network.protocol.version": "1.1",
        "obskit.operation": "send_invoice",
        "server.address": "billing.example",
        "server.port": 443,
        "service.peer.name": "billing",
    });
    assert_eq!(json!(span.attributes), expected);
    assert_eq!((span.status, &*span.status_message), ("unset", ""));
    assert_eq!((span.dropped_attributes, span.events.len()), (0, 0));
}

/// The whole URL where that is asked for, without what is nobody's business.
#[tokio::test]
async fn a_url_is_told_where_it_is_listed() {
    let rig = Rig::with(|config| config.traces.capture = vec![Capture::UrlFull]).await;
    let url = "https://user:hunter2@billing.example:8443/invoices/7?token=hunter2&page=2";
    within(rig.telemetry(), &[], |_| rig.ask(request(Method::GET, url))).await;
    let span = rig.client_span();
    let told = span.attributes["url.full"].as_str().unwrap();
    assert!(told.starts_with("https://billing.example:8443/invoices/7?token="), "{told}");
    assert!(!told.contains("hunter2") && !told.contains("user"), "{told}");
    within(rig.telemetry(), &[], |_| rig.ask(request(Method::GET, "/nowhere"))).await;
    let spans = rig.spans();
    let told = spans.iter().filter(|span| span.attribute("url.full").is_some());
    assert_eq!(told.count(), 1, "what is no whole URL is none");
}

/// Sends again as long as it is told that the service is not there.
#[derive(Clone)]
struct Again;

impl<R> retry::Policy<Request<()>, Response<R>, Infallible> for Again {
    type Future = Ready<()>;

    fn retry(
        &mut self,
        _: &mut Request<()>,
        result: &mut Result<Response<R>, Infallible>,
    ) -> Option<Ready<()>> {
        let is_away = result.as_ref().is_ok_and(|response| response.status() == 503);
        is_away.then(|| ready(()))
    }

    fn clone_request(&mut self, request: &Request<()>) -> Option<Request<()>> {
        Some(request.clone())
    }
}

/// Once inside of what sends again, so that each sending is a span; once around it, so that all are
/// one. Without being told, a call knows nothing of others.
#[tokio::test]
async fn what_is_sent_again_is_counted() {
    for (is_inside, is_told, expected) in [
        (true, true, vec![(503, None), (503, Some(1)), (200, Some(2))]),
        (true, false, vec![(503, None), (503, None), (200, None)]),
        (false, true, vec![(200, None)]),
    ] {
        let rig = Rig::new().await;
        let sent = Arc::new(AtomicUsize::new(0));
        let flaky = service_fn(move |_: Request<()>| {
            let status = *[503, 503].get(sent.fetch_add(1, Relaxed)).unwrap_or(&200);
            let response = Response::builder().status(status).body(Body::empty());
            ready(Ok::<_, Infallible>(response.unwrap()))
        });
        let layer = rig.telemetry().client_layer("billing");
        let mut call = Request::get("http://billing/").body(()).unwrap();
        if is_told {
            call = Resends::count(call);
        }
        let response = if is_inside {
            let client = ServiceBuilder::new().retry(Again).layer(layer).service(flaky);
            client.oneshot(call).await.unwrap().map(Body::new)
        } else {
            let client = ServiceBuilder::new().layer(layer).retry(Again).service(flaky);
            client.oneshot(call).await.unwrap().map(Body::new)
        };
        response.into_body().collect().await.unwrap();
        let spans = rig.spans();
        let count = |span: &Span| span.attribute("http.request.resend_count").map(Value::as_u64);
        let found = spans.iter().map(|span| (status(span), count(span).flatten()));
        assert_eq!(found.collect::<Vec<_>>(), expected);
    }
}

/// Layers within each other count alike where both are sent again, and apart where one is.
#[tokio::test]
async fn layers_count_what_is_sent_again_through_them() {
    for is_between in [true, false] {
        let rig = Rig::new().await;
        let sent = Arc::new(AtomicUsize::new(0));
        let flaky = service_fn(move |_: Request<()>| {
            let status = [503, 503, 200][sent.fetch_add(1, Relaxed).min(2)];
            let response = Response::builder().status(status).body(Body::empty());
            ready(Ok::<_, Infallible>(response.unwrap()))
        });
        let layer = || rig.telemetry().client_layer("billing");
        let call = Resends::count(Request::get("http://billing/").body(()).unwrap());
        let response = if is_between {
            let client = ServiceBuilder::new().layer(layer()).retry(Again).layer(layer());
            client.service(flaky).oneshot(call).await.unwrap().map(Body::new)
        } else {
            let client = ServiceBuilder::new().retry(Again).layer(layer()).layer(layer());
            client.service(flaky).oneshot(call).await.unwrap().map(Body::new)
        };
        response.into_body().collect().await.unwrap();
        let count = |span: &Span| span.attribute("http.request.resend_count").map(Value::as_u64);
        let mut found: Vec<_> = rig.spans().iter().map(|span| count(span).flatten()).collect();
        found.sort_unstable();
        let expected: &[Option<u64>] = if is_between {
            &[None, None, Some(1), Some(2)]
        } else {
            &[None, None, Some(1), Some(1), Some(2), Some(2)]
        };
        assert_eq!(found, expected, "{is_between}");
    }
}

fn status(span: &Span) -> u64 {
    span.attributes["http.response.status_code"].as_u64().unwrap()
}
