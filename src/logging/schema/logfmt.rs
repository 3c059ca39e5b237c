//! `Logfmt`: `key=value`, with `time`, `level` and `msg` as its readers expect them.

use crate::logging::encode::Syntax;

use super::table::Entry::Value;
use super::table::{Slot, Table};

pub(super) const TABLE: Table = Table {
    syntax: Syntax::Logfmt,
    levels: ["error", "warn", "info", "debug", "trace"],
    entries: &[
        Value("time", Slot::Timestamp),
        Value("level", Slot::Level),
        Value("msg", Slot::Message),
        Value("target", Slot::Target),
        Value("service", Slot::Service),
        Value("version", Slot::Version),
        Value("environment", Slot::Environment),
        Value("request_id", Slot::RequestId),
        Value("trace_id", Slot::TraceId),
        Value("span_id", Slot::SpanId),
        Value("user_id", Slot::User),
        Value("endpoint", Slot::Endpoint),
        Value("error.type", Slot::ErrorKind),
        Value("error", Slot::ErrorMessage),
        Value("error.stack", Slot::ErrorStack),
        Value("error.id", Slot::ReportId),
        Value("method", Slot::Method),
        Value("status", Slot::Status),
        Value("grpc_status", Slot::GrpcStatus),
        Value("outcome", Slot::Outcome),
        Value("shape", Slot::Shape),
        Value("duration_ms", Slot::DurationMs),
        Value("time_to_head_ms", Slot::HeadMs),
        Value("request_bytes", Slot::RequestBytes),
        Value("response_bytes", Slot::ResponseBytes),
        Value("", Slot::Members),
        Value("truncated", Slot::Truncated),
    ],
    reserved: &[],
    is_nested: false,
};
