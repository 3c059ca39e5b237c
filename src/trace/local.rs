//! Spans of `tracing`, within a request or outside of any.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tracing::Metadata;
use tracing::span::{Attributes as New, Record};

use crate::context::{REQUEST_SPAN, RequestContext, SpanId, SpanIds, TraceFlags, TraceId};
use crate::export::otlp::Value;

use super::fields::{MAX_NAME_BYTES, Visitor};
use super::lent::Lent;
use super::server::nanos;
use super::site::Site;
use super::state::State;
use super::{Ended, Kind, Shared, Traces, links};

/// A span of `tracing` that is recorded. A clone is the same span.
#[derive(Clone, Debug)]
pub(crate) struct LocalSpan(Arc<Node>);

#[derive(Debug)]
struct Node {
    ids: SpanIds,
    parent: Option<SpanId>,
    /// Begun here, with a sampling of its own, and not by a request.
    is_own_trace: bool,
    /// The request that it was made in.
    request: Option<RequestContext>,
    name: &'static str,
    anchor: Anchor,
    start: u64,
    /// None once it has ended, and where its trace is not sampled.
    state: Mutex<Option<Box<State>>>,
}

/// A moment by both clocks, so that the times of one trace go together, whatever is done to the
/// time of day.
#[derive(Clone, Copy, Debug)]
struct Anchor {
    at: Instant,
    /// Nanoseconds since 1970.
    wall: u64,
}

/// Where a new span goes.
struct Place {
    ids: SpanIds,
    parent: Option<SpanId>,
    is_own_trace: bool,
    anchor: Anchor,
    link: Option<SpanIds>,
}

/// What a new span is within.
#[derive(Clone, Copy)]
enum Within<'a> {
    Span(&'a LocalSpan),
    /// The request's own span.
    Request(&'a RequestContext),
    /// It begins a trace, and may point at where it comes from.
    Nothing(Option<SpanIds>),
}

impl Traces {
    /// Opens a span of a call site that is wanted: within the one given, which is the nearest that
    /// is recorded, or else at the root of the request, or as the root of a trace of its own.
    pub(crate) fn open(
        &self,
        new: &New<'_>,
        around: Option<&LocalSpan>,
        request: Option<&RequestContext>,
    ) -> Option<LocalSpan> {
        let within = Within::find(new, around, request)?;
        if matches!(within, Within::Nothing(_)) && !self.are_exported() {
            return None;
        }
        let Shared { sites, redactor, .. } = &*self.shared;
        sites.with(new.metadata(), redactor, |site| {
            let place = site.is_wanted.then(|| self.place(within))?;
            let is_sampled = !place.is_own_trace || place.ids.flags.is_sampled();
            let state = is_sampled.then(|| self.state(new, site, place.link));
            let Place { ids, parent, is_own_trace, anchor, .. } = place;
            Some(LocalSpan(Arc::new(Node {
                ids,
                parent,
                is_own_trace,
                request: request.cloned(),
                name: new.metadata().name(),
                start: self.now(anchor),
                anchor,
                state: Mutex::new(state),
            })))
        })
    }

    /// Takes values in place of those that were there.
    pub(crate) fn record_fields(
        &self,
        metadata: &'static Metadata<'static>,
        values: &Record<'_>,
        span: &LocalSpan,
    ) {
        if span.state().is_none() {
            return;
        }
        let Some(mut lent) = Lent::take() else { return };
        let Shared { sites, redactor, .. } = &*self.shared;
        sites.with(metadata, redactor, |site| {
            // A value's own code may use the span, so it runs before that is locked.
            let (fields, _) = lent.parts();
            let limits = self.limits();
            values.record(&mut Visitor { plans: &site.fields, redactor, limits, fields });
            if let Some(state) = span.state().as_deref_mut() {
                state.fields.merge(fields, limits);
            }
        });
    }

    /// Ends it.
    pub(crate) fn close(&self, span: &LocalSpan) {
        let node = &*span.0;
        let Some(mut state) = span.state().take() else { return };
        if let Some(timings) = &state.timings {
            let [busy, idle] = timings.until(self.shared.clock.now());
            let limits = self.limits();
            state.fields.attributes.set("busy_ns", Value::Int(busy), limits);
            state.fields.attributes.set("idle_ns", Value::Int(idle), limits);
        }
        let request = node.request.as_ref().filter(|_| !node.is_own_trace);
        let ended = Ended {
            ids: node.ids,
            parent: node.parent,
            has_remote_parent: false,
            tracestate: request.and_then(RequestContext::tracestate),
            name: state.name().unwrap_or_else(|| first(node.name)),
            kind: state.fields.told.kind.unwrap_or(Kind::Internal),
            start: node.start,
            end: self.now(node.anchor).max(node.start),
            attributes: &state.fields.attributes,
            events: &state.events.bytes,
            dropped_events: state.events.dropped,
            links: &state.links.bytes,
            dropped_links: state.links.dropped,
            status: state.status(),
        };
        self.send_within(request, &ended);
        state.recycle();
    }

    /// Nanoseconds since 1970, by the monotonic clock.
    pub(super) fn now_in(&self, span: &LocalSpan) -> u64 {
        self.now(span.0.anchor)
    }

    fn place(&self, within: Within<'_>) -> Place {
        let within_ids = |ids: SpanIds, anchor: Anchor, is_own_trace: bool| Place {
            ids: ids.child(),
            parent: Some(ids.span_id),
            is_own_trace,
            anchor,
            link: None,
        };
        match within {
            Within::Span(LocalSpan(node)) => within_ids(node.ids, node.anchor, node.is_own_trace),
            Within::Request(request) => within_ids(request.ids(), Anchor::of(request), false),
            Within::Nothing(link) => Place { link, ..self.root() },
        }
    }

    /// The root of a new trace.
    fn root(&self) -> Place {
        let (trace_id, span_id) = (TraceId::generate(), SpanId::generate());
        let is_sampled = self.shared.sampler.sample(None, trace_id);
        let clock = &self.shared.clock;
        Place {
            ids: SpanIds { trace_id, span_id, flags: TraceFlags::NONE.with_sampled(is_sampled) },
            parent: None,
            is_own_trace: true,
            anchor: Anchor { at: clock.now(), wall: nanos(clock.wall()) },
            link: None,
        }
    }

    fn state(&self, new: &New<'_>, site: &Site, link: Option<SpanIds>) -> Box<State> {
        let mut state = State::take();
        let (redactor, limits) = (&*self.shared.redactor, self.limits());
        new.record(&mut Visitor {
            plans: &site.fields,
            redactor,
            limits,
            fields: &mut state.fields,
        });
        if let Some(link) = link {
            self.link(&mut state, link);
        }
        if !self.shared.settings.details.is_empty() {
            self.tell_details(new.metadata(), &mut state);
        }
        state
    }

    pub(super) fn link(&self, state: &mut State, to: SpanIds) {
        if let Some(out) = state.links.next(self.shared.settings.limits.links) {
            links::write(to, None, out);
        }
    }

    fn now(&self, anchor: Anchor) -> u64 {
        let since = self.shared.clock.now().saturating_duration_since(anchor.at);
        anchor.wall.saturating_add(u64::try_from(since.as_nanos()).unwrap_or(u64::MAX))
    }
}

impl<'a> Within<'a> {
    /// None where nothing is recorded.
    fn find(
        new: &New<'_>,
        around: Option<&'a LocalSpan>,
        request: Option<&'a RequestContext>,
    ) -> Option<Self> {
        if new.metadata().target() == REQUEST_SPAN || is_run(new, around, request) {
            return None;
        }
        let around = around.filter(|around| new.parent().is_some() || around.is_of(request));
        let is_traced = around
            .map_or_else(|| request.is_none_or(RequestContext::is_traced), LocalSpan::is_traced);
        if new.is_root() {
            let ids = around.map(LocalSpan::ids).or_else(|| request.map(RequestContext::ids));
            return Some(Self::Nothing(ids.filter(|_| is_traced)));
        }
        is_traced.then_some(match (around, request) {
            (Some(span), _) => Self::Span(span),
            (None, Some(request)) => Self::Request(request),
            (None, None) => Self::Nothing(None),
        })
    }
}

impl LocalSpan {
    pub(crate) fn ids(&self) -> SpanIds {
        self.0.ids
    }

    /// Whether it was made in this request, or as little in any.
    pub(crate) fn is_of(&self, request: Option<&RequestContext>) -> bool {
        match (&self.0.request, request) {
            (Some(ours), Some(theirs)) => ours.is(theirs),
            (None, None) => true,
            _ => false,
        }
    }

    /// Whether spans within it are made.
    fn is_traced(&self) -> bool {
        let Node { is_own_trace, ids, request, .. } = &*self.0;
        let of_request = || request.as_ref().is_some_and(RequestContext::is_traced);
        if *is_own_trace { ids.flags.is_sampled() } else { of_request() }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, Option<Box<State>>> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Anchor {
    fn of(request: &RequestContext) -> Self {
        let start = request.start();
        Self { at: start.at, wall: nanos(start.wall) }
    }
}

/// Whether it says nothing that the span of its job's run does not.
fn is_run(new: &New<'_>, around: Option<&LocalSpan>, request: Option<&RequestContext>) -> bool {
    let metadata = new.metadata();
    let is_first = || around.is_none_or(|around| !around.is_of(request));
    request.and_then(RequestContext::job) == Some(metadata.name())
        && metadata.fields().is_empty()
        && is_first()
}

/// As much of a name as is kept.
pub(super) fn first(name: &str) -> &str {
    name.get(..name.floor_char_boundary(MAX_NAME_BYTES)).unwrap_or_default()
}
