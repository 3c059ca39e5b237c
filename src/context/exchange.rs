//! One finished request, as every signal sees it.

use std::time::{Duration, SystemTime};

use http::Version;

use super::{Outcome, RequestContext, Seen};

/// Everything there is to say about one finished request.
///
/// Made once for each request, whatever ended it, and handed to metrics, logs, traces and reports
/// alike, so that they cannot disagree.
#[cfg_attr(not(feature = "otlp"), expect(dead_code, reason = "there are no spans"))]
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Exchange<'a> {
    /// IDs, route, user: what was known while the request ran.
    pub context: &'a RequestContext,
    /// How it ended.
    pub outcome: Outcome,
    /// The HTTP status sent; 499 if the client was gone before it, 500 if a panic was.
    pub status: u16,
    /// The gRPC status, if this was a gRPC call; 2 (unknown) if none was sent.
    pub grpc_status: Option<u8>,
    /// What kind of response it was.
    pub shape: Shape,
    /// When the request's head had arrived.
    pub started: SystemTime,
    /// From there to the end of the response's body.
    pub duration: Duration,
    /// From there to the response's head, if there was one.
    pub time_to_head: Option<Duration>,
    /// Bytes of the request's body by its `content-length`, if it had one.
    pub request_bytes: Option<u64>,
    /// Bytes of the response's body that were handed to the server.
    pub response_bytes: u64,
    pub(crate) is_grpc: bool,
    pub(crate) version: Version,
    pub(crate) seen: &'a Seen,
}

/// What kind of response a request got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One response, as long as it takes to make: its duration is a latency.
    Unary,
    /// Server-sent events and other streams, which last as long as somebody listens.
    Stream,
    /// The connection went on in another protocol.
    Upgrade,
}

/// One finished run of a job.
#[cfg_attr(not(feature = "sentry"), expect(dead_code, reason = "nothing is reported"))]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run<'a> {
    pub(crate) context: &'a RequestContext,
    pub(crate) outcome: Outcome,
    pub(crate) plan: Plan,
}

/// What is declared of a job's runs.
#[cfg_attr(not(feature = "sentry"), expect(dead_code, reason = "nothing is reported"))]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// When they are to be, in cron's five fields or as `@daily` and the like.
    pub(crate) schedule: Option<&'static str>,
    /// How long each may take.
    pub(crate) max_runtime: Option<Duration>,
}

/// Takes finished requests; one for each signal.
pub(crate) trait Record: Send + Sync {
    fn record(&self, exchange: &Exchange<'_>);

    /// The same of a request that is left out, such as a probe or a scrape: for nobody but whoever
    /// asks for it.
    fn record_excluded(&self, _exchange: &Exchange<'_>) {}

    /// The head of a response is sent whose body may last for hours.
    fn begin_stream(&self, _context: &RequestContext) {}

    /// A job's run has begun.
    fn begin_run(&self, _context: &RequestContext, _plan: Plan) {}

    /// A job's run, which is a request that nobody has sent and no exchange comes of.
    fn record_run(&self, _run: &Run<'_>) {}
}
