//! `RequestContext`: what is known of a request while it runs.

use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering, fence};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime};

use once_cell::race::OnceBox;

use super::accept::Acceptor;
use super::current::{Entered, InContext, current};
use super::exchange::Record;
use super::hub::RequestHub;
use super::kept::Kept;
use super::method::Verb;
use super::reported::Reported;
use super::root_span::RootSpan;
use super::route::{Route, Routes, UNMATCHED};
use super::unsaid::{Open, Tell, Unsaid, Waiting};
use super::{Baggage, RequestId, SpanContext, SpanId, TraceFlags, TraceId, TraceState};

/// The request that the running code belongs to: its IDs, its endpoint, its user.
///
/// [`ServerLayer`](crate::middleware::ServerLayer) makes one for each request, and it is current
/// at every poll of the handler and of the response's body, whatever the log level and without
/// any subscriber. Work moved to another task takes it along with [`spawn`](super::spawn) or
/// [`scope`](Self::scope). Cloning it is cheap.
#[derive(Clone, Debug)]
pub struct RequestContext {
    pub(super) inner: Arc<Inner>,
}

#[cfg_attr(not(feature = "sentry"), expect(dead_code, reason = "nothing is reported"))]
#[derive(Debug)]
pub(super) struct Inner {
    start: Start,
    acceptor: Arc<Acceptor>,
    /// Of the endpoint among the routes; a layer nearer to the handler may know it better.
    route: AtomicUsize,
    user: OnceLock<Box<str>>,
    marks: AtomicU8,
    /// Made when there is something to keep.
    kept: OnceBox<Kept>,
    /// Made by the first call that does not say itself how it ended.
    unsaid: OnceBox<Unsaid>,
    /// Made when there is something to say of the request's span before its end.
    root: OnceBox<RootSpan>,
    reported: Reported,
    hub: RequestHub,
}

/// What is known when the request's head has arrived.
#[derive(Debug)]
pub(crate) struct Start {
    pub(crate) request_id: RequestId,
    pub(crate) trace_id: TraceId,
    /// The server span's own ID.
    pub(crate) span_id: SpanId,
    /// As the caller sent them; whether the trace is sampled is decided here.
    pub(crate) flags: TraceFlags,
    /// The caller's span, if it is trusted.
    pub(crate) parent: Option<SpanId>,
    /// Apart, because few requests have any of it.
    pub(crate) rest: Option<Box<Rest>>,
    pub(crate) verb: Verb,
    pub(crate) at: Instant,
    /// How long after the telemetry's routes were made that was.
    pub(crate) age: Duration,
    pub(crate) wall: SystemTime,
}

/// What else a request's headers may bring.
#[derive(Debug, Default)]
pub(crate) struct Rest {
    pub(crate) tracestate: Option<TraceState>,
    /// The caller's span, if it is not trusted.
    pub(crate) link: Option<SpanContext>,
    pub(crate) baggage: Option<Baggage>,
    /// The job that this is a run of, which is no request of anybody's.
    pub(crate) job: Option<&'static str>,
}

const UNRECORDED: u8 = 1;
const PANICKED: u8 = 2;
const OVER: u8 = 4;
const SAMPLED: u8 = 8;
/// Not sampled, but its spans wait to see how it ends.
const HELD: u8 = 16;
/// It is sent as a transaction.
const GATHERED: u8 = 32;
/// Spans are made of it, for any of these reasons.
const TRACED: u8 = 64;
const SAMPLING: u8 = SAMPLED | HELD | GATHERED | TRACED;
/// A longer user ID is taken for its first part.
pub(crate) const MAX_USER_BYTES: usize = 128;

impl RequestContext {
    /// The context of the request that the calling code belongs to, if it belongs to one.
    pub fn current() -> Option<Self> {
        current()
    }

    /// Runs `future` as part of this request, wherever it is polled.
    pub fn scope<F: Future>(self, future: F) -> InContext<F> {
        InContext::new(future, Some(self))
    }

    /// Runs `work` as part of this request, on the calling thread.
    pub fn sync_scope<T>(self, work: impl FnOnce() -> T) -> T {
        let mut slot = Some(self);
        let _entered = Entered::new(&mut slot);
        work()
    }

    /// The request's ID: the caller's `x-request-id`, or a new UUIDv7.
    pub fn request_id(&self) -> &RequestId {
        &self.inner.start.request_id
    }

    /// The trace that the request is part of.
    pub fn trace_id(&self) -> TraceId {
        self.inner.start.trace_id
    }

    /// The ID of this request's own span.
    pub fn span_id(&self) -> SpanId {
        self.inner.start.span_id
    }

    /// The caller's span, which this request's own one is a child of, if the caller is trusted.
    pub fn parent_span_id(&self) -> Option<SpanId> {
        self.inner.start.parent
    }

    /// The caller's span, if the caller is not trusted: the trace points at it, no more.
    pub fn link(&self) -> Option<&SpanContext> {
        self.inner.start.rest.as_ref()?.link.as_ref()
    }

    /// The trace's flags as they are handed on.
    pub fn trace_flags(&self) -> TraceFlags {
        self.inner.start.flags.with_sampled(self.is_sampled())
    }

    /// Whether the trace is recorded.
    pub fn is_sampled(&self) -> bool {
        self.inner.marks.load(Ordering::Relaxed) & SAMPLED != 0
    }

    /// The baggage that came with the request.
    pub fn baggage(&self) -> Option<&Baggage> {
        self.inner.start.rest.as_ref()?.baggage.as_ref()
    }

    /// The request's method; `_OTHER` for one that RFC 9110 and RFC 5789 do not name.
    pub fn method(&self) -> &'static str {
        self.inner.start.verb.as_str()
    }

    /// The template of the route that the request matched, such as `/users/{id}`; `unmatched`
    /// if none is known. Never a raw path. In a job's run it is the job's name.
    pub fn endpoint(&self) -> &str {
        self.job().unwrap_or_else(|| self.route().map_or(UNMATCHED, Route::template))
    }

    /// Who makes the request, if the service has said so.
    pub fn user(&self) -> Option<&str> {
        self.inner.user.get().map(AsRef::as_ref)
    }

    /// Says who makes the request. The first call counts; at most 128 bytes are kept.
    ///
    /// It is counted in `active_users` and stands in the request's log lines and reports, so let
    /// it be an opaque ID rather than a name or an address.
    pub fn set_user(&self, user: &str) {
        let kept = user.floor_char_boundary(MAX_USER_BYTES);
        self.inner.user.get_or_init(|| user.get(..kept).unwrap_or_default().into());
    }

    /// Leaves this request out of metrics, traces and access logs, as probes and scrapes are.
    pub fn exclude(&self) {
        self.inner.marks.fetch_or(UNRECORDED, Ordering::Relaxed);
        self.inner.marks.fetch_and(!SAMPLING, Ordering::Relaxed);
    }

    pub(crate) fn new(start: Start, acceptor: Arc<Acceptor>, route: usize) -> Self {
        let sampling = sampling(&start, &acceptor, route);
        let hub = acceptor.hubs.begin();
        let inner = Arc::new(Inner {
            start,
            acceptor,
            route: AtomicUsize::new(route),
            user: OnceLock::new(),
            marks: AtomicU8::new(sampling),
            kept: OnceBox::new(),
            unsaid: OnceBox::new(),
            root: OnceBox::new(),
            reported: Reported::default(),
            hub,
        });
        inner.hub.attach(&inner);
        Self { inner }
    }

    /// Whether both are of the same request.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }

    /// What it has for `sentry`'s own calls.
    #[inline]
    pub(super) fn request_hub(&self) -> &RequestHub {
        &self.inner.hub
    }

    pub(crate) fn acceptor(&self) -> &Arc<Acceptor> {
        &self.inner.acceptor
    }

    /// The job that this is a run of.
    #[inline]
    pub(crate) fn job(&self) -> Option<&'static str> {
        self.inner.start.rest.as_ref()?.job
    }

    pub(crate) fn start(&self) -> &Start {
        &self.inner.start
    }

    #[inline]
    pub(crate) fn verb(&self) -> Verb {
        self.inner.start.verb
    }

    pub(crate) fn tracestate(&self) -> Option<&TraceState> {
        self.inner.start.rest.as_ref()?.tracestate.as_ref()
    }

    pub(crate) fn routes(&self) -> &Routes {
        &self.inner.acceptor.routes
    }

    /// Who is told of the request when it has ended.
    pub(crate) fn records(&self) -> &[Arc<dyn Record>] {
        &self.inner.acceptor.records
    }

    /// How long ago the request's head arrived.
    pub(crate) fn elapsed(&self) -> Duration {
        let now = self.inner.acceptor.clock.now();
        now.saturating_duration_since(self.inner.start.at)
    }

    #[inline]
    pub(crate) fn is_service_leaving(&self) -> bool {
        self.inner.acceptor.is_leaving.load(Ordering::Relaxed)
    }

    pub(crate) fn route(&self) -> Option<&Route> {
        self.routes().at(self.inner.route.load(Ordering::Relaxed))
    }

    /// Says which route matched, when a layer outside the router could not know.
    pub(crate) fn set_route(&self, template: &str) {
        let Inner { start, acceptor, marks, .. } = &*self.inner;
        let route = self.routes().find(Some(template));
        self.inner.route.store(route, Ordering::Relaxed);
        let sampling = sampling(start, acceptor, route);
        // In one step, so that it is neither lost meanwhile nor undoes an exclusion.
        let mark = |marks: u8| {
            let sampling = if marks & UNRECORDED == 0 { sampling } else { 0 };
            let marked = (marks & !SAMPLING) | sampling;
            (marked != marks).then_some(marked)
        };
        let _ = marks.fetch_update(Ordering::Relaxed, Ordering::Relaxed, mark);
    }

    /// Where lines of the request wait for its end.
    pub(crate) fn keep(&self) -> &Kept {
        self.inner.kept.get_or_init(Box::default)
    }

    /// The lines that wait, if there have been any.
    pub(crate) fn kept(&self) -> Option<&Kept> {
        self.inner.kept.get()
    }

    /// Whether spans are made of it: they are exported, they wait to see how it ends, or it is
    /// sent as a transaction.
    #[inline]
    pub(crate) fn is_traced(&self) -> bool {
        self.inner.marks.load(Ordering::Relaxed) & TRACED != 0
    }

    pub(crate) fn is_excluded(&self) -> bool {
        self.inner.marks.load(Ordering::Relaxed) & UNRECORDED != 0
    }

    /// A panic was seen while this request ran, though somebody may have caught it.
    pub(crate) fn mark_panicked(&self) {
        self.inner.marks.fetch_or(PANICKED, Ordering::Relaxed);
    }

    pub(crate) fn has_panicked(&self) -> bool {
        self.inner.marks.load(Ordering::Relaxed) & PANICKED != 0
    }

    /// Lets the outcome of a call wait for the request's own, unless that is over or too many
    /// wait. `tell` is called if the request is found to have failed.
    pub(crate) fn leave_unsaid(&self, open: Open, tell: Option<Tell>) -> bool {
        let unsaid = self.inner.unsaid.get_or_init(Box::default);
        // Either this sees that the request is over, or its end sees what is left here.
        fence(Ordering::SeqCst);
        let is_over = || self.inner.marks.load(Ordering::Relaxed) & OVER != 0;
        unsaid.leave(open, tell, is_over)
    }

    /// Whether there have been calls that wait.
    #[inline]
    pub(crate) fn has_unsaid(&self) -> bool {
        self.inner.unsaid.get().is_some()
    }

    /// The calls that wait.
    pub(crate) fn unsaid(&self) -> Waiting {
        self.inner.unsaid.get().map(Unsaid::waiting).unwrap_or_default()
    }

    /// From here on no call waits any more.
    pub(super) fn end_unsaid(&self) -> Option<&Unsaid> {
        self.inner.marks.fetch_or(OVER, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        self.inner.unsaid.get()
    }
}

#[cfg(feature = "sentry")]
impl RequestContext {
    /// What it keeps for reports of it.
    pub(super) fn reported(&self) -> &Reported {
        &self.inner.reported
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.acceptor.hubs.end(&mut self.hub);
    }
}

#[cfg(feature = "otlp")]
impl RequestContext {
    /// Where its own span waits for what is said of it.
    pub(crate) fn root(&self) -> &RootSpan {
        self.inner.root.get_or_init(Box::default)
    }

    /// Whether it is sent as a transaction, with its spans.
    pub(crate) fn is_gathered(&self) -> bool {
        self.inner.marks.load(Ordering::Relaxed) & GATHERED != 0
    }

    /// What was said of its own span, if anything was.
    pub(crate) fn said_of_root(&self) -> Option<&RootSpan> {
        self.inner.root.get()
    }
}

/// The marks by which a request is sampled, or its spans wait.
#[inline]
fn sampling(start: &Start, acceptor: &Acceptor, route: usize) -> u8 {
    // A job's rule is found by its name.
    let share = match start.rest.as_ref().and_then(|rest| rest.job) {
        Some(job) => acceptor.routes.trace_share(job),
        None => match acceptor.routes.at(route) {
            Some(route) if route.is_excluded() => return 0,
            route => route.and_then(Route::trace_share),
        },
    };
    let sampler = share.map_or(acceptor.sampler, |share| acceptor.sampler.with_share(share));
    let caller = start.parent.map(|_| start.flags);
    let is_never = share == Some(0.0);
    let sampling = if sampler.sample(caller, start.trace_id) {
        if acceptor.exports_spans { SAMPLED | TRACED } else { SAMPLED }
    } else if acceptor.held.is_some() && !is_never {
        HELD | TRACED
    } else {
        0
    };
    match &acceptor.gathering {
        Some(gathering) if !is_never && gathering.wants(start.trace_id) => {
            sampling | GATHERED | TRACED
        }
        _ => sampling,
    }
}
