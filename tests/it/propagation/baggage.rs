//! `baggage`: what is kept, what is dropped, how it reads.

use obskit::context::Baggage;
use proptest::prelude::*;

/// Right and wrong members in any number, or any text.
const LISTS: &str = "([a-z ]{1,3}=[ -~]{0,40},?){0,90}|\\PC{0,90}";

fn read(values: &[&str]) -> Option<Baggage> {
    Baggage::from_headers(&super::headers("baggage", values))
}

#[track_caller]
fn check(values: &[&str], expected: Option<&str>) {
    assert_eq!(read(values).as_ref().map(Baggage::as_str), expected, "{values:?}");
}

#[test]
fn members_are_passed_on_as_they_came() {
    for kept in [
        "userId=alice,serverNode=DF%2028,isProduction=false",
        "key1=value1;property1;property2, key2 = value2, key3=value3; propertyKey=propertyValue",
        "userId =   alice",
        "a=b=c==,d=",
        "!#$%&'*+-.^_`|~=!#$%&'()*+-./:<=>?@[]^_`{|}~",
    ] {
        check(&[kept], Some(kept));
    }
    check(&["userId=alice", "serverNode=DF%2028"], Some("userId=alice,serverNode=DF%2028"));
}

#[test]
fn wrong_members_are_dropped_and_the_others_stay() {
    for wrong in [
        "a",
        "=b",
        "a b=c",
        "a=b c",
        "a=\"b\"",
        "a=b\\c",
        "ä=b",
        "a=ä",
        "a=b;",
        "a=b;;c",
        "a=b;c d",
        "a=b;c=d e",
        "a=b;=c",
        "a(b)=c",
    ] {
        check(&[wrong], None);
        check(&[&format!("x=1,{wrong},y=2")], Some("x=1,y=2"));
    }
    check(&[], None);
    check(&["", " ,\t,"], None);
    check(&["a=1,,b=2,"], Some("a=1,b=2"));
}

#[test]
fn values_are_decoded_and_properties_kept() {
    let baggage = read(&["a = DF%2028 ; p ; q=1, b=%C3%A4%E2%82, a=again"]).unwrap();
    let members: Vec<_> =
        baggage.iter().map(|m| (m.key, m.value.into_owned(), m.properties)).collect();
    let expected = [("a", "DF 28", "p ; q=1"), ("b", "ä\u{fffd}", ""), ("a", "again", "")];
    assert_eq!(members, expected.map(|(key, value, rest)| (key, value.to_owned(), rest)));
    assert_eq!(baggage.get("a").as_deref(), Some("again"), "the last stands");
    assert_eq!(baggage.get("c"), None);
}

#[test]
fn members_and_bytes_are_bounded() {
    let list = |count: usize| (0..count).map(|n| format!("k{n}=v")).collect::<Vec<_>>().join(",");
    check(&[&list(64)], Some(&list(64)));
    check(&[&list(65)], Some(&list(64)));
    let sized = |length: usize| format!("k={}", "v".repeat(length - 2));
    check(&[&sized(8192)], Some(&sized(8192)));
    check(&[&sized(8193)], None);
    check(&[&sized(8190), "a"], Some(&sized(8190)));
    check(&[&format!("a=1,{},b=2", sized(8190))], Some("a=1,b=2"));
}

#[test]
fn a_hostile_header_is_read_to_a_bound() {
    check(&[&format!("a=1,b={},c=3", "v".repeat(65_536))], Some("a=1"));
    check(&[&format!("a=1{},c=3", ",".repeat(65_536))], Some("a=1"));
    check(&["a=1", &"x".repeat(65_536), "c=3"], Some("a=1"));
}

#[test]
fn members_can_be_added() {
    let baggage = Baggage::new("user", "älice & co, \"x\"").unwrap();
    assert_eq!(baggage.as_str(), "user=%C3%A4lice%20%26%20co%2C%20%22x%22");
    let baggage = baggage.with("tenant", "a-1").unwrap().with("user", "bob").unwrap();
    assert_eq!(baggage.as_str(), "tenant=a-1,user=bob");
    for key in ["", "a b", "a=", "a,b", "ä"] {
        assert_eq!(baggage.with(key, "1"), None, "{key:?}");
    }
    assert_eq!(baggage.with("big", &"v".repeat(8192)), None);
    let full = (0..62).fold(baggage, |all, n| all.with(&format!("k{n}"), "v").unwrap());
    assert_eq!(full.with("one-more", "v"), None);
    assert!(full.with("k0", "other").is_some(), "one of its keys has a place");
}

proptest! {
    #[test]
    fn what_is_added_is_read(key in "[!#$%&'*+.^_`|~0-9a-zA-Z-]{1,20}", value in any::<String>()) {
        let baggage = Baggage::new(&key, &value).unwrap();
        let headers = super::headers("baggage", &[baggage.as_str()]);
        let received = Baggage::from_headers(&headers).unwrap();
        let read = received.get(&key);
        prop_assert_eq!(read.as_deref(), Some(&*value));
        prop_assert_eq!(received, baggage);
    }

    #[test]
    fn whatever_comes_the_bounds_hold(values in prop::collection::vec(LISTS, 0..4)) {
        let headers = super::headers("baggage", &values);
        if let Some(baggage) = Baggage::from_headers(&headers) {
            prop_assert!((1..=8192).contains(&baggage.as_str().len()));
            prop_assert!((1..=64).contains(&baggage.iter().count()));
            let again = super::headers("baggage", &[baggage.as_str()]);
            prop_assert_eq!(Baggage::from_headers(&again), Some(baggage));
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(value in prop::collection::vec(any::<u8>(), 0..700)) {
        if let Some(baggage) = Baggage::from_headers(&super::headers("baggage", &[value])) {
            prop_assert!(baggage.iter().count() > 0);
        }
    }
}
