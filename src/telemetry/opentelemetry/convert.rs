//! The same things in the words of both.

use std::time::{SystemTime, UNIX_EPOCH};

use ::opentelemetry::baggage::KeyValueMetadata;
use ::opentelemetry::trace::{SpanContext as Theirs, SpanKind, TraceState as TheirState};
use ::opentelemetry::{
    Array, KeyValue, SpanId as TheirSpanId, TraceFlags as TheirFlags, TraceId as TheirTraceId,
    Value as TheirValue,
};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::context::{
    Baggage, BaggageMember, RequestContext, SpanContext, SpanId, SpanIds, TraceFlags, TraceId,
    TraceState,
};
use crate::export::otlp::Value;
use crate::trace::Kind;

const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

/// A span that is made here, in this request.
pub(super) fn span_context(ids: SpanIds, request: Option<&RequestContext>) -> SpanContext {
    let SpanIds { trace_id, span_id, flags } = ids;
    let request = request.filter(|request| request.trace_id() == trace_id);
    let tracestate = request.and_then(RequestContext::tracestate).cloned();
    SpanContext { trace_id, span_id, flags, tracestate }
}

pub(super) fn theirs(span: &SpanContext) -> Theirs {
    let state: Option<TheirState> =
        span.tracestate.as_ref().and_then(|state| state.as_str().parse().ok());
    Theirs::new(
        TheirTraceId::from_bytes(span.trace_id.to_bytes()),
        TheirSpanId::from_bytes(span.span_id.to_bytes()),
        TheirFlags::new(span.flags.to_byte()),
        false,
        state.unwrap_or_default(),
    )
}

/// None of one that is not valid.
pub(super) fn ours(span: &Theirs) -> Option<SpanContext> {
    Some(SpanContext {
        trace_id: TraceId::from_bytes(span.trace_id().to_bytes())?,
        span_id: SpanId::from_bytes(span.span_id().to_bytes())?,
        flags: TraceFlags::from_byte(span.trace_flags().to_u8()),
        tracestate: state(span.trace_state()),
    })
}

fn state(state: &TheirState) -> Option<TraceState> {
    let header = HeaderValue::try_from(state.header()).ok()?;
    TraceState::from_headers(&HeaderMap::from_iter([(TRACESTATE, header)]))
}

pub(super) fn baggage(ours: &Baggage) -> Vec<KeyValueMetadata> {
    let member = |member: BaggageMember<'_>| {
        let (key, value) = (member.key.to_owned(), member.value.into_owned());
        KeyValueMetadata::new(key, value, member.properties)
    };
    ours.iter().map(member).collect()
}

pub(super) fn kind(kind: Option<&SpanKind>) -> Kind {
    match kind {
        None | Some(SpanKind::Internal) => Kind::Internal,
        Some(SpanKind::Server) => Kind::Server,
        Some(SpanKind::Client) => Kind::Client,
        Some(SpanKind::Producer) => Kind::Producer,
        Some(SpanKind::Consumer) => Kind::Consumer,
    }
}

/// Since 1970.
pub(super) fn nanos(at: SystemTime) -> u64 {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

/// Has `take` take an attribute. A kind of value that this version does not know is told as a text.
pub(super) fn attribute(given: &KeyValue, mut take: impl FnMut(&str, Value<'_>)) {
    let key = given.key.as_str();
    match &given.value {
        TheirValue::Bool(value) => take(key, Value::Bool(*value)),
        TheirValue::I64(value) => take(key, Value::Int(*value)),
        TheirValue::F64(value) => take(key, Value::Double(*value)),
        TheirValue::String(text) => take(key, Value::Text(text.as_str())),
        TheirValue::Array(array) => list(array, |list| take(key, Value::List(list))),
        other => take(key, Value::Text(&other.as_str())),
    }
}

fn list(array: &Array, take: impl FnOnce(&[Value<'_>])) {
    let values: Vec<Value<'_>> = match array {
        Array::Bool(values) => values.iter().map(|value| Value::Bool(*value)).collect(),
        Array::I64(values) => values.iter().map(|value| Value::Int(*value)).collect(),
        Array::F64(values) => values.iter().map(|value| Value::Double(*value)).collect(),
        Array::String(values) => values.iter().map(|text| Value::Text(text.as_str())).collect(),
        other => return take(&[Value::Text(&other.to_string())]),
    };
    take(&values);
}
