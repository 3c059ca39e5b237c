//! T6: each variable of OpenTelemetry's specification, by what it comes to at a collector and at
//! the next service. How they are read is tested in `config/otel.rs`.

use std::convert::Infallible;

use axum::Router;
use axum::routing::get as on_get;
use http::{HeaderMap, Request, Response};
use obskit::Telemetry;
use obskit::config::Config;
use obskit::context::RequestContext;
use obskit_tests::collector::{Collector, Export, Span};
use obskit_tests::lab::dispatch;
use obskit_tests::lines::Lines;
use tower::{Layer, ServiceExt, service_fn};
use tracing_subscriber::layer::SubscriberExt;

use super::lab::{PARENT, SAMPLED, TRACE, Traced, UNSAMPLED, ask, get_with};

const B3: &str = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1";

/// What a request came to.
struct Seen {
    spans: Vec<Span>,
    records: usize,
    exports: Vec<Export>,
    /// What the next service was told.
    sent: HeaderMap,
    /// Of the request.
    trace: String,
    warnings: Vec<String>,
}

/// A service with these variables, and a collector at `{url}`, serves a request with the headers.
async fn serve(variables: &[(&str, &str)], headers: &[(&str, &str)]) -> Seen {
    let collector = Collector::start().await;
    let filled: Vec<_> = variables
        .iter()
        .map(|(name, text)| (*name, text.replace("{url}", &collector.url())))
        .collect();
    let mut config = Config::from_environment(&filled).unwrap();
    let (lines, warnings) = (Lines::default(), config.warnings.clone());
    config.logs.output = lines.output();
    let telemetry = Telemetry::build(config).unwrap();
    let layer = telemetry.tracing_layer().unwrap();
    let dispatch = dispatch(tracing_subscriber::registry().with(layer));
    let traced = Traced { collector, telemetry };
    let _entered = tracing::dispatcher::set_default(&dispatch);
    let (sent, trace) = request(&traced.telemetry, headers).await;
    let spans = traced.spans();
    let (records, exports) = (traced.collector.records().len(), traced.collector.exports());
    Seen { spans, records, exports, sent, trace, warnings }
}

async fn request(telemetry: &Telemetry, headers: &[(&str, &str)]) -> (HeaderMap, String) {
    let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let echo = service_fn(async |request: Request<String>| {
        let mut response = Response::new(String::new());
        *response.headers_mut() = request.into_parts().0.headers;
        Ok::<_, Infallible>(response)
    });
    let client = telemetry.client_layer("billing").layer(echo);
    let handler = move || async move {
        let request = Request::get("http://billing/").body(String::new()).unwrap();
        let sent = client.oneshot(request).await.unwrap().into_parts().0.headers;
        let trace = RequestContext::current().unwrap().trace_id().to_string();
        told.send((sent, trace)).unwrap();
    };
    let router = Router::new().route("/a", on_get(handler)).layer(telemetry.layer());
    ask(&router, get_with("/a", headers)).await;
    heard.recv().await.unwrap()
}

const OWN: [(&str, &str); 2] =
    [("OTEL_EXPORTER_OTLP_ENDPOINT", "{url}"), ("OTEL_BSP_SCHEDULE_DELAY", "20")];

/// The same with our own endpoint before the variables.
async fn with(variables: &[(&str, &str)], headers: &[(&str, &str)]) -> Seen {
    serve(&[&OWN, variables].concat(), headers).await
}

#[tokio::test]
async fn the_defaults_send_every_span_over_http() {
    let seen = with(&[], &[]).await;
    assert_eq!((seen.spans.len(), seen.records), (2, 0));
    assert!(seen.warnings.is_empty(), "{:?}", seen.warnings);
    for Export { path, headers, is_grpc, .. } in &seen.exports {
        assert_eq!((path.as_str(), *is_grpc), ("/v1/traces", false));
        assert_eq!(headers["content-type"], "application/x-protobuf");
        assert!(!headers.contains_key("content-encoding"), "{headers:?}");
    }
    assert!(seen.sent.contains_key("traceparent") && !seen.sent.contains_key("b3"));
}

#[tokio::test]
async fn an_empty_variable_is_an_unset_one() {
    let empty = [
        "OTEL_SDK_DISABLED",
        "OTEL_SERVICE_NAME",
        "OTEL_RESOURCE_ATTRIBUTES",
        "OTEL_PROPAGATORS",
        "OTEL_TRACES_SAMPLER",
        "OTEL_TRACES_EXPORTER",
        "OTEL_LOGS_EXPORTER",
        "OTEL_EXPORTER_OTLP_PROTOCOL",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT",
    ];
    let seen = with(&empty.map(|name| (name, "")), &[]).await;
    assert_eq!((seen.spans.len(), seen.warnings.len()), (2, 0));
    let name = seen.spans[0].resource["service.name"].as_str().unwrap();
    assert!(name.starts_with("unknown_service:it"), "{name}");
}

#[tokio::test]
async fn a_disabled_sdk_sends_nothing_and_hands_the_context_on() {
    let variables = [("OTEL_SDK_DISABLED", "true"), ("OTEL_LOGS_EXPORTER", "otlp")];
    let seen = with(&variables, &[("traceparent", SAMPLED), ("baggage", "a=b")]).await;
    assert!(seen.exports.is_empty(), "{:?}", seen.exports);
    assert_eq!(seen.trace, TRACE);
    // Of the caller itself: a span of ours would be nowhere.
    assert_eq!(seen.sent["traceparent"], SAMPLED);
    let b3 = [variables[0], ("OTEL_PROPAGATORS", "b3")];
    assert_eq!(with(&b3, &[("b3", B3)]).await.sent["b3"], B3);
}

#[tokio::test]
async fn exporters_are_chosen_by_signal() {
    let check = async |variables: &[(&str, &str)], spans, has_records, warnings| {
        let seen = with(variables, &[]).await;
        let found = (seen.spans.len(), seen.records > 0, seen.warnings.len());
        assert_eq!(found, (spans, has_records, warnings), "{variables:?}");
    };
    check(&[("OTEL_TRACES_EXPORTER", "none")], 0, false, 0).await;
    check(&[("OTEL_TRACES_EXPORTER", "otlp")], 2, false, 0).await;
    check(&[("OTEL_TRACES_EXPORTER", "zipkin")], 2, false, 1).await;
    check(&[("OTEL_LOGS_EXPORTER", "otlp")], 2, true, 0).await;
    check(&[("OTEL_LOGS_EXPORTER", "console")], 2, false, 0).await;
    check(&[("OTEL_TRACES_EXPORTER", "none"), ("OTEL_LOGS_EXPORTER", "otlp")], 0, true, 0).await;
}

#[tokio::test]
async fn endpoints_protocols_headers_and_compression() {
    const ALL: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
    const TRACES: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
    const GRPC: (&str, &str) = ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc");
    const SERVICE: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

    let check = async |variables: &[(&str, &str)], path: &str, is_grpc, told: (&str, &str)| {
        let seen = serve(variables, &[]).await;
        assert_eq!(seen.spans.len(), 2, "{variables:?} {:?}", seen.exports);
        let Export { path: found, headers, is_grpc: grpc, .. } = &seen.exports[0];
        assert_eq!((found.as_str(), *grpc), (path, is_grpc), "{variables:?}");
        assert_eq!(headers.get(told.0).map_or("", String::as_str), told.1, "{headers:?}");
    };
    check(&[(ALL, "{url}/base/")], "/base/v1/traces", false, ("content-encoding", "")).await;
    check(&[(ALL, "{url}/x"), (TRACES, "{url}/own")], "/own", false, ("api-key", "")).await;
    check(&[(TRACES, "{url}")], "/", false, ("api-key", "")).await;
    check(&[(ALL, "{url}"), GRPC], SERVICE, true, ("grpc-encoding", "")).await;
    let gzip = ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip");
    check(&[(ALL, "{url}"), gzip], "/v1/traces", false, ("content-encoding", "gzip")).await;
    check(&[(ALL, "{url}"), gzip, GRPC], SERVICE, true, ("grpc-encoding", "gzip")).await;
    let headers = ("OTEL_EXPORTER_OTLP_HEADERS", "api-key=a%20b,x=1");
    check(&[(ALL, "{url}"), headers], "/v1/traces", false, ("api-key", "a b")).await;
    let of_traces = ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "api-key=c");
    check(&[(ALL, "{url}"), headers, of_traces], "/v1/traces", false, ("api-key", "c")).await;
    let unknown = ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json");
    check(&[(ALL, "{url}"), unknown], "/v1/traces", false, ("api-key", "")).await;
}

#[tokio::test]
async fn samplers_decide_by_the_caller_or_themselves() {
    let check = async |sampler: &str, share: &str, caller: Option<&str>, expected| {
        let variables = [("OTEL_TRACES_SAMPLER", sampler), ("OTEL_TRACES_SAMPLER_ARG", share)];
        let headers: Vec<_> = caller.map(|caller| ("traceparent", caller)).into_iter().collect();
        let seen = with(&variables, &headers).await;
        assert_eq!(seen.spans.len(), expected, "{sampler} {share} {caller:?}");
        let sent = seen.sent["traceparent"].to_str().unwrap();
        assert!(sent.ends_with(if expected > 0 { "-01" } else { "-00" }), "{sampler}: {sent}");
    };
    check("always_on", "", Some(UNSAMPLED), 2).await;
    check("always_off", "", Some(SAMPLED), 0).await;
    check("traceidratio", "0", Some(SAMPLED), 0).await;
    check("traceidratio", "1", Some(UNSAMPLED), 2).await;
    check("parentbased_always_on", "", None, 2).await;
    check("parentbased_always_on", "", Some(UNSAMPLED), 0).await;
    check("parentbased_always_off", "", None, 0).await;
    check("parentbased_always_off", "", Some(SAMPLED), 2).await;
    check("parentbased_traceidratio", "0", None, 0).await;
    check("parentbased_traceidratio", "0", Some(SAMPLED), 2).await;
    check("jaeger_remote", "", Some(UNSAMPLED), 0).await;
}

#[tokio::test]
async fn propagators_read_and_write_their_own_headers() {
    let check = async |propagators: &str, header: (&str, &str), sent: &[&str]| {
        let seen = with(&[("OTEL_PROPAGATORS", propagators)], &[header]).await;
        let known = ["traceparent", "b3", "x-b3-traceid"];
        let found: Vec<_> =
            known.into_iter().filter(|name| seen.sent.contains_key(*name)).collect();
        assert_eq!(found, sent, "{propagators}");
        let server = seen.spans.iter().find(|span| span.kind == "server").unwrap();
        let joined = (server.trace_id.as_str(), server.parent.as_str());
        assert_eq!(joined == (TRACE, PARENT), !sent.is_empty(), "{propagators}: {joined:?}");
    };
    check("tracecontext", ("traceparent", SAMPLED), &["traceparent"]).await;
    check("b3", ("b3", B3), &["b3"]).await;
    check("b3multi", ("b3", B3), &["x-b3-traceid"]).await;
    check("tracecontext,b3,unknown", ("b3", B3), &["traceparent", "b3"]).await;
    check("none", ("traceparent", SAMPLED), &[]).await;
}

#[tokio::test]
async fn limits_cut_what_a_span_holds() {
    let whole = with(&[], &[]).await;
    let had = |seen: &Seen| {
        let span = seen.spans.iter().find(|span| span.kind == "server").unwrap().clone();
        (u32::try_from(span.attributes.len()).unwrap(), span)
    };
    let (all, _) = had(&whole);
    for name in ["OTEL_ATTRIBUTE_COUNT_LIMIT", "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT"] {
        let (left, span) = had(&with(&[(name, "2")], &[]).await);
        assert_eq!((left, span.dropped_attributes), (2, all - 2), "{name}");
    }
    for name in ["OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT"] {
        let (_, span) = had(&with(&[(name, "3")], &[]).await);
        let texts = span.attributes.values().filter_map(|value| value.as_str());
        assert!(texts.clone().count() > 1 && texts.clone().all(|text| text.len() <= 3), "{span:?}");
    }
}
