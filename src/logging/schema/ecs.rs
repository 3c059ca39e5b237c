//! `Ecs`: the Elastic Common Schema, for Elasticsearch's `_bulk` without a pipeline.

use crate::logging::encode::Syntax;

use super::table::Entry::{Fixed, Value};
use super::table::{Slot, Table};

pub(super) const TABLE: Table = Table {
    // Elasticsearch refuses a document for an integer that no `long` holds.
    syntax: Syntax::Json { wide_as_text: true },
    levels: ["error", "warn", "info", "debug", "trace"],
    entries: &[
        Value("@timestamp", Slot::Timestamp),
        Value("log.level", Slot::Level),
        Value("message", Slot::Message),
        Fixed("ecs.version", "8.11.0"),
        Value("log.logger", Slot::Target),
        Value("service.name", Slot::Service),
        Value("service.version", Slot::Version),
        Value("service.environment", Slot::Environment),
        Value("service.node.name", Slot::Instance),
        Value("trace.id", Slot::TraceId),
        Value("span.id", Slot::SpanId),
        Value("http.request.id", Slot::RequestId),
        Value("http.route", Slot::Endpoint),
        Value("user.id", Slot::User),
        Value("error.type", Slot::ErrorKind),
        Value("error.message", Slot::ErrorMessage),
        Value("error.stack_trace", Slot::ErrorStack),
        Value("error.id", Slot::ReportId),
        Value("http.request.method", Slot::Method),
        Value("http.response.status_code", Slot::Status),
        Value("event.outcome", Slot::EcsOutcome),
        Value("event.duration", Slot::DurationNanos),
        Value("http.request.body.bytes", Slot::RequestBytes),
        Value("http.response.body.bytes", Slot::ResponseBytes),
        Value("http.response.time_to_head", Slot::HeadNanos),
        Value("http.outcome", Slot::Outcome),
        Value("http.shape", Slot::Shape),
        Value("rpc.grpc.status_code", Slot::GrpcStatus),
        Value("", Slot::Members),
        Value("truncated", Slot::Truncated),
    ],
    // Fields that Elasticsearch keeps for itself.
    reserved: &["_id", "_index", "_source", "_type", "_routing", "_ignored", "_field_names"],
    is_nested: true,
};
