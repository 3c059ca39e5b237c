//! `tracestate`: kept as it came, trimmed by whole members, or dropped whole.

use http::HeaderMap;
use obskit::context::{SpanContext, TraceState};
use proptest::prelude::*;

/// Right and wrong members in any number, or any text.
const LISTS: &str = "([a-z]{1,3}=[ -+]{0,200}[ \t]*,?){0,50}|\\PC{0,90}";

fn headers(values: &[&str]) -> HeaderMap {
    super::headers("tracestate", values)
}

#[track_caller]
fn check(values: &[&str], expected: Option<&str>) {
    let state = TraceState::from_headers(&headers(values));
    assert_eq!(state.as_ref().map(TraceState::as_str), expected, "{values:?}");
}

#[track_caller]
fn check_kept(value: &str) {
    check(&[value], Some(value));
}

#[test]
fn a_list_is_passed_on_as_it_came() {
    check_kept("foo=1");
    check_kept("foo=1,bar=2");
    check_kept("foo=1 \t , \t bar=2, \t baz=3");
    check_kept("foo=1\t \t,\t \tbar=2,\t \tbaz=3");
    check_kept("\t foo=1 \t");
    check_kept("foo=1,,bar=2, ,baz=3,");
    check_kept("foo= leading blanks are the value's");
}

#[test]
fn members_are_read_without_the_white_space_around_them() {
    let state = TraceState::from_headers(&headers(&["foo=1 \t , \t bar= 2,, baz=3 "])).unwrap();
    let members: Vec<_> = state.iter().collect();
    assert_eq!(members, [("foo", "1"), ("bar", " 2"), ("baz", "3")]);
    assert_eq!(state.get("bar"), Some(" 2"));
    assert_eq!(state.get("ba"), None);
}

#[test]
fn several_headers_are_joined_in_order() {
    check(&["foo=1,bar=2", "rojo=1,congo=2", "baz=3"], Some("foo=1,bar=2,rojo=1,congo=2,baz=3"));
    check(&["foo=1", ""], Some("foo=1"));
    check(&["", "foo=1"], Some("foo=1"));
    check(&[" , ", " foo=1 ", "\t", "bar=2"], Some(" foo=1 ,bar=2"));
}

#[test]
fn an_empty_list_is_none() {
    check(&[], None);
    check(&[""], None);
    check(&["", ""], None);
    check(&[" \t"], None);
    check(&[" , ,,"], None);
}

#[test]
fn every_character_that_may_stand_is_kept() {
    let name = "abcdefghijklmnopqrstuvwxyz0123456789_-*/";
    let value: String = (' '..='~').filter(|c| !",=".contains(*c)).collect();
    check_kept(&format!("{name}={value}"));
    check_kept(&format!("{name}@a-z0-9_-*/={value}"));
    check_kept("0tenant@system=1");
    check_kept("0name=1");
}

#[test]
fn one_wrong_member_drops_the_list() {
    for wrong in [
        "foo",
        "=1",
        "foo =1",
        "FOO=1",
        "foo.bar=1",
        "_foo=1",
        "foo@=1",
        "@foo=1",
        "foo@@bar=1",
        "foo@bar@baz=1",
        "foo@1bar=1",
        "foo=bar=baz",
        "foo=",
        "foo= ",
        "foo=\t",
        "foo=a\tb",
        "foo=ä",
    ] {
        check(&[wrong], None);
        check(&[&format!("bar=1,{wrong}")], None);
        check(&[&format!("{wrong},bar=1")], None);
        check(&["bar=1", wrong], None);
    }
}

#[test]
fn a_key_that_stands_twice_drops_the_list() {
    check(&["foo=1,foo=1"], None);
    check(&["foo=1,foo=2"], None);
    check(&["foo=1", "foo=1"], None);
    check(&["foo=1", "bar=1", " foo=2"], None);
}

#[test]
fn keys_and_values_are_bounded() {
    let name = |length| "z".repeat(length);
    check_kept(&format!("foo=1,{}=1", name(256)));
    check(&[&format!("foo=1,{}=1", name(257))], None);
    check_kept(&format!("foo=1,{}@{}=1", name(241), name(14)));
    check(&[&format!("foo=1,{}@v=1", name(242))], None);
    check(&[&format!("foo=1,t@{}=1", name(15))], None);
    check_kept(&format!("foo={}", name(256)));
    check(&[&format!("foo={}", name(257))], None);
}

#[test]
fn more_than_32_members_lose_the_rightmost() {
    let list = |members: std::ops::RangeInclusive<u32>| {
        members.map(|n| format!("bar{n:02}={n:02}")).collect::<Vec<_>>().join(",")
    };
    check_kept(&list(1..=32));
    check(&[&list(1..=33)], Some(&list(1..=32)));
    check(&[&list(1..=10), &list(11..=40)], Some(&list(1..=32)));
    check(&[&format!("{},FOO=1", list(1..=32))], None);
}

#[test]
fn more_than_512_bytes_lose_whole_members() {
    let member = |key: &str, length: usize| format!("{key}={}", "v".repeat(length - key.len() - 1));
    // 4 × 127 and 4 commas leave no place for one byte of another.
    let fits = ["a", "b", "c", "d"].map(|key| member(key, 127)).join(",");
    assert_eq!(fits.len(), 511);
    check(&[&format!("{fits},e=1")], Some(&fits));
    check(&[&fits, "e=1"], Some(&fits));
    // What is longer than 128 goes first, though others stand to its right.
    let (long, short) = (member("long", 129), member("short", 128));
    check(&[&format!("{long},{fits}")], Some(&fits));
    check(
        &[&format!("{short},{fits}")],
        Some(&["a", "b", "c"].map(|key| member(key, 127)).join(","))
            .map(|rest| format!("{short},{rest}"))
            .as_deref(),
    );
    // Blanks count, and go with their member.
    check(&[&format!("a=1,b=2{},c=3", " ".repeat(600))], Some("a=1,c=3"));
    check(&[&format!("a=1{}", " ".repeat(600))], None);
}

#[test]
fn a_hostile_header_is_read_to_a_bound() {
    // Not a byte of the tail is looked at: it would drop the list.
    let tail = "WRONG,".repeat(10_000);
    let head = format!("a=1,{}", ",".repeat(8 * 1024));
    check(&[&format!("{head}{tail}")], Some("a=1"));
    check(&[&head, &tail], Some("a=1"));
    check(&[&format!("a={}", "v".repeat(65_536))], None);
    check(&[&format!("a=1,b={}", "v".repeat(65_536))], Some("a=1"));
    check(&[&",".repeat(65_536)], None);
}

#[test]
fn a_wrong_list_leaves_the_caller_and_a_missing_caller_leaves_no_list() {
    let mut headers = headers(&["foo"]);
    headers.insert(
        "traceparent",
        "00-12345678901234567890123456789012-1234567890123456-01".parse().unwrap(),
    );
    let caller = SpanContext::from_headers(&headers).unwrap();
    assert_eq!(caller.tracestate, None);
    headers.insert("tracestate", "foo=1, bar=2".parse().unwrap());
    let caller = SpanContext::from_headers(&headers).unwrap();
    assert_eq!(caller.tracestate.as_ref().map(TraceState::as_str), Some("foo=1, bar=2"));
    let mut out = HeaderMap::new();
    caller.to_headers(&mut out);
    assert_eq!(out["tracestate"], "foo=1, bar=2");
    headers.remove("traceparent");
    assert_eq!(SpanContext::from_headers(&headers), None);
}

proptest! {
    #[test]
    fn whatever_comes_the_bounds_hold(values in prop::collection::vec(LISTS, 0..4)) {
        let headers = super::headers("tracestate", &values);
        if let Some(state) = TraceState::from_headers(&headers) {
            prop_assert!((1..=512).contains(&state.as_str().len()));
            prop_assert!((1..=32).contains(&state.iter().count()));
            // What was trimmed to is right, and is kept as it is.
            let again = super::headers("tracestate", &[state.as_str()]);
            prop_assert_eq!(TraceState::from_headers(&again), Some(state));
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(value in prop::collection::vec(any::<u8>(), 0..700)) {
        if let Some(state) = TraceState::from_headers(&super::headers("tracestate", &[value])) {
            prop_assert!(state.iter().count() > 0);
        }
    }
}
