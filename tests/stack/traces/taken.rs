//! Both receivers take spans and log records over HTTP and gRPC, plain and gzip, and read in them
//! what was meant.

use http::StatusCode;
use obskit_tests::exporter::Exporter;
use obskit_tests::http as client;
use obskit_tests::otelite::Otelite;
use obskit_tests::rotel::{Rotel, Told};
use obskit_tests::wait::wait_until;
use serde_json::Value;

use super::DEADLINE;

/// The span that asks.
const CALLER: &str = "00f067aa0ba902b7";
/// Of a request for one workout: the server's, the handler's, the database's.
const SPANS: usize = 3;

const HTTP: &str = "http/protobuf";
const GRPC: &str = "grpc";

#[tokio::test]
async fn rotel_takes_every_form() {
    let rotel = Rotel::start().await;
    let ways = [
        (1, HTTP, "none", rotel.http()),
        (2, HTTP, "gzip", rotel.http()),
        (3, GRPC, "none", rotel.grpc()),
        (4, GRPC, "gzip", rotel.grpc()),
    ];
    for (number, protocol, compression, endpoint) in ways {
        let trace = ask(number, protocol, compression, &endpoint).await;
        let case = format!("{protocol}, {compression}");
        let spans = arrived(&case, SPANS, || of(&trace, rotel.spans())).await;
        shows_a_request(&case, &spans);
        let records = arrived(&case, 1, || of(&trace, rotel.records())).await;
        shows_a_line(&case, &records[0], &spans);
    }
}

#[tokio::test]
async fn otelite_takes_every_form() {
    let otelite = Otelite::start().await;
    let ways = [
        (5, HTTP, "none", otelite.http()),
        (6, HTTP, "gzip", otelite.http()),
        // Its gRPC takes no gzip.
        (7, GRPC, "none", otelite.grpc()),
    ];
    for (number, protocol, compression, endpoint) in ways {
        let trace = ask(number, protocol, compression, &endpoint).await;
        let case = format!("{protocol}, {compression}");
        let spans = otelite.trace(&trace, SPANS).await;
        let server = spans.iter().find(|span| span["name"] == "GET /api/workouts/{id}");
        let server = server.unwrap_or_else(|| panic!("{case}: {spans:#?}"));
        assert_eq!(server["parent_span_id"], CALLER, "{case}");
        assert_eq!(server["attributes"]["http.route"], "/api/workouts/{id}", "{case}");
        assert_eq!(server["attributes"]["http.response.status_code"], "200", "{case}");
        assert_eq!(server["resource"]["attributes"]["service.name"], "workouts", "{case}");
        let found = "SELECT body, severity_number, span_id FROM logs WHERE trace_id = ";
        let lines = arrived(&case, 1, || otelite.rows(&format!("{found}'{trace}'"))).await;
        let [body, severity, span] = lines[0].as_slice() else { panic!("{case}: {lines:?}") };
        assert_eq!(body, "GET /api/workouts/{id} 200", "{case}");
        assert_eq!((severity, span), (&Value::from(9), &server["span_id"]), "{case}");
    }
}

/// Has an exporter serve one request of a trace, and leave; the trace's ID.
async fn ask(number: u8, protocol: &str, compression: &str, endpoint: &str) -> String {
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", compression),
        ("OTEL_LOGS_EXPORTER", "otlp"),
        ("OTEL_SERVICE_NAME", "workouts"),
        // Nothing leaves before the end.
        ("OTEL_BSP_SCHEDULE_DELAY", "3600000"),
        ("OTEL_BLRP_SCHEDULE_DELAY", "3600000"),
    ];
    let exporter = Exporter::start_with(0, &variables).await;
    let trace = format!("{:032x}", 0x7e57_0000_u64 + u64::from(number));
    let traceparent = format!("00-{trace}-{CALLER}-01");
    let url = format!("{}/api/workouts/7", exporter.service);
    let reply = client::try_get(&url, &[("traceparent", &traceparent)]).await.unwrap();
    assert_eq!(reply.status, StatusCode::OK);
    assert!(exporter.stop().await.success());
    trace
}

/// What is found, once it is as much as is expected.
async fn arrived<T>(case: &str, count: usize, find: impl Fn() -> Vec<T>) -> Vec<T> {
    wait_until(case, DEADLINE, async || {
        let found = find();
        if found.len() == count { Ok(found) } else { Err(found.len()) }
    })
    .await
}

fn of(trace: &str, told: Vec<Told>) -> Vec<Told> {
    told.into_iter().filter(|each| each.field("Trace ID") == trace).collect()
}

fn shows_a_request(case: &str, spans: &[Told]) {
    let server = spans.iter().find(|span| span.field("Kind") == "SPAN_KIND_SERVER");
    let server = server.unwrap_or_else(|| panic!("{case}: {spans:#?}"));
    assert_eq!(server.field("Name"), "GET /api/workouts/{id}", "{case}");
    assert_eq!(server.field("Parent ID"), CALLER, "{case}");
    assert_eq!(server.text("http.route"), Some("/api/workouts/{id}"), "{case}");
    assert_eq!(server.attributes["http.response.status_code"], "Int(200)", "{case}");
    for span in spans {
        assert_eq!(span.of_resource("service.name"), Some("workouts"), "{case}");
        let parent = spans.iter().any(|other| other.field("ID") == span.field("Parent ID"));
        assert!(parent || span.field("ID") == server.field("ID"), "{case}: {span:#?}");
        let [start, end] = ["Start time", "End time"].map(|name| span.field(name).parse::<u64>());
        assert!(start.unwrap() < end.unwrap(), "{case}: {span:#?}");
    }
}

/// Of the request's own line.
fn shows_a_line(case: &str, record: &Told, spans: &[Told]) {
    assert_eq!(record.field("Body"), "Str(GET /api/workouts/{id} 200)", "{case}");
    assert_eq!(record.field("SeverityNumber"), "SEVERITY_NUMBER_INFO(9)", "{case}");
    assert_eq!(record.of_resource("service.name"), Some("workouts"), "{case}");
    let span = spans.iter().find(|span| span.field("ID") == record.field("Span ID"));
    let span = span.unwrap_or_else(|| panic!("{case}: {record:#?}"));
    assert_eq!(span.field("Kind"), "SPAN_KIND_SERVER", "{case}");
}
