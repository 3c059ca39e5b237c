//! What a format's table is made of.

use crate::logging::encode::Syntax;
use crate::logging::timestamp;

/// A format: what stands on its lines, in order.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) syntax: Syntax,
    /// From ERROR to TRACE.
    pub(super) levels: [&'static str; 5],
    pub(super) entries: &'static [Entry],
    /// Further keys that mean something to the format's readers.
    pub(super) reserved: &'static [&'static str],
    /// Whether readers make objects of `a.b`, so that it cannot stand beside `a`.
    pub(super) is_nested: bool,
}

/// One place on a line.
#[derive(Clone, Copy, Debug)]
pub(super) enum Entry {
    /// A key and its value; without a key the value stands alone.
    Value(&'static str, Slot),
    /// A key and a text that is always the same.
    Fixed(&'static str, &'static str),
    /// A key and what stands in its object.
    Object(&'static str, &'static [Entry]),
}

/// A value of a line.
#[cfg_attr(not(feature = "otlp"), expect(dead_code, reason = "records alone tell the job"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    // What is the same on every line of a call site.
    Level,
    /// OpenTelemetry's severity: 1, 5, 9, 13, 17.
    SeverityNumber,
    Target,
    Service,
    Version,
    Environment,
    Instance,
    /// The moment, for which the call site's constants leave room.
    Timestamp,
    // What each line has of its own.
    Message,
    /// The user's fields.
    Members,
    /// Whether the line was cut.
    Truncated,
    /// Of the request, or else of a field.
    User,
    // Of the request.
    RequestId,
    TraceId,
    /// The trace ID with Google Cloud's project before it.
    Trace,
    SpanId,
    /// Two hex digits.
    TraceFlags,
    /// Whether the trace is recorded.
    Sampled,
    Endpoint,
    /// Of a run, in place of the endpoint.
    Job,
    // Of an error.
    ErrorKind,
    ErrorMessage,
    ErrorStack,
    /// The identity that the error's report has.
    ReportId,
    // Of a finished request.
    Method,
    Status,
    GrpcStatus,
    Outcome,
    /// The outcome as one of ECS's three.
    EcsOutcome,
    /// What kind of response it was, if not one that is a latency.
    Shape,
    /// Milliseconds.
    DurationMs,
    HeadMs,
    /// Seconds.
    DurationSeconds,
    HeadSeconds,
    /// Nanoseconds.
    DurationNanos,
    HeadNanos,
    /// Seconds with an `s`.
    Latency,
    RequestBytes,
    ResponseBytes,
    /// As digits in a text.
    RequestSize,
    ResponseSize,
}

/// What a slot's value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    CallSite,
    Line,
    Context,
    Failure,
    Exchange,
}

impl Entry {
    pub(super) fn name(&self) -> &'static str {
        let (Self::Value(name, _) | Self::Fixed(name, _) | Self::Object(name, _)) = self;
        name
    }

    /// Whether it is known of spans outside of requests, too.
    pub(super) fn is_of_span(&self) -> bool {
        use Slot::{Sampled, SpanId, Trace, TraceFlags, TraceId};
        matches!(self, Self::Value(_, TraceId | Trace | SpanId | TraceFlags | Sampled))
    }

    pub(super) fn source(&self) -> Source {
        match self {
            Self::Value(_, slot) => slot.source(),
            Self::Fixed(..) => Source::CallSite,
            Self::Object(_, entries) => {
                let mut sources = entries.iter().map(Self::source);
                let first = sources.next();
                // Where sources differ, each is asked for within the object.
                first.filter(|first| sources.all(|other| other == *first)).unwrap_or(Source::Line)
            }
        }
    }
}

impl Slot {
    pub(super) fn source(self) -> Source {
        match self {
            Self::Level
            | Self::SeverityNumber
            | Self::Target
            | Self::Service
            | Self::Version
            | Self::Environment
            | Self::Instance
            | Self::Timestamp => Source::CallSite,
            Self::Message | Self::Members | Self::Truncated | Self::User => Source::Line,
            Self::RequestId
            | Self::TraceId
            | Self::Trace
            | Self::SpanId
            | Self::TraceFlags
            | Self::Sampled
            | Self::Endpoint
            | Self::Job => Source::Context,
            Self::ErrorKind | Self::ErrorMessage | Self::ErrorStack | Self::ReportId => {
                Source::Failure
            }
            _ => Source::Exchange,
        }
    }

    /// The length of a value that always has the same.
    pub(super) fn length(self) -> Option<usize> {
        match self {
            Self::Timestamp => Some(timestamp::LENGTH),
            Self::TraceId | Self::Trace => Some(32),
            Self::SpanId => Some(16),
            Self::TraceFlags => Some(2),
            _ => None,
        }
    }

    /// Whether its value is a text that is written as it is, because nothing in it needs escaping.
    pub(super) fn is_bare_text(self) -> bool {
        matches!(
            self,
            Self::Timestamp
                | Self::RequestId
                | Self::TraceId
                | Self::Trace
                | Self::SpanId
                | Self::TraceFlags
                | Self::ReportId
                | Self::Method
                | Self::Outcome
                | Self::EcsOutcome
                | Self::Shape
                | Self::Latency
                | Self::RequestSize
                | Self::ResponseSize
        )
    }
}
