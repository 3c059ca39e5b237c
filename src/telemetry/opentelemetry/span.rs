//! Spans as OpenTelemetry's API has them.

use std::borrow::Cow;
use std::fmt;
use std::time::SystemTime;

use ::opentelemetry::trace::{self, Event, SpanContext, Status};
use ::opentelemetry::{InstrumentationScope, KeyValue};

use super::convert::{attribute, nanos, ours, span_context, theirs};
use crate::export::otlp::Value;
use crate::trace::{Recording, Start, Traces};

/// A span made by a [`Tracer`](super::Tracer); it ends when it is dropped, if not before.
///
/// One that is not recorded has the context of what it is within, so that whatever is made of it
/// goes on from there.
pub struct Span {
    context: SpanContext,
    /// None where it is not recorded, and from its end on.
    recording: Option<Recording>,
}

impl Span {
    pub(super) fn unrecorded(context: Option<SpanContext>) -> Self {
        Self { context: context.unwrap_or(SpanContext::NONE), recording: None }
    }

    pub(super) fn begin(traces: &Traces, start: Start) -> Self {
        let mut context = span_context(start.ids, None);
        context.tracestate.clone_from(&start.tracestate);
        let recording = Some(Recording::begin(traces, start));
        Self { context: theirs(&context), recording }
    }

    /// Names what makes it, as exporters do that have no place of their own for it.
    pub(super) fn of_scope(&mut self, scope: &InstrumentationScope) {
        let Some(recording) = &mut self.recording else { return };
        if !scope.name().is_empty() {
            recording.set("otel.scope.name", Value::Text(scope.name()));
        }
        if let Some(version) = scope.version() {
            recording.set("otel.scope.version", Value::Text(version));
        }
    }

    pub(super) fn fill(&mut self, attributes: Vec<KeyValue>, events: Vec<Event>) {
        trace::Span::set_attributes(self, attributes);
        for Event { name, timestamp, attributes, .. } in events {
            trace::Span::add_event_with_timestamp(self, name, timestamp, attributes);
        }
    }
}

impl trace::Span for Span {
    fn add_event_with_timestamp<T>(&mut self, name: T, at: SystemTime, attributes: Vec<KeyValue>)
    where
        T: Into<Cow<'static, str>>,
    {
        if let Some(recording) = &mut self.recording {
            recording.event(&name.into(), nanos(at), |take| each(&attributes, take));
        }
    }

    fn span_context(&self) -> &SpanContext {
        &self.context
    }

    fn is_recording(&self) -> bool {
        self.recording.is_some()
    }

    fn set_attribute(&mut self, given: KeyValue) {
        if let Some(recording) = &mut self.recording {
            attribute(&given, |key, value| recording.set(key, value));
        }
    }

    fn set_status(&mut self, status: Status) {
        let Some(recording) = &mut self.recording else { return };
        match status {
            Status::Unset => {}
            Status::Ok => recording.succeed(),
            Status::Error { description } => recording.fail(&description),
        }
    }

    fn update_name<T>(&mut self, name: T)
    where
        T: Into<Cow<'static, str>>,
    {
        if let Some(recording) = &mut self.recording {
            recording.rename(name.into());
        }
    }

    fn add_link(&mut self, span: SpanContext, attributes: Vec<KeyValue>) {
        if let Some((recording, span)) = self.recording.as_mut().zip(ours(&span)) {
            recording.link(&span, |take| each(&attributes, take));
        }
    }

    fn end_with_timestamp(&mut self, at: SystemTime) {
        if let Some(recording) = self.recording.take() {
            recording.end(nanos(at));
        }
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        trace::Span::end(self);
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Span").field("context", &self.context).finish_non_exhaustive()
    }
}

fn each(attributes: &[KeyValue], take: &mut dyn FnMut(&str, Value<'_>)) {
    for given in attributes {
        attribute(given, &mut *take);
    }
}
