//! The bridges to OpenTelemetry's API.

use http::Request;
use obskit::Telemetry;
use obskit::config::{RootSampler, Sampler};
use obskit::context::RequestContext;
use obskit::opentelemetry::TracerProvider;
use obskit::opentelemetry::api::baggage::{Baggage, BaggageExt};
use obskit::opentelemetry::api::trace::{
    Event, FutureExt, Link, Span as _, SpanContext, SpanKind, Status, TraceContextExt, TraceState,
    Tracer, TracerProvider as _,
};
use obskit::opentelemetry::api::{
    Array, Context, InstrumentationScope, KeyValue, SpanId, TraceFlags, TraceId, Value,
};
use serde_json::json;
use std::borrow::Cow;
use std::io;
use std::time::{Duration, UNIX_EPOCH};
use tracing::{Instrument, info_span};

use super::client::Rig;
use crate::context::lab::within;

const CALLER: [(&str, &str); 3] = [
    ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
    ("tracestate", "vendor=1"),
    ("baggage", "tenant=acme%20inc;secret"),
];
const UNSAMPLED: [(&str, &str); 1] =
    [("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00")];
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

fn remote(flags: TraceFlags) -> Context {
    let (trace, span) = (TraceId::from_hex(TRACE).unwrap(), SpanId::from_hex("00f067aa0ba902b7"));
    let state: TraceState = "vendor=1".parse().unwrap();
    Context::new().with_remote_span_context(SpanContext::new(
        trace,
        span.unwrap(),
        flags,
        true,
        state,
    ))
}

#[tokio::test]
async fn the_context_is_where_the_code_is() {
    let rig = Rig::new().await;
    let _entered = rig.lab.enter();
    assert!(!obskit::opentelemetry::context().has_active_span(), "nowhere");
    within(rig.telemetry(), &CALLER, async |request: RequestContext| {
        let found = obskit::opentelemetry::context();
        let span = found.span().span_context().clone();
        assert_eq!(span.trace_id().to_string(), TRACE);
        assert_eq!(span.span_id().to_string(), request.span_id().to_string());
        assert!(span.is_sampled() && !span.is_remote());
        assert_eq!(span.trace_state().header(), "vendor=1");
        let (value, metadata) = found.baggage().get_with_metadata("tenant").unwrap();
        assert_eq!((value.as_str(), metadata.as_str()), ("acme inc", "secret"));

        let inner = async { obskit::opentelemetry::context().span().span_context().clone() };
        let inner = inner.instrument(info_span!("inner")).await;
        assert_eq!(inner.trace_id(), span.trace_id());
        assert_ne!(inner.span_id(), span.span_id());
    })
    .await;
    let spans = rig.spans();
    assert_eq!(spans.len(), 2, "{spans:#?}");
}

/// What stands in OpenTelemetry's own context was put there within ours.
#[tokio::test]
async fn what_the_context_has_stays() {
    let rig = Rig::new().await;
    within(rig.telemetry(), &CALLER, async |_| {
        let mut baggage = Baggage::new();
        baggage.insert("own", "1");
        let own = remote(TraceFlags::SAMPLED).with_baggage(baggage).with_value(7_u8);
        let found = async { obskit::opentelemetry::context() }.with_context(own).await;
        assert_eq!(found.span().span_context().span_id().to_string(), "00f067aa0ba902b7");
        assert_eq!((found.baggage().len(), found.get::<u8>()), (1, Some(&7)));
        assert!(found.baggage().get("own").is_some());
    })
    .await;
}

#[tokio::test]
async fn spans_of_a_tracer_are_within_ours() {
    let rig = Rig::new().await;
    let _entered = rig.lab.enter();
    let tracer = rig.telemetry().tracer_provider().tracer("importer");
    within(rig.telemetry(), &CALLER, async |_| {
        tracer.in_span("import", |_| drop(tracer.start("row")));
        let load = async { drop(tracer.start("load")) };
        load.instrument(info_span!("around")).await;
    })
    .await;
    let spans = rig.spans();
    let named = |name: &str| spans.iter().find(|span| span.name == name).unwrap();
    let server = spans.iter().find(|span| span.kind == "server").unwrap();
    assert_eq!(named("import").parent, server.span_id);
    assert_eq!(named("row").parent, named("import").span_id);
    assert_eq!(named("load").parent, named("around").span_id);
    assert_eq!(spans.len(), 5, "{spans:#?}");
    assert!(spans.iter().all(|span| span.trace_id == TRACE && span.tracestate == "vendor=1"));
    assert_eq!(
        named("row").attributes,
        json!({ "otel.scope.name": "importer" }).as_object().unwrap().clone().into_iter().collect()
    );
}

#[tokio::test]
async fn outside_of_everything_a_span_begins_a_trace() {
    for (root, expected) in [(RootSampler::AlwaysOn, 1), (RootSampler::AlwaysOff, 0)] {
        let rig = Rig::with(|config| config.traces.sampler = Sampler::ParentBased(root)).await;
        let span = rig.telemetry().tracer_provider().tracer("").start("alone");
        assert_eq!(span.is_recording(), expected == 1);
        assert_eq!(span.span_context().is_valid(), expected == 1);
        drop(span);
        let spans = rig.spans();
        assert_eq!(spans.len(), expected);
        assert!(spans.iter().all(|span| span.parent.is_empty() && span.attributes.is_empty()));
    }
}

/// A parent in the context is the parent, wherever the code is.
#[tokio::test]
async fn a_parent_that_is_given_counts() {
    for (flags, expected) in [(TraceFlags::SAMPLED, 1), (TraceFlags::NOT_SAMPLED, 0)] {
        let rig = Rig::new().await;
        let tracer = rig.telemetry().tracer_provider().tracer("consumer");
        let span = tracer.start_with_context("message", &remote(flags));
        let context = span.span_context().clone();
        drop(span);
        let spans = rig.spans();
        assert_eq!(spans.len(), expected);
        assert_eq!(context.trace_id().to_string(), TRACE);
        match spans.first() {
            Some(span) => {
                assert_eq!(span.parent, "00f067aa0ba902b7");
                assert_eq!((span.flags, &*span.tracestate), (0x301, "vendor=1"));
                assert_eq!(span.span_id, context.span_id().to_string());
            }
            // What is not recorded goes on from where it is.
            None => assert_eq!(context.span_id().to_string(), "00f067aa0ba902b7"),
        }
    }
}

#[tokio::test]
async fn a_request_that_is_not_sampled_makes_none() {
    let rig = Rig::new().await;
    let tracer = rig.telemetry().tracer_provider().tracer("importer");
    within(rig.telemetry(), &UNSAMPLED, async |request: RequestContext| {
        let mut span = tracer.start("import");
        span.set_attribute(KeyValue::new("rows", 7));
        span.add_event("nothing", Vec::new());
        assert!(!span.is_recording());
        let id = span.span_context().span_id().to_string();
        assert_eq!(id, request.span_id().to_string());
    })
    .await;
    assert_eq!(rig.spans(), []);
}

#[tokio::test]
async fn everything_that_a_span_is_told_arrives() {
    let rig = Rig::new().await;
    let scope = InstrumentationScope::builder("importer").with_version("1.2").build();
    let tracer = rig.telemetry().tracer_provider().tracer_with_scope(scope);
    let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
    let linked = remote(TraceFlags::SAMPLED).span().span_context().clone();
    let link = Link::new(linked.clone(), vec![KeyValue::new("why", "retry")], 0);
    let mut span = tracer
        .span_builder("first")
        .with_kind(SpanKind::Producer)
        .with_start_time(at(10))
        .with_attributes([KeyValue::new("early", true)])
        .with_events(vec![Event::new("queued", at(11), vec![KeyValue::new("depth", 3)], 0)])
        .with_links(vec![link])
        .start(&tracer);
    span.update_name(Cow::Borrowed("second"));
    span.set_attributes([
        KeyValue::new("rows", 7),
        KeyValue::new("share", 0.5),
        KeyValue::new("file", "users.csv"),
        KeyValue::new("sizes", Value::Array(Array::I64(vec![1, 2]))),
        KeyValue::new("names", Value::Array(Array::String(vec!["a".into(), "b".into()]))),
        KeyValue::new("rows", 8),
    ]);
    span.record_error(&io::Error::other("disk full"));
    span.add_link(linked, Vec::new());
    span.set_status(Status::error("not imported"));
    span.end_with_timestamp(at(12));
    assert!(!span.is_recording());
    span.set_attribute(KeyValue::new("late", true));
    drop(span);
    let spans = rig.spans();
    let [span] = &spans[..] else { panic!("{spans:#?}") };
    let expected = json!({
        "otel.scope.name": "importer", "otel.scope.version": "1.2", "early": true, "rows": 8,
        "share": 0.5, "file": "users.csv", "sizes": [1, 2], "names": ["a", "b"],
    });
    assert_eq!(json!(span.attributes), expected);
    assert_eq!((&*span.name, span.kind), ("second", "producer"));
    assert_eq!((span.start, span.end), (10_000_000_000, 12_000_000_000));
    assert_eq!((span.status, &*span.status_message), ("error", "not imported"));
    let events: Vec<_> =
        span.events.iter().map(|event| (&*event.name, json!(event.attributes))).collect();
    let error = json!({ "exception.message": "disk full" });
    assert_eq!(events, [("queued", json!({ "depth": 3 })), ("exception", error)]);
    assert_eq!(span.events[0].time, 11_000_000_000);
    let links: Vec<_> = span.links.iter().map(|link| json!(link.attributes)).collect();
    assert_eq!(links, [json!({ "why": "retry" }), json!({})]);
    assert_eq!((&*span.links[0].trace_id, &*span.links[0].tracestate), (TRACE, "vendor=1"));
}

/// The specification's order: a success stays one.
#[tokio::test]
async fn the_final_status_counts() {
    let rig = Rig::new().await;
    let tracer = rig.telemetry().tracer_provider().tracer("");
    for (name, statuses, _) in STATUSES {
        let mut span = tracer.start(*name);
        for status in statuses() {
            span.set_status(status);
        }
    }
    let spans = rig.spans();
    for (name, _, expected) in STATUSES {
        let span = spans.iter().find(|span| span.name == *name).unwrap();
        assert_eq!(span.status, *expected, "{name}");
    }
}

type Statuses = (&'static str, fn() -> Vec<Status>, &'static str);

const STATUSES: &[Statuses] = &[
    ("none", Vec::new, "unset"),
    ("unset", || vec![Status::Ok, Status::Unset], "ok"),
    ("ok", || vec![Status::error("a"), Status::Ok, Status::error("b")], "ok"),
    ("error", || vec![Status::error("a"), Status::Unset], "error"),
];

#[tokio::test]
async fn limits_and_redaction_are_ours() {
    let rig = Rig::with(|config| {
        let limits = &mut config.traces.limits;
        (limits.attributes, limits.events, limits.links) = (4, 2, 1);
        (limits.event_attributes, limits.link_attributes) = (1, 1);
        limits.attribute_value_length = Some(24);
    })
    .await;
    let linked = remote(TraceFlags::SAMPLED).span().span_context().clone();
    let two = || vec![KeyValue::new("a", 1), KeyValue::new("b", 2)];
    let mut span = rig.telemetry().tracer_provider().tracer("").start("full");
    span.set_attributes([
        KeyValue::new("password", "hunter2"),
        KeyValue::new("long", "x".repeat(100)),
        KeyValue::new("url", "http://user:hunter2@db/"),
        KeyValue::new("list", Value::Array(Array::String(vec!["password=hunter2".into()]))),
        KeyValue::new("too", "many"),
    ]);
    for _ in 0..3 {
        span.add_event("event", two());
        span.add_link(linked.clone(), two());
    }
    span.set_status(Status::error("password=hunter2"));
    drop(span);
    let spans = rig.spans();
    let span = &spans[0];
    assert!(!format!("{span:?}").contains("hunter2"), "{span:#?}");
    assert_eq!(span.attributes["long"], "x".repeat(24));
    assert_eq!((span.attributes.len(), span.dropped_attributes), (4, 1));
    assert_eq!((span.events.len(), span.dropped_events), (2, 1));
    assert_eq!((span.links.len(), span.dropped_links), (1, 2));
    assert_eq!((span.events[0].attributes.len(), span.events[0].dropped_attributes), (1, 1));
    assert_eq!((span.links[0].attributes.len(), span.links[0].dropped_attributes), (1, 1));
}

/// What OpenTelemetry's own exporters do is not to be told.
#[tokio::test]
async fn suppressed_code_makes_no_span() {
    let rig = Rig::new().await;
    let tracer = rig.telemetry().tracer_provider().tracer("");
    let _guard = Context::enter_telemetry_suppressed_scope();
    assert!(!tracer.start("quiet").is_recording());
    assert_eq!(rig.spans(), []);
}

/// A global provider lives as long as the process.
#[test]
fn a_provider_keeps_no_telemetry_alive() {
    let telemetry = Telemetry::build(obskit_tests::settings::local()).unwrap();
    let provider: TracerProvider = telemetry.tracer_provider();
    let off = provider.tracer("").start("nowhere");
    assert!(!off.is_recording());
    drop(telemetry);
    let _: Request<()> = Request::default();
    drop(provider.tracer("").start("later"));
}
