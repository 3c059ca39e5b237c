//! What an export carries, read by the protocol's own definitions.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::logs::v1 as logs;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1 as trace;
use prost::Message;
use serde_json::{Value, json};

use super::{Attributes, Event, Link, LogRecord, Span};

#[derive(Default)]
pub(super) struct Carried {
    pub(super) spans: Vec<Span>,
    pub(super) records: Vec<LogRecord>,
}

pub(super) fn read(path: &str, message: &[u8]) -> Carried {
    match path {
        "/v1/traces" | "/opentelemetry.proto.collector.trace.v1.TraceService/Export" => {
            Carried { spans: spans(message), ..Carried::default() }
        }
        "/v1/logs" | "/opentelemetry.proto.collector.logs.v1.LogsService/Export" => {
            Carried { records: records(message), ..Carried::default() }
        }
        // A path of a collector's own.
        _ => Carried { spans: spans(message), ..Carried::default() },
    }
}

fn spans(message: &[u8]) -> Vec<Span> {
    let request = ExportTraceServiceRequest::decode(message).expect("an export of spans");
    let mut spans = Vec::new();
    for group in request.resource_spans {
        let resource = resource(group.resource);
        for of_scope in group.scope_spans {
            let scope = scope(of_scope.scope);
            spans.extend(of_scope.spans.into_iter().map(|found| span(found, &resource, &scope)));
        }
    }
    spans
}

fn span(found: trace::Span, resource: &Attributes, scope: &str) -> Span {
    let status = found.status.unwrap_or_default();
    Span {
        trace_id: hex(&found.trace_id),
        span_id: hex(&found.span_id),
        parent: hex(&found.parent_span_id),
        name: found.name,
        kind: kind(found.kind),
        start: found.start_time_unix_nano,
        end: found.end_time_unix_nano,
        tracestate: found.trace_state,
        flags: found.flags,
        attributes: attributes(found.attributes),
        dropped_attributes: found.dropped_attributes_count,
        events: found.events.into_iter().map(event).collect(),
        dropped_events: found.dropped_events_count,
        links: found.links.into_iter().map(link).collect(),
        dropped_links: found.dropped_links_count,
        status: ["unset", "ok", "error"][usize::try_from(status.code).unwrap()],
        status_message: status.message,
        resource: resource.clone(),
        scope: scope.to_owned(),
    }
}

fn kind(number: i32) -> &'static str {
    let kinds = ["unspecified", "internal", "server", "client", "producer", "consumer"];
    kinds[usize::try_from(number).unwrap()]
}

fn event(found: trace::span::Event) -> Event {
    Event {
        name: found.name,
        time: found.time_unix_nano,
        attributes: attributes(found.attributes),
        dropped_attributes: found.dropped_attributes_count,
    }
}

fn link(found: trace::span::Link) -> Link {
    Link {
        trace_id: hex(&found.trace_id),
        span_id: hex(&found.span_id),
        tracestate: found.trace_state,
        flags: found.flags,
        attributes: attributes(found.attributes),
        dropped_attributes: found.dropped_attributes_count,
    }
}

fn records(message: &[u8]) -> Vec<LogRecord> {
    let request = ExportLogsServiceRequest::decode(message).expect("an export of log records");
    let mut records = Vec::new();
    for group in request.resource_logs {
        let resource = resource(group.resource);
        for of_scope in group.scope_logs {
            let scope = scope(of_scope.scope);
            let found = of_scope.log_records.into_iter();
            records.extend(found.map(|found| record(found, &resource, &scope)));
        }
    }
    records
}

fn record(found: logs::LogRecord, resource: &Attributes, scope: &str) -> LogRecord {
    LogRecord {
        time: found.time_unix_nano,
        observed: found.observed_time_unix_nano,
        severity: found.severity_number,
        severity_text: found.severity_text,
        event_name: found.event_name,
        body: value(found.body),
        attributes: attributes(found.attributes),
        dropped_attributes: found.dropped_attributes_count,
        flags: found.flags,
        trace_id: hex(&found.trace_id),
        span_id: hex(&found.span_id),
        resource: resource.clone(),
        scope: scope.to_owned(),
    }
}

fn resource(found: Option<Resource>) -> Attributes {
    attributes(found.expect("a resource").attributes)
}

fn scope(found: Option<InstrumentationScope>) -> String {
    let found = found.expect("a scope");
    format!("{} {}", found.name, found.version)
}

fn attributes(found: Vec<KeyValue>) -> Attributes {
    let mut attributes = Attributes::new();
    for KeyValue { key, value: found, .. } in found {
        let twice = attributes.insert(key.clone(), value(found));
        assert_eq!(twice, None, "{key} stands twice");
    }
    attributes
}

fn value(found: Option<AnyValue>) -> Value {
    match found.and_then(|found| found.value) {
        None => Value::Null,
        Some(Any::StringValue(text)) => text.into(),
        Some(Any::BoolValue(value)) => value.into(),
        Some(Any::IntValue(value)) => value.into(),
        Some(Any::DoubleValue(value)) => value.into(),
        Some(Any::BytesValue(bytes)) => json!({ "bytes": hex(&bytes) }),
        Some(Any::ArrayValue(array)) => {
            array.values.into_iter().map(|found| value(Some(found))).collect()
        }
        Some(Any::KvlistValue(list)) => attributes(list.values).into_iter().collect(),
        Some(other) => panic!("{other:?}"),
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}
