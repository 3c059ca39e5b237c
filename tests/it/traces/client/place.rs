//! Where in a trace a call is.

use super::{Rig, echo, handed_on, request, whole};
use axum::Router;
use axum::body::Body;
use axum::routing::get;
use http::{HeaderMap, Method, Request, Response};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use obskit::config::{Egress, Keep, Propagator, RootSampler, Sampler, Trust};
use obskit::context::RequestContext;
use obskit_tests::collector::Span;
use tower::{Layer, ServiceBuilder, ServiceExt, service_fn};
use tracing::{Instrument, info_span};

use crate::context::lab::{serve, within};

const CALLER: [(&str, &str); 2] = [
    ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
    ("tracestate", "vendor=1"),
];
const UNSAMPLED: [(&str, &str); 1] =
    [("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00")];
const URL: &str = "http://billing/";

fn kind<'a>(spans: &'a [Span], kind: &str) -> Vec<&'a Span> {
    spans.iter().filter(|span| span.kind == kind).collect()
}

#[tokio::test]
async fn a_call_is_within_its_request_and_the_callee_within_the_call() {
    let rig = Rig::new().await;
    let headers = within(rig.telemetry(), &CALLER, |_| rig.headers(URL)).await;
    let spans = rig.spans();
    let (server, client) = (kind(&spans, "server")[0], kind(&spans, "client")[0]);
    assert_eq!(spans.len(), 2, "{spans:#?}");
    assert_eq!(server.parent, "00f067aa0ba902b7");
    assert_eq!(client.parent, server.span_id);
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    assert_eq!([&*server.trace_id, &client.trace_id], [trace; 2]);
    assert_eq!(handed_on(&headers), (trace.into(), client.span_id.clone(), "01".into()));
    assert_eq!(client.tracestate, "vendor=1");
    assert_eq!(headers["tracestate"], "vendor=1");
    // Sampled, and its parent is of this process.
    assert_eq!(client.flags, 0x101, "{client:#?}");
    assert!(client.start >= server.start && client.end <= server.end, "{spans:#?}");
}

/// Nothing new is made for nobody.
#[tokio::test]
async fn without_sampling_the_request_itself_is_handed_on() {
    let rig = Rig::new().await;
    let (context, headers) =
        within(rig.telemetry(), &UNSAMPLED, async |context| (context, rig.headers(URL).await))
            .await;
    let (_, span, flags) = handed_on(&headers);
    assert_eq!((span, &*flags), (context.span_id().to_string(), "00"));
    assert_eq!(rig.spans(), []);
}

#[tokio::test]
async fn a_call_is_within_the_innermost_span() {
    let rig = Rig::new().await;
    let _entered = rig.lab.enter();
    let load = async {
        rig.headers(URL).instrument(info_span!("inner")).await;
        rig.headers(URL).await
    };
    within(rig.telemetry(), &CALLER, |_| load.instrument(info_span!("outer"))).await;
    let spans = rig.spans();
    let id = |name: &str| &spans.iter().find(|span| span.name == name).unwrap().span_id;
    let parents: Vec<_> = kind(&spans, "client").iter().map(|span| &span.parent).collect();
    assert_eq!(parents, [id("inner"), id("outer")]);
}

/// A task that took the request's span along, and not its context.
#[tokio::test]
async fn a_task_with_a_span_of_the_request_is_in_its_trace() {
    let rig = Rig::new().await;
    let _entered = rig.lab.enter();
    let headers = within(rig.telemetry(), &CALLER, async |_| {
        // Leaves the context behind, as another task would.
        let span = tracing::Span::current();
        let (sender, receiver) = tokio::sync::oneshot::channel();
        (span, sender, receiver)
    })
    .await;
    let (span, sender, receiver) = headers;
    async {
        assert!(RequestContext::current().is_none());
        sender.send(rig.headers(URL).await).unwrap();
    }
    .instrument(span)
    .await;
    let headers = receiver.await.unwrap();
    let (trace, span, _) = handed_on(&headers);
    let client = rig.client_span();
    assert_eq!((&*trace, &span), ("4bf92f3577b34da6a3ce929d0e0e4736", &client.span_id));
    assert_eq!(headers["tracestate"], "vendor=1");
    assert!(headers.contains_key("x-request-id"), "{headers:?}");
    let spans = rig.spans();
    assert_eq!(client.parent, kind(&spans, "server")[0].span_id);
}

#[tokio::test]
async fn outside_of_requests_a_call_begins_a_trace() {
    let rig = Rig::new().await;
    let headers = rig.headers(URL).await;
    let client = rig.client_span();
    let (trace, span, flags) = handed_on(&headers);
    assert_eq!((&trace, &span, &*flags), (&client.trace_id, &client.span_id, "01"));
    assert_eq!(client.parent, "");
    assert!(headers.get("x-request-id").is_none());
    // By the sampler of what begins here, whose decision is handed on.
    let rig = Rig::with(|config| {
        config.traces.sampler = Sampler::ParentBased(RootSampler::AlwaysOff);
    })
    .await;
    let (_, _, flags) = handed_on(&rig.headers(URL).await);
    assert_eq!(flags, "00");
    assert_eq!(rig.spans(), []);
}

/// Outside of requests, headers that somebody else has written are what the call is within.
#[tokio::test]
async fn a_call_goes_on_from_the_headers_it_has() {
    for (flags, expected) in [("01", 1), ("00", 0)] {
        let rig = Rig::new().await;
        let mut call = request(Method::GET, URL);
        let brought = format!("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-{flags}");
        call.headers_mut().insert("traceparent", brought.parse().unwrap());
        call.headers_mut().insert("tracestate", "vendor=1".parse().unwrap());
        let headers = rig.ask(call).await;
        assert_eq!(headers["tracestate"], "vendor=1");
        let (trace, span, found) = handed_on(&headers);
        assert_eq!((&*trace, &*found), ("4bf92f3577b34da6a3ce929d0e0e4736", flags));
        let spans = rig.spans();
        assert_eq!(spans.len(), expected, "{spans:#?}");
        match spans.first() {
            Some(client) => {
                assert_eq!((&*client.parent, &client.span_id), ("00f067aa0ba902b7", &span));
            }
            None => assert_eq!(span, "00f067aa0ba902b7"),
        }
    }
}

/// As around a client that retries, and within it.
#[tokio::test]
async fn a_layer_within_another_makes_a_child() {
    let rig = Rig::new().await;
    let layer = || rig.telemetry().client_layer("billing");
    let layers = ServiceBuilder::new().layer(layer()).layer(layer());
    let client = layers.service(service_fn(echo)).map_response(|response| response.map(Body::new));
    let client = rig.telemetry().client_layer("outer").layer(client);
    let call = async |_| whole(client, request(Method::GET, URL)).await;
    let headers = within(rig.telemetry(), &CALLER, call).await;
    let spans = rig.spans();
    let mut chain = vec![kind(&spans, "server")[0]];
    while let Some(child) = spans.iter().find(|span| span.parent == chain.last().unwrap().span_id) {
        chain.push(child);
    }
    assert_eq!(chain.len(), 4, "{spans:#?}");
    assert_eq!(handed_on(&headers).1, chain[3].span_id);
}

/// The headers of its own caller are about another call.
#[tokio::test]
async fn a_proxy_that_copies_headers_misleads_nobody() {
    let rig = Rig::new().await;
    let mut call = request(Method::GET, URL);
    call.headers_mut().insert("traceparent", CALLER[0].1.parse().unwrap());
    within(rig.telemetry(), &CALLER, |_| rig.ask(call)).await;
    let spans = rig.spans();
    assert_eq!(kind(&spans, "client")[0].parent, kind(&spans, "server")[0].span_id);
}

/// C8: where the trace may not go, the call is a span all the same.
#[tokio::test]
async fn a_host_that_may_not_know_has_no_header() {
    let rig = Rig::with(|config| {
        let mut egress = Egress::default();
        egress.context = "none".parse().unwrap();
        config.context.egress = egress;
    })
    .await;
    let headers = within(rig.telemetry(), &CALLER, |_| rig.headers(URL)).await;
    assert!(headers.is_empty(), "{headers:?}");
    assert_eq!(rig.client_span().trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
}

#[tokio::test]
async fn b3_names_the_call_too() {
    let rig = Rig::with(|config| {
        config.context.propagators = vec![Propagator::B3, Propagator::B3Multi];
    })
    .await;
    let headers = within(rig.telemetry(), &[], |_| rig.headers(URL)).await;
    let Span { trace_id, span_id, .. } = rig.client_span();
    assert_eq!(headers["b3"], format!("{trace_id}-{span_id}-1"));
    assert_eq!(headers["x-b3-spanid"], span_id);
    assert!(headers.get("traceparent").is_none());
}

/// A request that was not chosen and then fails is sent with its calls.
#[tokio::test]
async fn calls_wait_with_a_request_that_may_be_kept() {
    for (status, expected) in [(500, 2), (200, 0)] {
        let rig = Rig::with(|config| config.traces.keep = Some(Keep::default())).await;
        let answer = service_fn(async |_: Request<Body>| {
            let headers = rig.headers(URL).await;
            let response = Response::builder().status(status);
            let response = response.header("told", &headers["traceparent"]);
            Ok::<_, std::convert::Infallible>(response.body(Body::empty()).unwrap())
        });
        let mut request = request(Method::GET, "/");
        request.headers_mut().insert("traceparent", UNSAMPLED[0].1.parse().unwrap());
        let service = rig.telemetry().layer().layer(answer);
        let told = service.oneshot(request).await.unwrap().headers()["told"].clone();
        let spans = rig.spans();
        assert_eq!(spans.len(), expected, "{spans:#?}");
        if let [client] = kind(&spans, "client")[..] {
            assert_eq!(client.attributes["obskit.kept"], "failed");
            let own = format!("00-{}-{}-00", client.trace_id, client.span_id);
            assert_eq!(told, own, "others are told what the sampler said");
        }
    }
}

/// C7, C9: a service that calls another, over real sockets: one trace, each in its place; and none
/// of it where the second one trusts nobody.
#[tokio::test]
async fn two_services_make_one_trace() {
    for (trust, trusts) in [(Trust::All, true), (Trust::None, false)] {
        let front = Rig::new().await;
        let back = Rig::with(|config| config.context.trust = trust).await;
        let handler = get(|headers: HeaderMap| async move { handed_on(&headers).1 });
        let router = Router::new().route("/{id}", handler).layer(back.telemetry().layer());
        let address = serve(router).await;
        let client = Client::builder(TokioExecutor::new()).build_http::<Body>();
        let client = front.telemetry().client_layer("back").layer(client);
        let call = Request::get(format!("http://{address}/7")).body(Body::empty()).unwrap();
        let call = async |_| client.oneshot(call).await.unwrap();
        let response = within(front.telemetry(), &CALLER, call).await;
        drop(http_body_util::BodyExt::collect(response.into_body()).await.unwrap());
        let called = front.client_span();
        let spans = back.collector.wait_for_spans(1).await;
        let server = &spans[0];
        assert_eq!(server.name, "GET /{id}");
        if trusts {
            assert_eq!((&server.trace_id, &server.parent), (&called.trace_id, &called.span_id));
            assert_eq!(server.flags, 0x301, "the parent is of another process");
            assert_eq!(server.links, []);
        } else {
            assert_ne!(server.trace_id, called.trace_id);
            assert_eq!(server.parent, "");
            let links: Vec<_> = server.links.iter().map(|link| &link.span_id).collect();
            assert_eq!(links, [&called.span_id]);
        }
    }
}
