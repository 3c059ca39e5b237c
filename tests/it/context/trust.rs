//! Whom the context is taken from.

use super::lab::{
    SPAN, TRACE, TRACEPARENT, answer_id, call, get, request, sent, serve, telemetry_with, within,
};
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::routing::get as on_get;
use axum::{Extension, Router};
use http::{Method, Request};
use obskit::Telemetry;
use obskit::config::{Networks, RootSampler, Sampler, Trust};
use obskit::context::RequestContext;
use obskit::middleware::Peer;
use obskit_tests::http::try_get;
use std::net::SocketAddr;
use tokio::net::TcpListener;
use tower::ServiceExt;

const HEADERS: [(&str, &str); 3] =
    [("x-request-id", "theirs"), ("traceparent", TRACEPARENT), ("baggage", "user=alice")];

fn trusting(trust: Trust, root: RootSampler) -> Telemetry {
    telemetry_with(|config| {
        config.context.trust = trust;
        config.traces.sampler = Sampler::ParentBased(root);
    })
}

fn private() -> Trust {
    Trust::Networks("10.0.0.0/8, fd00::/8".parse().unwrap())
}

/// The context that a request with a peer's address, if it has one, gets.
async fn context_of(
    telemetry: &Telemetry,
    peer: Option<&str>,
    request: Request<Body>,
) -> RequestContext {
    let router = Router::new()
        .route(
            "/",
            on_get(async |Extension(context): Extension<RequestContext>| Extension(context)),
        )
        .layer(telemetry.layer());
    let mut request = request;
    peer.map(|peer| request.extensions_mut().insert(Peer(peer.parse().unwrap())));
    let response = router.oneshot(request).await.unwrap();
    response.extensions().get::<RequestContext>().unwrap().clone()
}

fn brought() -> Request<Body> {
    request(Method::GET, "/", &HEADERS)
}

fn check_continued(context: &RequestContext) {
    assert_eq!(context.request_id().as_str(), "theirs");
    assert_eq!(context.trace_id().to_string(), TRACE);
    assert_eq!(context.parent_span_id().unwrap().to_string(), SPAN);
    assert!(context.is_sampled(), "as the caller said");
    assert_eq!(context.baggage().unwrap().as_str(), "user=alice");
    assert_eq!(context.link(), None);
}

fn check_begun_anew(context: &RequestContext) {
    assert_eq!(context.request_id().as_str().len(), 36);
    assert_ne!(context.trace_id().to_string(), TRACE);
    assert_eq!(context.parent_span_id(), None);
    assert!(!context.is_sampled(), "as the sampler said");
    assert_eq!(context.baggage(), None);
    let link = context.link().unwrap();
    assert_eq!((link.trace_id.to_string(), link.span_id.to_string()), (TRACE.into(), SPAN.into()));
    assert!(link.flags.is_sampled());
}

#[tokio::test]
async fn a_caller_is_believed_by_its_network() {
    let telemetry = trusting(private(), RootSampler::AlwaysOff);
    for peer in ["10.0.0.1", "10.255.255.255", "::ffff:10.1.2.3", "fd12::1"] {
        check_continued(&context_of(&telemetry, Some(peer), brought()).await);
    }
    for peer in [Some("11.0.0.1"), Some("::ffff:11.0.0.1"), Some("fe80::1"), None] {
        check_begun_anew(&context_of(&telemetry, peer, brought()).await);
    }
}

#[tokio::test]
async fn all_and_none_need_no_address() {
    let all = trusting(Trust::All, RootSampler::AlwaysOff);
    let none = trusting(Trust::None, RootSampler::AlwaysOff);
    for peer in [Some("10.0.0.1"), Some("11.0.0.1"), None] {
        check_continued(&context_of(&all, peer, brought()).await);
        check_begun_anew(&context_of(&none, peer, brought()).await);
    }
}

#[tokio::test]
async fn an_untrusted_caller_cannot_switch_sampling_off() {
    let unsampled = TRACEPARENT.replace("-01", "-00");
    let unsampled = || request(Method::GET, "/", &[("traceparent", &unsampled)]);
    let none = trusting(Trust::None, RootSampler::AlwaysOn);
    assert!(context_of(&none, None, unsampled()).await.is_sampled());
    let all = trusting(Trust::All, RootSampler::AlwaysOn);
    assert!(!context_of(&all, None, unsampled()).await.is_sampled());
}

#[tokio::test]
async fn an_untrusted_caller_without_a_trace_leaves_no_link() {
    let telemetry = trusting(Trust::None, RootSampler::AlwaysOn);
    let context = context_of(&telemetry, None, get("/")).await;
    assert_eq!((context.link(), context.parent_span_id()), (None, None));
}

#[tokio::test]
async fn nothing_of_an_untrusted_caller_is_handed_on() {
    let telemetry = telemetry_with(|config| {
        config.context.trust = Trust::None;
        config.context.egress.baggage = "*".parse().unwrap();
    });
    let (context, headers) = within(&telemetry, &HEADERS, async |context| {
        (context, sent(&telemetry, get("http://billing/")).await)
    })
    .await;
    let (trace, span) = (context.trace_id(), context.span_id());
    assert_eq!(headers["traceparent"], format!("00-{trace}-{span}-01"));
    assert_eq!(headers["x-request-id"], context.request_id().as_str());
    assert!(!headers.contains_key("baggage"));
}

#[tokio::test]
async fn the_ids_of_callers_can_be_refused_alone() {
    let telemetry = telemetry_with(|config| config.context.accept_request_id = false);
    let context = context_of(&telemetry, None, brought()).await;
    assert_eq!(context.request_id().as_str().len(), 36);
    assert_eq!(context.trace_id().to_string(), TRACE);
}

#[tokio::test]
async fn axum_tells_the_address_of_a_real_caller() {
    let trusted = async |trust: Trust, make_known: bool| {
        let telemetry = trusting(trust, RootSampler::AlwaysOn);
        let router = Router::new().route("/", on_get(answer_id)).layer(telemetry.layer());
        let address = if make_known { serve_known(router).await } else { serve(router).await };
        let reply = try_get(&format!("http://{address}/"), &HEADERS[..1]).await.unwrap();
        assert_eq!(reply.text(), reply.header("x-request-id"));
        reply.text() == "theirs"
    };
    assert!(trusted(Trust::Networks(Networks::loopback()), true).await);
    assert!(!trusted(private(), true).await);
    assert!(!trusted(Trust::Networks(Networks::loopback()), false).await, "nobody told it");
}

async fn serve_known(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(axum::serve(listener, service).into_future());
    address
}

/// A proxy's word, put in by the service, goes before the socket's.
#[tokio::test]
async fn a_peer_given_goes_before_the_connection() {
    let telemetry = trusting(private(), RootSampler::AlwaysOff);
    let router = Router::new().route("/", on_get(answer_id)).layer(telemetry.layer());
    let connection = ConnectInfo(SocketAddr::from(([10, 0, 0, 1], 80)));
    let ask = async |peer: Option<Peer>| {
        let mut request = brought();
        request.extensions_mut().insert(connection);
        peer.map(|peer| request.extensions_mut().insert(peer));
        call(&router, request).await.text() == "theirs"
    };
    assert!(ask(None).await);
    assert!(!ask(Some(Peer([11, 0, 0, 1].into()))).await);
}
