//! What comes in with a request's headers, and what goes out with them.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::b3;
use super::baggage::{self, BAGGAGE, Baggage};
use super::request_id::{RequestId, X_REQUEST_ID};
use super::trace_id::{SpanId, TraceFlags, TraceId};
use super::traceparent::{self, SpanContext, TRACEPARENT};
use super::tracestate::{TRACESTATE, TraceState};
use crate::config::Propagator;

/// What a request's headers say.
#[derive(Debug, Default)]
pub(crate) struct Incoming {
    /// The ID it brings.
    pub(crate) request_id: Option<RequestId>,
    /// The span that called, to go on from.
    pub(crate) parent: Option<SpanContext>,
    /// The span that called, where the caller is not trusted: the request starts a trace of its
    /// own, which may point at this one, and nothing is decided by its flags.
    pub(crate) link: Option<SpanContext>,
    pub(crate) baggage: Option<Baggage>,
    /// How many members of the baggage were left out: wrong, or beyond a bound.
    pub(crate) baggage_dropped: usize,
}

/// What a request to another service is given.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outgoing<'a> {
    pub(crate) trace_id: TraceId,
    pub(crate) span_id: SpanId,
    pub(crate) flags: TraceFlags,
    pub(crate) tracestate: Option<&'a TraceState>,
    pub(crate) baggage: Option<&'a Baggage>,
    pub(crate) request_id: Option<&'a RequestId>,
}

/// Which of the headers read here stand at all.
#[derive(Clone, Copy)]
struct Present(u8);

impl Present {
    const REQUEST_ID: u8 = 1;
    const TRACEPARENT: u8 = 1 << 1;
    const TRACESTATE: u8 = 1 << 2;
    const BAGGAGE: u8 = 1 << 3;
    const B3: u8 = 1 << 4;

    /// One pass over the names, which costs less than looking each of them up: most requests
    /// bring few headers and none of these.
    fn in_headers(headers: &HeaderMap) -> Self {
        Self(headers.keys().fold(0, |seen, name| {
            seen | match name.as_str() {
                "x-request-id" => Self::REQUEST_ID,
                "traceparent" => Self::TRACEPARENT,
                "tracestate" => Self::TRACESTATE,
                "baggage" => Self::BAGGAGE,
                "b3" | "x-b3-traceid" => Self::B3,
                _ => 0,
            }
        }))
    }

    fn has(self, header: u8) -> bool {
        self.0 & header != 0
    }
}

/// Reads what a caller sent, as far as it is trusted; `None` if it sent nothing of it.
#[inline]
pub(crate) fn extract(
    headers: &HeaderMap,
    propagators: &[Propagator],
    trusted: bool,
) -> Option<Incoming> {
    let present = Present::in_headers(headers);
    (present.0 != 0).then(|| read(headers, present, propagators, trusted))
}

fn read(
    headers: &HeaderMap,
    present: Present,
    propagators: &[Propagator],
    trusted: bool,
) -> Incoming {
    let mut incoming = Incoming::default();
    let caller = caller(headers, present, propagators);
    if !trusted {
        incoming.link = caller;
        return incoming;
    }
    incoming.parent = caller;
    if present.has(Present::REQUEST_ID) {
        incoming.request_id = RequestId::from_headers(headers);
    }
    if present.has(Present::BAGGAGE) && propagators.contains(&Propagator::Baggage) {
        let parsed = baggage::parse(headers);
        incoming.baggage = parsed.baggage;
        incoming.baggage_dropped = parsed.dropped;
    }
    incoming
}

/// Writes what goes out, in place of whatever stands under the same names.
///
/// Without leave the baggage is not only left out: what a proxy copied from its own caller is
/// taken away too.
pub(crate) fn inject(
    headers: &mut HeaderMap,
    propagators: &[Propagator],
    outgoing: &Outgoing<'_>,
    with_baggage: bool,
) {
    let Outgoing { trace_id, span_id, flags, tracestate, baggage, request_id } = *outgoing;
    if let Some(id) = request_id {
        headers.insert(&X_REQUEST_ID, id.as_header().clone());
    }
    for propagator in propagators {
        match propagator {
            Propagator::TraceContext => {
                headers.insert(&TRACEPARENT, traceparent::format(trace_id, span_id, flags));
                put(headers, &TRACESTATE, tracestate.map(TraceState::as_header));
            }
            Propagator::Baggage => {
                let allowed = baggage.filter(|_| with_baggage);
                put(headers, &BAGGAGE, allowed.map(Baggage::as_header));
            }
            Propagator::B3 => b3::inject(headers, trace_id, span_id, flags),
            Propagator::B3Multi => b3::inject_multi(headers, trace_id, span_id, flags),
        }
    }
}

/// Takes away what [`inject`] would write, and with it what a proxy copied from its own caller.
/// An ID of another request is none of ours and stays: some services give it a meaning.
pub(crate) fn withhold(
    headers: &mut HeaderMap,
    propagators: &[Propagator],
    own: Option<&RequestId>,
) {
    if own.is_some_and(|own| headers.get(&X_REQUEST_ID) == Some(own.as_header())) {
        headers.remove(&X_REQUEST_ID);
    }
    for propagator in propagators {
        match propagator {
            Propagator::TraceContext => {
                headers.remove(&TRACEPARENT);
                headers.remove(&TRACESTATE);
            }
            Propagator::Baggage => {
                headers.remove(&BAGGAGE);
            }
            Propagator::B3 | Propagator::B3Multi => b3::withhold(headers),
        }
    }
}

/// The caller by the last propagator that finds one: a composite propagator of the OpenTelemetry
/// specification runs all in order, each over the result of those before it.
fn caller(
    headers: &HeaderMap,
    present: Present,
    propagators: &[Propagator],
) -> Option<SpanContext> {
    propagators.iter().rev().find_map(|propagator| match propagator {
        Propagator::TraceContext if present.has(Present::TRACEPARENT) => {
            if present.has(Present::TRACESTATE) {
                SpanContext::from_headers(headers)
            } else {
                SpanContext::without_state(headers)
            }
        }
        Propagator::B3 | Propagator::B3Multi if present.has(Present::B3) => b3::extract(headers),
        _ => None,
    })
}

fn put(headers: &mut HeaderMap, name: &'static HeaderName, value: Option<&HeaderValue>) {
    match value {
        Some(value) => headers.insert(name, value.clone()),
        None => headers.remove(name),
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use Propagator::{B3, B3Multi, Baggage as W3cBaggage, TraceContext};

    const DEFAULT: &[Propagator] = &[TraceContext, W3cBaggage];
    const CALLER: [(&str, &str); 4] = [
        ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
        ("tracestate", "foo=1"),
        ("baggage", "user=alice,wrong"),
        ("x-request-id", "abc"),
    ];

    fn extract(headers: &HeaderMap, propagators: &[Propagator], trusted: bool) -> Incoming {
        super::extract(headers, propagators, trusted).unwrap_or_default()
    }

    fn headers(fields: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    /// What stands in the headers, in order of names.
    fn fields(headers: &HeaderMap) -> Vec<(&str, &str)> {
        let text = headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap()));
        let mut fields: Vec<_> = text.collect();
        fields.sort_unstable();
        fields
    }

    fn outgoing(caller: &SpanContext) -> Outgoing<'_> {
        let SpanContext { trace_id, span_id, flags, ref tracestate } = *caller;
        let tracestate = tracestate.as_ref();
        Outgoing { trace_id, span_id, flags, tracestate, baggage: None, request_id: None }
    }

    #[test]
    fn a_trusted_caller_is_gone_on_from() {
        let incoming = extract(&headers(&CALLER), DEFAULT, true);
        let parent = incoming.parent.unwrap();
        assert_eq!(parent.trace_id.to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert!(parent.flags.is_sampled());
        assert_eq!(parent.tracestate.unwrap().as_str(), "foo=1");
        assert_eq!(incoming.link, None);
        assert_eq!(incoming.baggage.unwrap().as_str(), "user=alice");
        assert_eq!(incoming.baggage_dropped, 1);
        assert_eq!(incoming.request_id.unwrap().as_str(), "abc");
    }

    #[test]
    fn an_untrusted_caller_is_only_pointed_at() {
        let incoming = extract(&headers(&CALLER), DEFAULT, false);
        assert_eq!(incoming.link.unwrap().span_id.to_string(), "00f067aa0ba902b7");
        assert_eq!((incoming.parent, incoming.baggage), (None, None));
        assert_eq!((incoming.request_id, incoming.baggage_dropped), (None, 0));
    }

    #[test]
    fn only_what_is_configured_is_read() {
        let incoming = extract(&headers(&CALLER), &[], true);
        assert_eq!((incoming.parent, incoming.baggage), (None, None));
        assert!(incoming.request_id.is_some(), "a request ID needs no propagator");
        let incoming = extract(&headers(&CALLER), &[W3cBaggage], true);
        assert!(incoming.parent.is_none() && incoming.baggage.is_some());
        assert!(extract(&HeaderMap::new(), DEFAULT, true).parent.is_none());
    }

    #[test]
    fn the_last_propagator_that_finds_a_caller_wins() {
        let mut both = headers(&CALLER);
        both.insert("b3", "463ac35c9f6413ad48485a3953bb6124-a2fb4a1d1a96d312-0".parse().unwrap());
        let span =
            |propagators| extract(&both, propagators, true).parent.unwrap().span_id.to_string();
        assert_eq!(span(&[TraceContext, B3]), "a2fb4a1d1a96d312");
        assert_eq!(span(&[B3, TraceContext]), "00f067aa0ba902b7");
        both.insert("b3", "wrong".parse().unwrap());
        assert_eq!(
            extract(&both, &[TraceContext, B3], true).parent.unwrap().span_id.to_string(),
            "00f067aa0ba902b7"
        );
    }

    #[test]
    fn what_goes_out_replaces_what_stands_there() {
        let incoming = extract(&headers(&CALLER), DEFAULT, true);
        let caller = incoming.parent.unwrap();
        let (baggage, id) = (incoming.baggage.as_ref(), incoming.request_id.as_ref());
        let outgoing = Outgoing { baggage, request_id: id, ..outgoing(&caller) };
        let stale = ["traceparent", "tracestate", "baggage", "x-request-id"];
        let mut out = headers(&stale.map(|name| (name, "stale")));
        for name in stale {
            out.append(name, "twice".parse().unwrap());
        }
        inject(&mut out, DEFAULT, &outgoing, true);
        let expected = [("baggage", "user=alice"), CALLER[0], CALLER[1], CALLER[3]];
        assert_eq!(fields(&out), expected);
        inject(&mut out, DEFAULT, &Outgoing { tracestate: None, ..outgoing }, false);
        assert_eq!(fields(&out), [CALLER[0], CALLER[3]], "without leave, without a state");
    }

    #[test]
    fn what_a_host_may_not_have_is_taken_away() {
        let own = RequestId::parse("abc").unwrap();
        let mut out = headers(&CALLER);
        out.insert("x-b3-traceid", "a".parse().unwrap());
        withhold(&mut out, DEFAULT, Some(&own));
        assert_eq!(fields(&out), [("x-b3-traceid", "a")], "a format that is not configured");
        withhold(&mut out, &[B3], Some(&own));
        assert_eq!(fields(&out), []);
        let mut out = headers(&[("x-request-id", "their-own")]);
        withhold(&mut out, DEFAULT, Some(&own));
        assert_eq!(fields(&out), [("x-request-id", "their-own")]);
    }

    #[test]
    fn nothing_is_written_for_no_propagator() {
        let incoming = extract(&headers(&CALLER), DEFAULT, true);
        let mut out = HeaderMap::new();
        inject(&mut out, &[], &outgoing(&incoming.parent.unwrap()), true);
        assert!(out.is_empty());
    }

    #[test]
    fn every_format_reads_what_it_writes() {
        let caller = extract(&headers(&CALLER[..1]), DEFAULT, true).parent.unwrap();
        for format in [TraceContext, B3, B3Multi] {
            for sampled in [true, false] {
                let caller =
                    SpanContext { flags: caller.flags.with_sampled(sampled), ..caller.clone() };
                let mut out = HeaderMap::new();
                inject(&mut out, &[format], &outgoing(&caller), true);
                assert_eq!(extract(&out, &[format], true).parent, Some(caller), "{format:?}");
            }
        }
    }
}
