//! One server under two names, of which the policy knows one (C8).

use super::{client, request, soon};
use crate::context::lab::{serve, telemetry_with, within};
use axum::Router;
use axum::body::Body;
use axum::routing::any;
use http::{HeaderMap, Method};
use http_body_util::BodyExt;
use obskit::Telemetry;
use obskit::config::Egress;
use obskit::context::spawn;
use std::net::SocketAddr;
use tower::ServiceExt;

const BROUGHT: [(&str, &str); 4] = [
    ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
    ("tracestate", "vendor=1"),
    ("baggage", "tenant=acme"),
    ("x-request-id", "the-one"),
];
const NAMES: [&str; 4] = ["baggage", "traceparent", "tracestate", "x-request-id"];

fn allowing(context: &str, baggage: &str) -> Telemetry {
    telemetry_with(|config| {
        let mut egress = Egress::default();
        egress.context = context.parse().unwrap();
        egress.baggage = baggage.parse().unwrap();
        config.context.egress = egress;
    })
}

/// Answers with the names of the headers that tell of a caller.
async fn told(headers: HeaderMap) -> String {
    let told = NAMES.into_iter().filter(|name| headers.contains_key(*name));
    told.collect::<Vec<_>>().join(" ")
}

/// What arrives when a request that brought everything calls `host`, its own headers copied into
/// the call as a careless proxy does.
async fn ask(telemetry: &Telemetry, address: SocketAddr, host: &str) -> String {
    let mut request = request(Method::GET, &format!("http://{host}:{}/", address.port()));
    for (name, value) in BROUGHT {
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    let client = client(telemetry);
    let call = async move {
        let response = client.oneshot(request).await.unwrap();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        String::from_utf8(body.to_vec()).unwrap()
    };
    let within = within(telemetry, &BROUGHT, |_| async { spawn(call).await.unwrap() });
    soon(within).await
}

#[tokio::test]
async fn a_host_is_told_by_the_name_it_is_called_by() {
    let address = serve(Router::new().route("/", any(told))).await;
    let everything = NAMES.join(" ");
    let context = "traceparent tracestate x-request-id";
    for (contexts, baggage, by_address, by_name) in [
        ("*", "none", context, context),
        ("*", "localhost", context, &everything),
        ("127.0.0.1", "*", &*everything, ""),
        ("localhost", "none", "", context),
        ("none", "*", "", ""),
    ] {
        let telemetry = allowing(contexts, baggage);
        assert_eq!(ask(&telemetry, address, "127.0.0.1").await, by_address, "{contexts}");
        assert_eq!(ask(&telemetry, address, "localhost").await, by_name, "{contexts}");
    }
}

/// Nobody's request is none whose headers could be kept back.
#[tokio::test]
async fn outside_of_a_request_headers_are_left_alone() {
    let address = serve(Router::new().route("/", any(told))).await;
    let telemetry = allowing("none", "none");
    let mut request = request(Method::GET, &format!("http://{address}/"));
    request.headers_mut().insert("traceparent", BROUGHT[0].1.parse().unwrap());
    let response = soon(client(&telemetry).oneshot(request)).await.unwrap();
    let body = soon(Body::new(response.into_body()).collect()).await.unwrap();
    assert_eq!(body.to_bytes(), "traceparent");
}
