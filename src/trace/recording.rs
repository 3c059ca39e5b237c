//! A span under way whose maker says each of its parts.

use std::borrow::Cow;

use crate::context::{RequestContext, SpanContext, SpanId, SpanIds, TraceState};
use crate::export::otlp::{Attributes, Limits, Value};
use crate::protobuf::Message;
use crate::redaction::HIDDEN;

use super::parts::Parts;
use super::{Ended, Kind, Status, Traces};

/// What is known so far. Nothing is sent before its end.
#[derive(Debug)]
pub(crate) struct Recording {
    traces: Traces,
    start: Start,
    attributes: Attributes,
    events: Parts,
    links: Parts,
    outcome: Outcome,
}

/// What is known when a span begins.
#[derive(Debug)]
pub(crate) struct Start {
    pub(crate) ids: SpanIds,
    /// The request that it is made in.
    pub(crate) request: Option<RequestContext>,
    pub(crate) parent: Option<SpanId>,
    pub(crate) has_remote_parent: bool,
    pub(crate) tracestate: Option<TraceState>,
    pub(crate) name: Cow<'static, str>,
    pub(crate) kind: Kind,
    /// Nanoseconds since 1970.
    pub(crate) at: u64,
}

#[derive(Debug)]
enum Outcome {
    Unset,
    Ok,
    Error(String),
}

/// A member of a list as it may leave.
enum Shown<'a> {
    Text(String),
    Other(Value<'a>),
}

/// Takes one attribute.
pub(crate) type Take<'a> = &'a mut dyn FnMut(&str, Value<'_>);

/// `Span.events`, `Span.links`
const EVENTS: u32 = 11;
const LINKS: u32 = 13;
/// `Span.Link.attributes`
const LINK_ATTRIBUTES: u32 = 4;

impl Recording {
    pub(crate) fn begin(traces: &Traces, start: Start) -> Self {
        Self {
            traces: traces.clone(),
            start,
            attributes: Attributes::new(Attributes::SPAN),
            events: Parts::default(),
            links: Parts::default(),
            outcome: Outcome::Unset,
        }
    }

    pub(crate) fn rename(&mut self, name: Cow<'static, str>) {
        self.start.name = name;
    }

    /// Sets an attribute, in place of one of that key.
    pub(crate) fn set(&mut self, key: &str, value: Value<'_>) {
        let limits = self.traces.limits();
        set(&mut self.attributes, &self.traces, key, value, limits);
    }

    /// Adds an event of that time, in nanoseconds since 1970.
    pub(crate) fn event(&mut self, name: &str, at: u64, attributes: impl FnOnce(Take<'_>)) {
        let limits = &self.traces.shared.settings.limits;
        let count = limits.event_attributes;
        let Some(out) = self.events.next(limits.events) else { return };
        let attributes = collect(Attributes::EVENT, &self.traces, count, attributes);
        Message::new(out).message(EVENTS, |event| {
            event.fixed64(1, at);
            event.bytes(2, self.traces.shown(name).as_bytes());
            event.raw(attributes.as_bytes());
            event.count(4, attributes.dropped());
        });
    }

    /// Points at another span.
    pub(crate) fn link(&mut self, to: &SpanContext, attributes: impl FnOnce(Take<'_>)) {
        let limits = &self.traces.shared.settings.limits;
        let count = limits.link_attributes;
        let Some(out) = self.links.next(limits.links) else { return };
        let attributes = collect(LINK_ATTRIBUTES, &self.traces, count, attributes);
        Message::new(out).message(LINKS, |link| {
            link.bytes(1, &to.trace_id.to_bytes());
            link.bytes(2, &to.span_id.to_bytes());
            if let Some(state) = &to.tracestate {
                link.bytes(3, state.as_header().as_bytes());
            }
            link.raw(attributes.as_bytes());
            link.count(5, attributes.dropped());
            link.fixed32(6, to.flags.to_byte().into());
        });
    }

    /// Takes the span for a success, whatever was or will be said of errors.
    pub(crate) fn succeed(&mut self) {
        self.outcome = Outcome::Ok;
    }

    /// Takes the span for a failure, unless it was said to be a success.
    pub(crate) fn fail(&mut self, description: &str) {
        if !matches!(self.outcome, Outcome::Ok) {
            self.outcome = Outcome::Error(self.traces.shown(description));
        }
    }

    /// Ends it at that time, in nanoseconds since 1970.
    pub(crate) fn end(self, at: u64) {
        let Self { traces, start, attributes, events, links, outcome } = self;
        traces.send_within(
            start.request.as_ref(),
            &Ended {
                ids: start.ids,
                parent: start.parent,
                has_remote_parent: start.has_remote_parent,
                tracestate: start.tracestate.as_ref(),
                name: &traces.shown(&start.name),
                kind: start.kind,
                start: start.at,
                end: at.max(start.at),
                attributes: &attributes,
                events: &events.bytes,
                dropped_events: events.dropped,
                links: &links.bytes,
                dropped_links: links.dropped,
                status: match &outcome {
                    Outcome::Unset => Status::Unset,
                    Outcome::Ok => Status::Ok,
                    Outcome::Error(description) => Status::Error(description),
                },
            },
        );
    }
}

impl Traces {
    /// A text as it may leave.
    fn shown(&self, text: &str) -> String {
        let mut shown = String::new();
        self.shared.redactor.text(text, false, |text| text.clone_into(&mut shown));
        shown
    }
}

fn collect(field: u32, traces: &Traces, count: u32, give: impl FnOnce(Take<'_>)) -> Attributes {
    let limits = Limits { count, ..traces.limits() };
    let mut attributes = Attributes::new(field);
    give(&mut |key, value| set(&mut attributes, traces, key, value, limits));
    attributes
}

fn set(attributes: &mut Attributes, traces: &Traces, key: &str, value: Value<'_>, limits: Limits) {
    if traces.shared.redactor.hides(key) {
        return attributes.set(key, Value::Text(HIDDEN), limits);
    }
    match value {
        Value::Text(text) => attributes.set(key, Value::Text(&traces.shown(text)), limits),
        Value::List(values) => {
            let shown: Vec<_> = values.iter().map(|value| Shown::new(traces, *value)).collect();
            let values: Vec<_> = shown.iter().map(Shown::value).collect();
            attributes.set(key, Value::List(&values), limits);
        }
        value => attributes.set(key, value, limits),
    }
}

impl<'a> Shown<'a> {
    fn new(traces: &Traces, value: Value<'a>) -> Self {
        match value {
            Value::Text(text) => Self::Text(traces.shown(text)),
            value => Self::Other(value),
        }
    }

    fn value(&self) -> Value<'_> {
        match self {
            Self::Text(text) => Value::Text(text),
            Self::Other(value) => *value,
        }
    }
}
