//! `App`: what a service's own log viewer reads. The user's fields stand under `metadata`.

use crate::logging::encode::Syntax;

use super::table::Entry::{Object, Value};
use super::table::{Slot, Table};

pub(super) const TABLE: Table = Table {
    syntax: Syntax::Json { wide_as_text: false },
    levels: ["error", "warn", "info", "debug", "trace"],
    entries: &[
        Value("timestamp", Slot::Timestamp),
        Value("level", Slot::Level),
        Value("message", Slot::Message),
        Value("target", Slot::Target),
        Value("service", Slot::Service),
        Value("version", Slot::Version),
        Value("environment", Slot::Environment),
        Value("requestId", Slot::RequestId),
        Value("traceId", Slot::TraceId),
        Value("spanId", Slot::SpanId),
        Value("userId", Slot::User),
        Value("endpoint", Slot::Endpoint),
        Object(
            "error",
            &[
                Value("type", Slot::ErrorKind),
                Value("message", Slot::ErrorMessage),
                Value("stack", Slot::ErrorStack),
                Value("id", Slot::ReportId),
            ],
        ),
        Object(
            "metadata",
            &[
                Value("method", Slot::Method),
                Value("status", Slot::Status),
                Value("grpcStatus", Slot::GrpcStatus),
                Value("outcome", Slot::Outcome),
                Value("shape", Slot::Shape),
                Value("durationMs", Slot::DurationMs),
                Value("timeToHeadMs", Slot::HeadMs),
                Value("requestBytes", Slot::RequestBytes),
                Value("responseBytes", Slot::ResponseBytes),
                Value("", Slot::Members),
            ],
        ),
        Value("truncated", Slot::Truncated),
    ],
    reserved: &[],
    is_nested: false,
};
