//! A request through two services is one trace, whole and with the right parents, where both send
//! their spans to one receiver.

use obskit_tests::exporter::Exporter;
use obskit_tests::http as client;
use obskit_tests::otelite::Otelite;
use serde_json::Value;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";

/// Service, kind, name, and how deep it stands; in the order in which they begin.
const EXPECTED: [(&str, &str, &str, usize); 7] = [
    ("front", "Server", "GET /api/ppl/today", 0),
    ("front", "Internal", "todays_workout", 1),
    ("front", "Client", "get_workout postgres", 2),
    ("front", "Client", "GET /api/tips/{day}", 2),
    ("coach", "Server", "GET /api/tips/{day}", 3),
    ("coach", "Internal", "tip", 4),
    ("coach", "Client", "list_workouts postgres", 5),
];

#[tokio::test]
async fn two_services_make_one_trace_over_http() {
    two_services_make_one_trace("http/protobuf", Otelite::http).await;
}

#[tokio::test]
async fn two_services_make_one_trace_over_grpc() {
    two_services_make_one_trace("grpc", Otelite::grpc).await;
}

async fn two_services_make_one_trace(protocol: &str, endpoint: fn(&Otelite) -> String) {
    let otelite = Otelite::start().await;
    let endpoint = endpoint(&otelite);
    let variables = |name| {
        [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol),
            ("OTEL_SERVICE_NAME", name),
            ("OTEL_BSP_SCHEDULE_DELAY", "50"),
        ]
    };
    let coach = Exporter::start_with(0, &variables("coach")).await;
    let front = Exporter::start_with_coach(&coach, &variables("front")).await;
    let traceparent = format!("00-{TRACE}-{CALLER}-01");
    let url = format!("{}/api/ppl/today", front.service);
    let reply = client::try_get(&url, &[("traceparent", &traceparent)]).await.unwrap();
    assert!(reply.json()["tip"].as_str().unwrap().starts_with("Do not try"), "{}", reply.text());

    let mut spans = otelite.trace(TRACE, EXPECTED.len()).await;
    spans.sort_by_key(|span| span["start_time"].as_i64().unwrap());
    let found: Vec<_> = spans.iter().map(|span| row(span, &spans)).collect();
    assert_eq!(found, EXPECTED, "{spans:#?}");
    for span in &spans {
        is_within_its_parent(span, &spans);
    }
}

fn row<'a>(span: &'a Value, spans: &'a [Value]) -> (&'a str, &'a str, &'a str, usize) {
    let text = |value: &'a Value| value.as_str().unwrap();
    let service = text(&span["resource"]["attributes"]["service.name"]);
    (service, text(&span["kind"]), text(&span["name"]), depth(span, spans))
}

fn depth(span: &Value, spans: &[Value]) -> usize {
    match parent(span, spans) {
        Some(parent) => 1 + depth(parent, spans),
        // Its parent is the caller.
        None => usize::from(span["parent_span_id"] != CALLER) * 1000,
    }
}

/// Both run by one clock.
fn is_within_its_parent(span: &Value, spans: &[Value]) {
    let time = |span: &Value, end| span[end].as_i64().unwrap();
    if let Some(parent) = parent(span, spans) {
        let begins = time(parent, "start_time") <= time(span, "start_time");
        assert!(begins, "{span:#} begins before {parent:#}");
        // A server's span ends with its last byte, which the client may have read before.
        let ends = time(span, "end_time") <= time(parent, "end_time");
        assert!(ends || span["kind"] == "Server", "{span:#} ends after {parent:#}");
    }
}

fn parent<'a>(span: &Value, spans: &'a [Value]) -> Option<&'a Value> {
    spans.iter().find(|other| other["span_id"] == span["parent_span_id"])
}
