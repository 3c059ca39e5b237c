//! `traceparent`, strictly by [W3C Trace Context](https://www.w3.org/TR/trace-context/) § 3.2.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::hex;
use super::trace_id::{SpanId, TraceFlags, TraceId};
use super::tracestate::{self, TraceState};

pub(crate) static TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// The length of version 00, and the least of any later version.
const LENGTH: usize = 55;

/// A span of another service, as its headers tell of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpanContext {
    /// The trace it belongs to.
    pub trace_id: TraceId,
    /// Its own ID: the parent of the spans made here.
    pub span_id: SpanId,
    /// Whether it is sampled.
    pub flags: TraceFlags,
    /// What tracing systems on the way have added.
    pub tracestate: Option<TraceState>,
}

impl SpanContext {
    /// The caller in `traceparent` and `tracestate`, for a carrier that is no request of ours, as
    /// a message from a queue.
    ///
    /// `None` without a valid `traceparent`: by the standard a wrong one, or more than one, is as
    /// none, and `tracestate` is then not looked at. A wrong `tracestate` alone is left out.
    pub fn from_headers(headers: &HeaderMap) -> Option<Self> {
        Some(Self {
            tracestate: TraceState::from_headers(headers),
            ..Self::without_state(headers)?
        })
    }

    /// The caller in `traceparent` alone.
    pub(crate) fn without_state(headers: &HeaderMap) -> Option<Self> {
        let mut values = headers.get_all(&TRACEPARENT).iter();
        let (Some(value), None) = (values.next(), values.next()) else {
            return None;
        };
        let (trace_id, span_id, flags) = parse(value.as_bytes())?;
        Some(Self { trace_id, span_id, flags, tracestate: None })
    }

    /// Writes `traceparent` and `tracestate`, in place of any that stand there.
    pub fn to_headers(&self, headers: &mut HeaderMap) {
        let Self { trace_id, span_id, flags, tracestate } = self;
        headers.insert(&TRACEPARENT, format(*trace_id, *span_id, *flags));
        match tracestate {
            Some(state) => headers.insert(&tracestate::TRACESTATE, state.as_header().clone()),
            None => headers.remove(&tracestate::TRACESTATE),
        };
    }
}

/// The fields of a `traceparent` of version 00, or the same fields of a later one (§ 4.3).
///
/// Of a later version's flags only `sampled` is known to mean what it means here.
pub(crate) fn parse(text: &[u8]) -> Option<(TraceId, SpanId, TraceFlags)> {
    let (fields, more) = text.split_first_chunk::<LENGTH>()?;
    let (version, fields) = field::<2>(fields)?;
    let (trace_id, fields) = field::<32>(fields)?;
    let (span_id, flags) = field::<16>(fields)?;
    let [version] = hex::decode(version)?;
    let [flags] = hex::decode(flags)?;
    let known = match (version, more) {
        (0, []) => flags,
        (1..=0xfe, [] | [b'-', ..]) => flags & TraceFlags::SAMPLED.to_byte(),
        _ => return None,
    };
    Some((TraceId::from_hex(trace_id)?, SpanId::from_hex(span_id)?, TraceFlags::from_byte(known)))
}

/// A `traceparent` of version 00.
pub(crate) fn format(trace_id: TraceId, span_id: SpanId, flags: TraceFlags) -> HeaderValue {
    let mut text = [b'-'; LENGTH];
    hex::encode(&[0], &mut text[..2]);
    hex::encode(&trace_id.to_bytes(), &mut text[3..35]);
    hex::encode(&span_id.to_bytes(), &mut text[36..52]);
    hex::encode(&[flags.to_byte()], &mut text[53..]);
    // Digits and dashes are a header value, so the fallback is never taken.
    HeaderValue::from_bytes(&text).unwrap_or(HeaderValue::from_static(""))
}

/// The first `N` bytes and what follows the dash after them.
fn field<const N: usize>(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let (field, rest) = text.split_at_checked(N)?;
    Some((field, rest.strip_prefix(b"-")?))
}
