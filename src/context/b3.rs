//! Zipkin's [B3 headers](https://github.com/openzipkin/b3-propagation), single and multiple, as
//! the OpenTelemetry specification asks of `OTEL_PROPAGATORS` `b3` and `b3multi`.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::hex;
use super::trace_id::{SpanId, TraceFlags, TraceId};
use super::traceparent::SpanContext;

static B3: HeaderName = HeaderName::from_static("b3");
static TRACE_ID: HeaderName = HeaderName::from_static("x-b3-traceid");
static SPAN_ID: HeaderName = HeaderName::from_static("x-b3-spanid");
static PARENT_SPAN_ID: HeaderName = HeaderName::from_static("x-b3-parentspanid");
static SAMPLED: HeaderName = HeaderName::from_static("x-b3-sampled");
static FLAGS: HeaderName = HeaderName::from_static("x-b3-flags");

/// The length of a single header with a sampling state.
const LENGTH: usize = 51;

/// The caller in either encoding, the single header first; of a repeated header the first value.
///
/// A header with a sampling decision and no IDs names no caller, and is as none.
pub(super) fn extract(headers: &HeaderMap) -> Option<SpanContext> {
    let single = headers.get(&B3).and_then(|value| single(value.as_bytes()));
    single.or_else(|| multi(headers))
}

/// Writes `b3`.
pub(super) fn inject(headers: &mut HeaderMap, trace: TraceId, span: SpanId, flags: TraceFlags) {
    let mut text = [b'-'; LENGTH];
    hex::encode(&trace.to_bytes(), &mut text[..32]);
    hex::encode(&span.to_bytes(), &mut text[33..49]);
    text[50] = if flags.is_debug() { b'd' } else { digit(flags) };
    insert(headers, &B3, &text);
}

/// Writes the `x-b3-` headers. A parent's ID is never sent, since spans are not shared between
/// caller and callee; and debug implies sampled, so only one of the two is.
pub(super) fn inject_multi(
    headers: &mut HeaderMap,
    trace: TraceId,
    span: SpanId,
    flags: TraceFlags,
) {
    let (mut trace_text, mut span_text) = ([0; 32], [0; 16]);
    trace.write_hex(&mut trace_text);
    span.write_hex(&mut span_text);
    insert(headers, &TRACE_ID, &trace_text);
    insert(headers, &SPAN_ID, &span_text);
    headers.remove(&PARENT_SPAN_ID);
    if flags.is_debug() {
        insert(headers, &FLAGS, b"1");
        headers.remove(&SAMPLED);
    } else {
        insert(headers, &SAMPLED, &[digit(flags)]);
        headers.remove(&FLAGS);
    }
}

/// Takes away what either encoding writes.
pub(super) fn withhold(headers: &mut HeaderMap) {
    for name in [&B3, &TRACE_ID, &SPAN_ID, &PARENT_SPAN_ID, &SAMPLED, &FLAGS] {
        headers.remove(name);
    }
}

/// `{trace}-{span}[-{state}[-{parent}]]`.
fn single(text: &[u8]) -> Option<SpanContext> {
    let mut fields = text.splitn(4, |byte| *byte == b'-');
    let (trace, span) = (fields.next()?, fields.next()?);
    let flags = match fields.next() {
        None => TraceFlags::DEFERRED,
        Some(b"0") => TraceFlags::NONE,
        Some(b"1") => TraceFlags::SAMPLED,
        Some(b"d") => TraceFlags::SAMPLED.and(TraceFlags::DEBUG),
        Some(_) => return None,
    };
    if let Some(parent) = fields.next() {
        hex::decode::<8>(parent)?;
    }
    caller(trace, span, flags)
}

fn multi(headers: &HeaderMap) -> Option<SpanContext> {
    let value = |name| headers.get(name).map(HeaderValue::as_bytes);
    let (trace, span) = (value(&TRACE_ID)?, value(&SPAN_ID)?);
    let flags = match (value(&FLAGS), value(&SAMPLED)) {
        (Some(b"1"), _) => TraceFlags::SAMPLED.and(TraceFlags::DEBUG),
        (_, None) => TraceFlags::DEFERRED,
        // Words were sent before the digits were settled, and may be accepted.
        (_, Some(b"0" | b"false")) => TraceFlags::NONE,
        (_, Some(b"1" | b"true")) => TraceFlags::SAMPLED,
        _ => return None,
    };
    caller(trace, span, flags)
}

fn caller(trace: &[u8], span: &[u8], flags: TraceFlags) -> Option<SpanContext> {
    let trace_id = TraceId::from_hex(trace).or_else(|| widened(trace))?;
    Some(SpanContext { trace_id, span_id: SpanId::from_hex(span)?, flags, tracestate: None })
}

/// A 64-bit trace ID, with zeros before it.
fn widened(trace: &[u8]) -> Option<TraceId> {
    let low = u64::from_be_bytes(hex::decode(trace)?);
    TraceId::from_bytes(u128::from(low).to_be_bytes())
}

fn digit(flags: TraceFlags) -> u8 {
    if flags.is_sampled() { b'1' } else { b'0' }
}

fn insert(headers: &mut HeaderMap, name: &'static HeaderName, text: &[u8]) {
    // Digits and dashes are always a header value.
    if let Ok(value) = HeaderValue::from_bytes(text) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "463ac35c9f6413ad48485a3953bb6124";
    const SPAN: &str = "a2fb4a1d1a96d312";

    fn headers(fields: &[(&'static str, &str)]) -> HeaderMap {
        fields
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect()
    }

    #[track_caller]
    fn check(fields: &[(&'static str, &str)], expected: Option<(&str, TraceFlags)>) {
        let caller = extract(&headers(fields));
        let found =
            caller.map(|caller| (caller.trace_id.to_string(), caller.span_id, caller.flags));
        let span = SpanId::parse(SPAN).unwrap();
        assert_eq!(
            found,
            expected.map(|(trace, flags)| (trace.to_owned(), span, flags)),
            "{fields:?}"
        );
    }

    fn debug() -> TraceFlags {
        TraceFlags::SAMPLED.and(TraceFlags::DEBUG)
    }

    #[test]
    fn the_single_header() {
        let ids = format!("{TRACE}-{SPAN}");
        for (rest, flags) in [
            ("", TraceFlags::DEFERRED),
            ("-0", TraceFlags::NONE),
            ("-1", TraceFlags::SAMPLED),
            ("-d", debug()),
            ("-1-05e3ac9a4f6e3b90", TraceFlags::SAMPLED),
        ] {
            check(&[("b3", &format!("{ids}{rest}"))], Some((TRACE, flags)));
        }
        for wrong in ["-", "-2", "-D", "-true", "-1-", "-1-05e3", "-1-05e3ac9a4f6e3b90-1"] {
            check(&[("b3", &format!("{ids}{wrong}"))], None);
        }
    }

    #[test]
    fn what_names_no_caller() {
        for value in ["", "0", "1", "d", TRACE, &format!("{}-{SPAN}-1", &TRACE[1..])] {
            check(&[("b3", value)], None);
        }
        check(&[("b3", &format!("{}-{SPAN}-1", "0".repeat(32)))], None);
        check(&[("b3", &format!("{}-{SPAN}-1", "0".repeat(16)))], None);
        check(&[("b3", &format!("{TRACE}-{}-1", "0".repeat(16)))], None);
        check(&[("b3", &format!("{}-{SPAN}-1", TRACE.to_uppercase()))], None);
        check(&[("x-b3-traceid", TRACE)], None);
        check(&[("x-b3-spanid", SPAN), ("x-b3-sampled", "1")], None);
    }

    #[test]
    fn a_short_trace_id_is_widened() {
        let wide = Some(("000000000000000048485a3953bb6124", TraceFlags::SAMPLED));
        check(&[("b3", &format!("48485a3953bb6124-{SPAN}-1"))], wide);
        let multi =
            [("x-b3-traceid", "48485a3953bb6124"), ("x-b3-spanid", SPAN), ("x-b3-sampled", "1")];
        check(&multi, wide);
    }

    #[test]
    fn several_headers() {
        let ids = [("x-b3-traceid", TRACE), ("x-b3-spanid", SPAN)];
        let check = |state: &[(&'static str, &str)], expected: Option<TraceFlags>| {
            check(&[&ids[..], state].concat(), expected.map(|flags| (TRACE, flags)));
        };
        check(&[], Some(TraceFlags::DEFERRED));
        for (text, flags) in [("1", TraceFlags::SAMPLED), ("0", TraceFlags::NONE)] {
            check(&[("x-b3-sampled", text)], Some(flags));
            check(&[("x-b3-sampled", text), ("x-b3-flags", "1")], Some(debug()));
            check(&[("x-b3-sampled", text), ("x-b3-flags", "0")], Some(flags));
        }
        check(&[("x-b3-sampled", "true")], Some(TraceFlags::SAMPLED));
        check(&[("x-b3-sampled", "false")], Some(TraceFlags::NONE));
        check(&[("x-b3-sampled", "yes")], None);
        check(&[("x-b3-parentspanid", "ignored")], Some(TraceFlags::DEFERRED));
    }

    #[test]
    fn the_single_header_goes_first() {
        let single = format!("{TRACE}-{SPAN}-0");
        let other = [("x-b3-traceid", "1".repeat(32)), ("x-b3-spanid", SPAN.to_owned())];
        let other = other.each_ref().map(|(name, value)| (*name, &**value));
        check(&[&other[..], &[("b3", &single)]].concat(), Some((TRACE, TraceFlags::NONE)));
        let multi = Some((other[0].1, TraceFlags::DEFERRED));
        check(&[&other[..], &[("b3", "wrong")]].concat(), multi);
    }

    #[test]
    fn what_is_written() {
        let (trace, span) = (TraceId::parse(TRACE).unwrap(), SpanId::parse(SPAN).unwrap());
        for (flags, state) in [(TraceFlags::NONE, "0"), (TraceFlags::SAMPLED, "1"), (debug(), "d")]
        {
            let mut out = HeaderMap::new();
            inject(&mut out, trace, span, flags);
            assert_eq!(out["b3"], format!("{TRACE}-{SPAN}-{state}"));
            let mut out =
                headers(&[("x-b3-parentspanid", SPAN), ("x-b3-sampled", "x"), ("x-b3-flags", "x")]);
            inject_multi(&mut out, trace, span, flags);
            assert_eq!(
                (&out["x-b3-traceid"], &out["x-b3-spanid"]),
                (&TRACE.parse().unwrap(), &SPAN.parse().unwrap())
            );
            let (name, value) =
                if state == "d" { ("x-b3-flags", "1") } else { ("x-b3-sampled", state) };
            assert_eq!(out[name], value);
            assert_eq!(out.len(), 3, "{out:?}");
        }
    }

    #[test]
    fn debug_outlives_a_hop_and_ends_with_the_decision() {
        assert!(debug().with_sampled(true).is_debug());
        assert_eq!(debug().with_sampled(false), TraceFlags::NONE);
        assert_eq!(TraceFlags::DEFERRED.with_sampled(true), TraceFlags::SAMPLED);
        assert_eq!(debug().to_byte(), 1, "traceparent knows nothing of it");
    }
}
