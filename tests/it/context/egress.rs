//! Which hosts the context is handed to.

use super::lab::{TRACEPARENT, get, request, sent, telemetry, telemetry_with, within};
use http::{HeaderMap, Method, Request};
use obskit::Telemetry;
use obskit::config::Propagator;

const INCOMING: [(&str, &str); 3] =
    [("x-request-id", "abc"), ("traceparent", TRACEPARENT), ("baggage", "user=alice")];
const NAMES: [&str; 4] = ["x-request-id", "traceparent", "tracestate", "baggage"];

fn allowing(context: &str, baggage: &str) -> Telemetry {
    telemetry_with(|config| {
        config.context.egress.context = context.parse().unwrap();
        config.context.egress.baggage = baggage.parse().unwrap();
    })
}

/// What is sent from within a request that brought everything.
async fn sent_within(telemetry: &Telemetry, request: Request<axum::body::Body>) -> HeaderMap {
    within(telemetry, &INCOMING, |_| sent(telemetry, request)).await
}

/// Whether ID and trace, and whether the baggage, reach the host of `uri`.
async fn check(telemetry: &Telemetry, uri: &str, context: bool, baggage: bool) {
    let headers = sent_within(telemetry, get(uri)).await;
    let found = NAMES.map(|name| headers.get_all(name).iter().count());
    let (context, baggage) = (usize::from(context), usize::from(baggage));
    assert_eq!(found, [context, context, 0, baggage], "{uri}");
}

#[tokio::test]
async fn the_default_is_context_everywhere_and_baggage_nowhere() {
    let telemetry = telemetry();
    for uri in ["http://billing/", "https://example.com:8443/a?b", "http://[::1]:80/"] {
        check(&telemetry, uri, true, false).await;
    }
}

#[tokio::test]
async fn each_list_is_by_host() {
    let telemetry = allowing("billing, *.internal, 10.0.0.1, ::1", "*.internal, other");
    check(&telemetry, "http://billing/", true, false).await;
    check(&telemetry, "http://BILLING.:8080/", true, false).await;
    check(&telemetry, "http://user:word@billing/", true, false).await;
    check(&telemetry, "http://billing@evil.com/", false, false).await;
    check(&telemetry, "http://evil.com/billing", false, false).await;
    check(&telemetry, "http://billing.evil.com/", false, false).await;
    check(&telemetry, "http://a.internal/", true, true).await;
    check(&telemetry, "http://internal/", false, false).await;
    check(&telemetry, "http://other/", false, false).await;
    check(&telemetry, "http://10.0.0.1:1/", true, false).await;
    check(&telemetry, "http://10.0.0.2:1/", false, false).await;
    check(&telemetry, "http://[::1]:1/", true, false).await;
    check(&allowing("none", "*"), "http://billing/", false, false).await;
    check(&allowing("*", "*"), "http://billing/", true, true).await;
}

#[tokio::test]
async fn where_the_uri_has_no_host_the_header_tells() {
    let telemetry = allowing("billing, ::1", "none");
    let check = async |host: &str, expected: bool| {
        let request = request(Method::GET, "/path", &[("host", host)]);
        let found = sent_within(&telemetry, request).await.contains_key("x-request-id");
        assert_eq!(found, expected, "{host}");
    };
    check("billing", true).await;
    check("billing:8080", true).await;
    check("[::1]:8080", true).await;
    check("[::1]", true).await;
    check("evil.com", false).await;
    check("billing.evil.com:80", false).await;
}

/// The URI is where a request goes; a header that says otherwise opens nothing.
#[tokio::test]
async fn the_host_of_the_uri_goes_before_the_header() {
    let telemetry = allowing("billing", "none");
    let request = request(Method::GET, "http://evil.com/", &[("host", "billing")]);
    assert!(!sent_within(&telemetry, request).await.contains_key("x-request-id"));
}

#[tokio::test]
async fn nothing_is_sent_where_no_host_is_known() {
    for telemetry in [telemetry(), allowing("*", "*")] {
        assert!(sent_within(&telemetry, get("/path")).await.is_empty());
    }
}

#[tokio::test]
async fn nothing_is_sent_outside_of_a_request() {
    let telemetry = allowing("*", "*");
    assert!(sent(&telemetry, get("http://billing/")).await.is_empty());
    let headers = [("x-request-id", "own"), ("traceparent", TRACEPARENT)];
    let kept = sent(&telemetry, request(Method::GET, "http://billing/", &headers)).await;
    assert_eq!(kept["x-request-id"], headers[0].1);
    assert_eq!(kept["traceparent"], headers[1].1);
}

/// A proxy copies what its caller sent: that is replaced, and the baggage taken away.
#[tokio::test]
async fn stale_headers_do_not_pass() {
    let stale = NAMES.map(|name| (name, "stale"));
    let proxied = |host| request(Method::GET, host, &stale);
    let telemetry = allowing("billing, trusted", "trusted");
    let headers = sent_within(&telemetry, proxied("http://trusted/")).await;
    assert_eq!(NAMES.map(|name| headers.get_all(name).iter().count()), [1, 1, 0, 1]);
    assert_eq!(headers["x-request-id"], "abc");
    assert_eq!(headers["baggage"], "user=alice");
    let headers = sent_within(&telemetry, proxied("http://billing/")).await;
    assert_eq!(NAMES.map(|name| headers.get_all(name).iter().count()), [1, 1, 0, 0]);
    assert!(headers.values().all(|value| value != "stale"));
}

#[tokio::test]
async fn every_format_configured_is_sent() {
    let check = async |propagators: &[Propagator], expected: &[&str]| {
        let telemetry = telemetry_with(|config| config.context.propagators = propagators.to_vec());
        let headers = within(&telemetry, &[("x-request-id", "abc")], |_| {
            sent(&telemetry, get("http://billing/"))
        });
        let headers = headers.await;
        let mut names: Vec<_> = headers.keys().map(http::HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, expected);
    };
    check(&[], &["x-request-id"]).await;
    check(&[Propagator::TraceContext], &["traceparent", "x-request-id"]).await;
    check(&[Propagator::B3], &["b3", "x-request-id"]).await;
    let multi = ["x-b3-sampled", "x-b3-spanid", "x-b3-traceid", "x-request-id"];
    check(&[Propagator::B3Multi], &multi).await;
}

/// A host that may have nothing does not get it by way of a copy either; an ID that is not this
/// request's is the service's own affair.
#[tokio::test]
async fn what_a_host_may_not_have_is_taken_away() {
    let telemetry = allowing("billing", "none");
    let copied = INCOMING.into_iter().chain([("tracestate", "a=1")]).collect::<Vec<_>>();
    let headers = sent_within(&telemetry, request(Method::GET, "http://evil.com/", &copied)).await;
    assert!(headers.is_empty(), "{headers:?}");
    let own = request(Method::GET, "http://evil.com/", &[("x-request-id", "own")]);
    assert_eq!(sent_within(&telemetry, own).await["x-request-id"], "own");
}
