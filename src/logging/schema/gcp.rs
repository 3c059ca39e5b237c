//! `Gcp`: what Google Cloud's logging agents and Error Reporting look for.

use crate::logging::encode::Syntax;

use super::table::Entry::{Object, Value};
use super::table::{Slot, Table};

pub(super) const TABLE: Table = Table {
    syntax: Syntax::Json { wide_as_text: false },
    levels: ["ERROR", "WARNING", "INFO", "DEBUG", "DEBUG"],
    entries: &[
        Value("time", Slot::Timestamp),
        Value("severity", Slot::Level),
        Value("message", Slot::Message),
        Value("target", Slot::Target),
        Object(
            "serviceContext",
            &[Value("service", Slot::Service), Value("version", Slot::Version)],
        ),
        Value("environment", Slot::Environment),
        Value("logging.googleapis.com/trace", Slot::Trace),
        Value("logging.googleapis.com/spanId", Slot::SpanId),
        Value("logging.googleapis.com/trace_sampled", Slot::Sampled),
        Value("requestId", Slot::RequestId),
        Value("endpoint", Slot::Endpoint),
        Value("userId", Slot::User),
        Object(
            "error",
            &[
                Value("type", Slot::ErrorKind),
                Value("message", Slot::ErrorMessage),
                Value("id", Slot::ReportId),
            ],
        ),
        Value("stack_trace", Slot::ErrorStack),
        Object(
            "httpRequest",
            &[
                Value("requestMethod", Slot::Method),
                Value("status", Slot::Status),
                Value("latency", Slot::Latency),
                Value("requestSize", Slot::RequestSize),
                Value("responseSize", Slot::ResponseSize),
            ],
        ),
        Value("grpcStatus", Slot::GrpcStatus),
        Value("outcome", Slot::Outcome),
        Value("shape", Slot::Shape),
        Value("timeToHead", Slot::HeadSeconds),
        Value("", Slot::Members),
        Value("truncated", Slot::Truncated),
    ],
    // Taken out of the record by the agents.
    reserved: &[
        "@type",
        "httpRequest",
        "log",
        "logName",
        "timestamp",
        "timestampSeconds",
        "timestampNanos",
        "logging.googleapis.com/insertId",
        "logging.googleapis.com/labels",
        "logging.googleapis.com/operation",
        "logging.googleapis.com/sourceLocation",
    ],
    is_nested: false,
};
