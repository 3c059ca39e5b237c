//! One finished call to a dependency, as every signal sees it, and its place in a trace.

use std::error::Error;
use std::time::{Duration, SystemTime};

use http::Version;
use tracing::Span;

use super::{Outcome, RequestContext, SpanId, SpanIds, Verb};

/// A call to a database, a cache or another service that has ended.
#[cfg_attr(not(feature = "otlp"), expect(dead_code, reason = "there are no spans"))]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call<'a> {
    pub(crate) dependency: &'static str,
    pub(crate) operation: &'static str,
    /// `ServerError` also when there was no answer.
    pub(crate) outcome: Outcome,
    pub(crate) duration: Duration,
    /// None where no span is made of it.
    pub(crate) span: Option<&'a CallSpan>,
}

/// Takes finished calls.
pub(crate) trait RecordCall: Send + Sync {
    fn record(&self, call: &Call<'_>);
}

/// How a function's call went, as the span that it ran in is told.
#[cfg_attr(not(feature = "otlp"), expect(dead_code, reason = "there are no spans"))]
#[derive(Clone, Copy)]
pub(crate) struct CallEnd<'a> {
    /// Of a call to one: its name, and what was asked of it.
    pub(crate) dependency: Option<(&'static str, &'static str)>,
    /// None where the request's end will say it.
    pub(crate) outcome: Option<Outcome>,
    /// What says of itself why, if anything does.
    pub(crate) failure: Option<&'a dyn Fn() -> Box<dyn Error>>,
}

/// Tells spans how the calls went that ran in them.
pub(crate) trait EndSpan: Send + Sync {
    fn end(&self, span: &Span, end: &CallEnd<'_>);
}

/// Nobody is told.
impl EndSpan for () {
    fn end(&self, _: &Span, _: &CallEnd<'_>) {}
}

/// Says where in a trace a call is made.
pub(crate) trait PlaceCalls: Send + Sync {
    /// The place of a call made now, in this request. `carried` finds the span that the call's own
    /// headers name. None where nothing is known of any trace.
    fn place(
        &self,
        context: Option<&RequestContext>,
        carried: &dyn Fn() -> Option<SpanIds>,
    ) -> Option<TracePlace>;

    /// The request that the span around was made in, for tasks that took along no more than it.
    fn request(&self) -> Option<RequestContext>;
}

/// Where in a trace a call is made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TracePlace {
    /// What is handed on: the call's own span, where one is made, else what it is within.
    pub(crate) ids: SpanIds,
    pub(crate) parent: Option<SpanId>,
    /// Whether a span is made.
    pub(crate) is_recorded: bool,
}

/// What the span of a call says beside what every signal does.
#[cfg_attr(not(feature = "otlp"), expect(dead_code, reason = "there are no spans"))]
#[derive(Debug)]
pub(crate) struct CallSpan {
    pub(crate) ids: SpanIds,
    pub(crate) parent: Option<SpanId>,
    /// The request that it was made in.
    pub(crate) context: Option<RequestContext>,
    pub(crate) started: SystemTime,
    pub(crate) asked: Asked,
    pub(crate) answered: Answered,
}

/// What was asked, and of whom.
#[cfg_attr(not(feature = "otlp"), expect(dead_code, reason = "there are no spans"))]
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) verb: Verb,
    /// The method of a gRPC call, as `package.Service/Method`, or `_OTHER`.
    pub(crate) grpc_method: Option<Box<str>>,
    /// Low in number, as its user says.
    pub(crate) template: Option<&'static str>,
    /// As it was called, where that is wanted.
    pub(crate) url: Option<Box<str>>,
    /// What the user calls it.
    pub(crate) operation: Option<&'static str>,
    pub(crate) address: Option<Box<str>>,
    pub(crate) port: Option<u16>,
    /// How often it was sent before.
    pub(crate) resends: u32,
}

/// What came back.
#[derive(Debug, Default)]
pub(crate) struct Answered {
    pub(crate) version: Option<Version>,
    pub(crate) status: Option<u16>,
    pub(crate) grpc_status: Option<u8>,
    /// The type of the error that came in place of an answer.
    pub(crate) failure: Option<&'static str>,
}
