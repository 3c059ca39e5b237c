//! `Otel`: flat, named as OpenTelemetry's log data model, its trace context in other formats and
//! its semantic conventions name things.

use crate::logging::encode::Syntax;

use super::table::Entry::Value;
use super::table::{Slot, Table};

pub(super) const TABLE: Table = Table {
    syntax: Syntax::Json { wide_as_text: false },
    levels: ["ERROR", "WARN", "INFO", "DEBUG", "TRACE"],
    entries: &[
        Value("timestamp", Slot::Timestamp),
        Value("severity_text", Slot::Level),
        Value("severity_number", Slot::SeverityNumber),
        Value("body", Slot::Message),
        Value("otel.scope.name", Slot::Target),
        Value("service.name", Slot::Service),
        Value("service.version", Slot::Version),
        Value("service.instance.id", Slot::Instance),
        Value("deployment.environment.name", Slot::Environment),
        Value("trace_id", Slot::TraceId),
        Value("span_id", Slot::SpanId),
        Value("trace_flags", Slot::TraceFlags),
        Value("request_id", Slot::RequestId),
        Value("http.route", Slot::Endpoint),
        Value("enduser.id", Slot::User),
        Value("exception.type", Slot::ErrorKind),
        Value("exception.message", Slot::ErrorMessage),
        Value("exception.stacktrace", Slot::ErrorStack),
        Value("error.id", Slot::ReportId),
        Value("http.request.method", Slot::Method),
        Value("http.response.status_code", Slot::Status),
        Value("rpc.grpc.status_code", Slot::GrpcStatus),
        Value("http.server.request.duration", Slot::DurationSeconds),
        Value("http.server.request.time_to_head", Slot::HeadSeconds),
        Value("http.request.body.size", Slot::RequestBytes),
        Value("http.response.body.size", Slot::ResponseBytes),
        Value("outcome", Slot::Outcome),
        Value("shape", Slot::Shape),
        Value("", Slot::Members),
        Value("truncated", Slot::Truncated),
    ],
    reserved: &[],
    is_nested: true,
};
