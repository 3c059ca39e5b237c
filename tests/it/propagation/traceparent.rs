//! `traceparent`: what is accepted, and that what is written is read again.

use http::{HeaderMap, HeaderValue};
use obskit::context::{SpanContext, SpanId, TraceFlags, TraceId};
use proptest::prelude::*;

const TRACE: &str = "12345678901234567890123456789012";
const SPAN: &str = "1234567890123456";

/// Nearly right, or any text.
const NEARLY: &str =
    "[0-9a-f]{2}-[0-9a-fA-F+]{31,33}-[0-9a-f]{15,17}-[0-9a-f]{1,3}(-.{0,4})?|\\PC{0,80}";

fn headers(values: &[&str]) -> HeaderMap {
    super::headers("traceparent", values)
}

/// Expects the flags of a caller, or none.
#[track_caller]
fn check(value: &str, expected: Option<u8>) {
    let caller = SpanContext::from_headers(&headers(&[value]));
    assert_eq!(caller.as_ref().map(|caller| caller.flags.to_byte()), expected, "{value:?}");
    if let Some(caller) = caller {
        assert_eq!(caller.trace_id.to_string(), TRACE);
        assert_eq!(caller.span_id.to_string(), SPAN);
    }
}

#[test]
fn version_00_is_read_whole() {
    for (flags, expected) in [("00", 0), ("01", 1), ("02", 2), ("03", 3), ("09", 1), ("ff", 3)] {
        check(&format!("00-{TRACE}-{SPAN}-{flags}"), Some(expected));
    }
}

#[test]
fn later_versions_may_bring_more() {
    check(&format!("cc-{TRACE}-{SPAN}-01"), Some(1));
    check(&format!("cc-{TRACE}-{SPAN}-01-what-the-future-will-be-like"), Some(1));
    check(&format!("01-{TRACE}-{SPAN}-00-"), Some(0));
    check(&format!("fe-{TRACE}-{SPAN}-03"), Some(1));
    check(&format!("cc-{TRACE}-{SPAN}-01.what-the-future-will-be-like"), None);
    check(&format!("cc-{TRACE}-{SPAN}-0"), None);
    check(&format!("cc-{TRACE}-{SPAN}"), None);
}

#[test]
fn anything_else_is_no_caller() {
    for value in [
        "",
        "00",
        "00-1-2-01",
        &format!("00-{TRACE}-{SPAN}-01."),
        &format!("00-{TRACE}-{SPAN}-01-"),
        &format!("00-{TRACE}-{SPAN}-01-what-the-future-will-be-like"),
        &format!("00-{TRACE}-{SPAN}-01 "),
        &format!(" 00-{TRACE}-{SPAN}-01"),
        &format!("ff-{TRACE}-{SPAN}-01"),
        &format!("FE-{TRACE}-{SPAN}-01"),
        &format!(".0-{TRACE}-{SPAN}-01"),
        &format!("0.-{TRACE}-{SPAN}-01"),
        &format!("+0-{TRACE}-{SPAN}-01"),
        &format!("000-{TRACE}-{SPAN}-01"),
        &format!("0000-{TRACE}-{SPAN}-01"),
        &format!("0-{TRACE}-{SPAN}-01"),
        &format!("00-00000000000000000000000000000000-{SPAN}-01"),
        &format!("00-.2345678901234567890123456789012-{SPAN}-01"),
        &format!("00-1234567890123456789012345678901.-{SPAN}-01"),
        &format!("00-+2345678901234567890123456789012-{SPAN}-01"),
        &format!("00-123456789012345678901234567890123-{SPAN}-01"),
        &format!("00-1234567890123456789012345678901-{SPAN}-01"),
        &format!("00-4BF92F3577B34DA6A3CE929D0E0E4736-{SPAN}-01"),
        &format!("00-{TRACE}-0000000000000000-01"),
        &format!("00-{TRACE}-.234567890123456-01"),
        &format!("00-{TRACE}-123456789012345.-01"),
        &format!("00-{TRACE}-00F067AA0BA902B7-01"),
        &format!("00-{TRACE}-12345678901234567-01"),
        &format!("00-{TRACE}-123456789012345-01"),
        &format!("00-{TRACE}-{SPAN}-.0"),
        &format!("00-{TRACE}-{SPAN}-0."),
        &format!("00-{TRACE}-{SPAN}-0A"),
        &format!("00-{TRACE}-{SPAN}-001"),
        &format!("00-{TRACE}-{SPAN}-1"),
        &format!("00-{TRACE}-{SPAN}-"),
        &format!("00_{TRACE}-{SPAN}-01"),
        &format!("00-{TRACE}_{SPAN}-01"),
        &format!("00-{TRACE}-{SPAN}_01"),
    ] {
        check(value, None);
    }
}

#[test]
fn two_headers_are_as_none() {
    let one = format!("00-{TRACE}-{SPAN}-01");
    let other = format!("00-{TRACE}-{SPAN}-00");
    assert_eq!(SpanContext::from_headers(&headers(&[&one, &other])), None);
    assert_eq!(SpanContext::from_headers(&headers(&[&one, &one])), None);
    assert_eq!(SpanContext::from_headers(&HeaderMap::new()), None);
}

#[test]
fn other_names_are_other_headers() {
    let value = HeaderValue::from_str(&format!("00-{TRACE}-{SPAN}-01")).unwrap();
    for (name, accepted) in
        [("trace-parent", false), ("trace.parent", false), ("TraceParent", true)]
    {
        let name = http::HeaderName::from_bytes(name.as_bytes()).unwrap();
        let headers = HeaderMap::from_iter([(name, value.clone())]);
        assert_eq!(SpanContext::from_headers(&headers).is_some(), accepted);
    }
}

#[test]
fn writing_replaces_what_stands_there() {
    let mut caller =
        SpanContext::from_headers(&headers(&[&format!("00-{TRACE}-{SPAN}-01")])).unwrap();
    caller.flags = caller.flags.with_sampled(false);
    let mut out = headers(&["stale", "twice"]);
    out.append("tracestate", HeaderValue::from_static("stale=1"));
    caller.to_headers(&mut out);
    assert_eq!(
        out.get_all("traceparent").iter().collect::<Vec<_>>(),
        [&format!("00-{TRACE}-{SPAN}-00")]
    );
    assert!(!out.contains_key("tracestate"), "the state of another trace");
}

#[test]
fn reading_a_caller_allocates_nothing_and_writing_one_header_once() {
    let mut headers = headers(&[&format!("00-{TRACE}-{SPAN}-01")]);
    headers.insert("tracestate", "foo=1, bar=2".parse().unwrap());
    // A server's values are shares of what it has read, which a first clone makes of these.
    let _shared = headers.clone();
    let mut caller = None;
    let read = allocation_counter::measure(|| caller = SpanContext::from_headers(&headers));
    assert_eq!(read.count_total, 0);
    let caller = caller.unwrap();
    let written = allocation_counter::measure(|| caller.to_headers(&mut headers));
    assert_eq!(written.count_total, 1, "the traceparent; the state is shared");
}

#[test]
fn flags_are_decided_one_at_a_time() {
    let random = TraceFlags::RANDOM.with_sampled(true);
    assert!(random.is_random() && random.is_sampled());
    assert_eq!(random.to_string(), "03");
    assert_eq!(random.with_sampled(false), TraceFlags::RANDOM);
    assert_eq!(TraceFlags::from_byte(0xfd), TraceFlags::SAMPLED);
    assert_eq!(TraceFlags::default(), TraceFlags::NONE);
}

#[test]
fn ids_are_never_zero_and_never_repeat() {
    assert_eq!(TraceId::from_bytes([0; 16]), None);
    assert_eq!(SpanId::from_bytes([0; 8]), None);
    assert_eq!(TraceId::parse(&"0".repeat(32)), None);
    assert_eq!(SpanId::parse(&"0".repeat(16)), None);
    let traces: std::collections::HashSet<_> = (0..1_000).map(|_| TraceId::generate()).collect();
    let spans: std::collections::HashSet<_> = (0..1_000).map(|_| SpanId::generate()).collect();
    assert_eq!((traces.len(), spans.len()), (1_000, 1_000));
}

#[test]
fn ids_print_as_they_are_parsed() {
    let trace = TraceId::parse("4bf92f3577b34da6a3ce929d0e0e4736").unwrap();
    let mut text = [0; 32];
    trace.write_hex(&mut text);
    assert_eq!(&text, b"4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(format!("{trace:?}"), "TraceId(4bf92f3577b34da6a3ce929d0e0e4736)");
    assert_eq!(format!("{trace:>34}"), "  4bf92f3577b34da6a3ce929d0e0e4736");
    for text in [
        "",
        "4bf92f3577b34da6",
        "4BF92F3577B34DA6A3CE929D0E0E4736",
        "4bf92f3577b34da6a3ce929d0e0e473g",
    ] {
        assert_eq!(TraceId::parse(text), None, "{text:?}");
    }
    let span = SpanId::parse("00f067aa0ba902b7").unwrap();
    assert_eq!(span.to_bytes(), [0x00, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 0x02, 0xb7]);
    assert_eq!(span.to_string(), "00f067aa0ba902b7");
}

proptest! {
    #[test]
    fn what_is_written_is_read(trace: [u8; 16], span: [u8; 8], flags: u8) {
        let ids = TraceId::from_bytes(trace).zip(SpanId::from_bytes(span));
        prop_assume!(ids.is_some());
        let (trace_id, span_id) = ids.unwrap();
        let flags = TraceFlags::from_byte(flags);
        let sent = SpanContext { trace_id, span_id, flags, tracestate: None };
        let mut headers = HeaderMap::new();
        sent.to_headers(&mut headers);
        prop_assert_eq!(headers["traceparent"].len(), 55);
        prop_assert_eq!(SpanContext::from_headers(&headers), Some(sent));
    }

    #[test]
    fn what_is_read_is_right(value in NEARLY) {
        if let Some(caller) = SpanContext::from_headers(&headers(&[&value])) {
            let fields: Vec<_> = value.splitn(5, '-').collect();
            prop_assert_eq!(caller.trace_id.to_string(), fields[1]);
            prop_assert_eq!(caller.span_id.to_string(), fields[2]);
            prop_assert!(fields[0] != "ff" && (fields[0] != "00" || fields.len() == 4));
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(value in prop::collection::vec(any::<u8>(), 0..70)) {
        // No 70 random bytes are a `traceparent`.
        prop_assert_eq!(SpanContext::from_headers(&super::headers("traceparent", &[value])), None);
    }
}
