//! Request IDs: what is accepted, what is made.

use std::collections::HashSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{HeaderMap, HeaderValue};
use obskit::context::{RequestId, X_REQUEST_ID};
use proptest::prelude::*;

const ALLOWED: &str = "[A-Za-z0-9._~:@+/=_-]{1,200}";

fn headers(values: &[&[u8]]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for value in values {
        headers.append(&X_REQUEST_ID, HeaderValue::from_bytes(value).unwrap());
    }
    headers
}

#[track_caller]
fn check(values: &[&[u8]], expected: Option<&str>) {
    let id = RequestId::from_headers(&headers(values));
    assert_eq!(id.as_ref().map(RequestId::as_str), expected);
    if let (Some(id), Some(text)) = (id, expected) {
        assert_eq!(id.as_header(), text);
        assert_eq!(id.to_string(), text);
        assert_eq!(RequestId::parse(text), Some(id));
    }
}

#[test]
fn ids_of_every_kind_are_kept_byte_for_byte() {
    for text in [
        "7",
        "4bf92f3577b34da6a3ce929d0e0e4736",
        "f47ac10b-58cc-4372-9567-0e02b2c3d479",
        "f47ac10b-58cc-4372-a567-0e02b2c3d479",
        "F47AC10B-58CC-4372-B567-0E02B2C3D479",
        "01890a5d-ac96-774b-bcce-b302099a8057",
        "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "Root=1-67891233-abcdef012345678912345678",
        "a.b_c~d:e@f+g/h=i-j",
        "==",
    ] {
        check(&[text.as_bytes()], Some(text));
    }
}

#[test]
fn the_length_is_bounded() {
    for (length, accepted) in
        [(1, true), (36, true), (37, true), (200, true), (201, false), (65_536, false)]
    {
        let text = "x".repeat(length);
        check(&[text.as_bytes()], accepted.then_some(&text));
        assert_eq!(RequestId::parse(&text).is_some(), accepted, "{length}");
    }
    check(&[b""], None);
    assert_eq!(RequestId::parse(""), None);
}

#[test]
fn a_header_that_stands_twice_or_not_at_all_is_none() {
    check(&[], None);
    check(&[b"one", b"two"], None);
    check(&[b"same", b"same"], None);
    check(&[b"one", b""], None);
}

#[test]
fn every_byte_outside_the_alphabet_is_refused() {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._~:@+/=_-".contains(&byte);
    for byte in (0..=u8::MAX).filter(|byte| HeaderValue::from_bytes(&[*byte]).is_ok()) {
        let text = [b'a', byte, b'z'];
        let accepted = RequestId::from_headers(&headers(&[&text])).is_some();
        assert_eq!(accepted, allowed(byte), "byte {byte:#04x}");
    }
    for text in ["a\r\nset-cookie: b", "a\nb", "a\0b", "a b", "a,b", "ä", "a\u{2028}b"] {
        assert_eq!(RequestId::parse(text), None, "{text:?}");
    }
}

#[test]
fn a_made_id_is_a_uuid_of_version_7() {
    let now = UNIX_EPOCH + Duration::from_millis(0x0189_0a5d_ac96) + Duration::from_micros(7);
    let id = RequestId::generate(now);
    let parts: Vec<_> = id.as_str().split('-').collect();
    assert_eq!(parts.iter().map(|part| part.len()).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
    assert_eq!(parts[..2], ["01890a5d", "ac96"], "the milliseconds");
    assert!(parts[2].starts_with('7'), "the version in {id}");
    assert!(parts[3].starts_with(['8', '9', 'a', 'b']), "the variant in {id}");
    assert!(id.as_str().bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f' | b'-')));
    assert_eq!(RequestId::parse(id.as_str()), Some(id.clone()));
    assert_eq!(id.as_header(), id.as_str());
    assert_eq!(format!("{id:?}"), format!("RequestId({id})"));
}

#[test]
fn any_clock_makes_an_id() {
    for now in [UNIX_EPOCH - Duration::from_secs(1), UNIX_EPOCH] {
        assert!(RequestId::generate(now).as_str().starts_with("00000000-0000-7"));
    }
    let far = UNIX_EPOCH + Duration::from_millis((1 << 48) + 5);
    assert_eq!(RequestId::generate(far).as_str().len(), 36);
}

#[test]
fn made_ids_do_not_repeat_and_use_all_their_bits() {
    let now = SystemTime::now();
    let make = move || (0..5_000).map(|_| RequestId::generate(now)).collect::<Vec<_>>();
    let threads: Vec<_> = (0..2).map(|_| std::thread::spawn(make)).collect();
    let ids: Vec<_> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 10_000);
    let bits = |id: &RequestId| u128::from_str_radix(&id.as_str().replace('-', ""), 16).unwrap();
    let first = bits(&ids[0]);
    let varied = ids.iter().fold(0, |seen, id| seen | bits(id) ^ first);
    let random = ((1_u128 << 62) - 1) | (0xfff << 64);
    assert_eq!(varied, random, "74 bits vary, and no other");
}

#[test]
fn a_made_id_is_one_allocation_and_its_clones_none() {
    let now = SystemTime::now();
    drop(RequestId::generate(now));
    let mut id = None;
    let made = allocation_counter::measure(|| id = Some(RequestId::generate(now)));
    assert_eq!(made.count_total, 1);
    let id = id.unwrap();
    let cloned = allocation_counter::measure(|| drop((id.clone(), id.as_header().clone())));
    assert_eq!(cloned.count_total, 0);
}

#[test]
fn echoing_an_id_shares_its_bytes() {
    let id = RequestId::generate(SystemTime::now());
    let (one, two) = (id.as_header().clone(), id.clone());
    assert_eq!(one.as_bytes().as_ptr(), id.as_header().as_bytes().as_ptr());
    assert_eq!(two.as_header().as_bytes().as_ptr(), id.as_header().as_bytes().as_ptr());
}

proptest! {
    #[test]
    fn what_is_printed_is_parsed(text in ALLOWED) {
        let id = RequestId::parse(&text).unwrap();
        prop_assert_eq!(id.as_str(), &text);
        prop_assert_eq!(RequestId::from_header(id.as_header()), Some(id));
    }

    #[test]
    fn arbitrary_bytes_never_panic(
        values in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..3),
    ) {
        let mut headers = HeaderMap::new();
        for value in values.iter().filter_map(|value| HeaderValue::from_bytes(value).ok()) {
            headers.append(&X_REQUEST_ID, value);
        }
        if let Some(id) = RequestId::from_headers(&headers) {
            prop_assert!((1..=200).contains(&id.as_str().len()));
            prop_assert_eq!(id.as_str().as_bytes(), id.as_header().as_bytes());
        }
    }
}
