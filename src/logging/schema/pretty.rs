//! `Pretty`: for eyes. What is the same on every line is left out, and IDs stand at the end.

use crate::logging::encode::Syntax;

use super::table::Entry::Value;
use super::table::{Slot, Table};

const ENTRIES: &[super::table::Entry] = &[
    Value("", Slot::Timestamp),
    Value("", Slot::Level),
    Value("", Slot::Target),
    Value("", Slot::Message),
    Value("error.type", Slot::ErrorKind),
    Value("error", Slot::ErrorMessage),
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
    Value("error.stack", Slot::ErrorStack),
    Value("error.id", Slot::ReportId),
    Value("user_id", Slot::User),
    Value("endpoint", Slot::Endpoint),
    Value("request_id", Slot::RequestId),
    Value("trace_id", Slot::TraceId),
    Value("truncated", Slot::Truncated),
];

pub(super) const PLAIN: Table = Table {
    syntax: Syntax::Pretty { colours: false },
    levels: ["ERROR", "WARN ", "INFO ", "DEBUG", "TRACE"],
    entries: ENTRIES,
    reserved: &[],
    is_nested: false,
};

pub(super) const COLOURED: Table = Table {
    syntax: Syntax::Pretty { colours: true },
    levels: [
        "\u{1b}[1;31mERROR\u{1b}[0m",
        "\u{1b}[33mWARN\u{1b}[0m ",
        "\u{1b}[32mINFO\u{1b}[0m ",
        "\u{1b}[34mDEBUG\u{1b}[0m",
        "\u{1b}[35mTRACE\u{1b}[0m",
    ],
    ..PLAIN
};
