//! gRPC calls, by the conventions for them.

use super::{Rig, request, whole};
use axum::body::Body;
use http::{HeaderMap, Method, Request, Response};
use http_body::Frame;
use http_body_util::StreamBody;
use obskit_tests::collector::Span;
use serde_json::{Value, json};
use std::convert::Infallible;
use tower::{Layer, service_fn};

use crate::context::lab::within;

const URL: &str = "http://shop:50051/shop.v1.Orders/Place";

fn call(url: &str) -> Request<Body> {
    let mut call = request(Method::POST, url);
    call.headers_mut().insert("content-type", "application/grpc".parse().unwrap());
    call
}

/// An answer with this status in its trailers; in its head where it says nothing else.
fn answer(status: &'static str, in_head: bool) -> Response<Body> {
    let mut response = Response::builder().header("content-type", "application/grpc");
    if in_head {
        response = response.header("grpc-status", status);
        return response.body(Body::empty()).unwrap();
    }
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", status.parse().unwrap());
    let frames = [Frame::data("message".into()), Frame::trailers(trailers)];
    let frames = tokio_stream::iter(frames.map(Ok::<_, Infallible>));
    response.body(Body::new(StreamBody::new(frames))).unwrap()
}

/// The span of a call that is answered so.
async fn answered(status: &'static str, in_head: bool) -> Span {
    let rig = Rig::new().await;
    let service = service_fn(async |_: Request<Body>| Ok::<_, Infallible>(answer(status, in_head)));
    let client = rig.telemetry().client_layer("shop").layer(service);
    within(rig.telemetry(), &[], |_| whole(client, call(URL))).await;
    rig.client_span()
}

fn attributes(status: &str) -> Value {
    json!({
        "network.protocol.version": "1.1",
        "rpc.method": "shop.v1.Orders/Place",
        "rpc.response.status_code": status,
        "rpc.system.name": "grpc",
        "server.address": "shop",
        "server.port": 50051,
        "service.peer.name": "shop",
    })
}

#[tokio::test]
async fn statuses_are_told_by_name() {
    for (status, name, is_error) in [
        ("0", "OK", false),
        ("1", "CANCELLED", true),
        ("5", "NOT_FOUND", true),
        ("14", "UNAVAILABLE", true),
        ("99", "UNKNOWN", true),
    ] {
        let mut expected = attributes(name);
        if is_error {
            expected["error.type"] = json!(name);
        }
        for in_head in [true, false] {
            let span = answered(status, in_head).await;
            assert_eq!(span.name, "shop.v1.Orders/Place");
            assert_eq!(span.status == "error", is_error, "{status}");
            assert_eq!(json!(span.attributes), expected, "{status} in head: {in_head}");
        }
    }
}

/// A proxy on the way that answers itself speaks HTTP.
#[tokio::test]
async fn an_answer_that_is_no_grpc_is_told_by_its_http_status() {
    let rig = Rig::new().await;
    let service = service_fn(async |_: Request<Body>| {
        Ok::<_, Infallible>(Response::builder().status(502).body(Body::empty()).unwrap())
    });
    let client = rig.telemetry().client_layer("shop").layer(service);
    whole(client, call(URL)).await;
    let span = rig.client_span();
    assert_eq!((span.status, &span.attributes["error.type"]), ("error", &json!("502")));
    assert_eq!(span.attributes["http.response.status_code"], 502);
    assert_eq!(span.attribute("rpc.response.status_code"), None::<&Value>);
}

/// What has not the form of a method may be anything.
#[tokio::test]
async fn a_path_that_names_no_method_is_not_told() {
    let rig = Rig::new().await;
    let service = service_fn(async |_: Request<Body>| Ok::<_, Infallible>(answer("0", true)));
    let client = rig.telemetry().client_layer("shop").layer(service);
    whole(client, call("http://shop/users/alice%40example.com")).await;
    let span = rig.client_span();
    assert_eq!((&*span.name, &span.attributes["rpc.method"]), ("grpc", &json!("_OTHER")));
}
