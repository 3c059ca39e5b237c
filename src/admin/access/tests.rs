//! Every way to be trusted, and every way to pretend.

use super::*;
use crate::admin::routes::ROUTES;
use std::net::Ipv4Addr;

const TOKEN: &str = "sixteen-bytes-ok";
const LOCAL: Origin = from([127, 0, 0, 1], Door::Local);
const FAR: Origin = from([203, 0, 113, 7], Door::Anyone);
const FILE: Origin = Origin { peer: None, door: Door::File, patience: None };
const UNKNOWN: Origin = Origin { peer: None, door: Door::Anyone, patience: None };

const fn from(peer: [u8; 4], door: Door) -> Origin {
    let [a, b, c, d] = peer;
    let peer = IpAddr::V4(Ipv4Addr::new(a, b, c, d));
    Origin { peer: Some(peer), door, patience: None }
}

fn policy(token: Option<&str>, allow: &str) -> Policy {
    let token = token.map(|token| token.to_owned().into());
    Policy { token, allow: allow.parse().unwrap() }
}

fn request(headers: &[(&'static str, &str)]) -> Request<()> {
    let mut request = Request::get("/debug/ledger");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(()).unwrap()
}

fn of_local(headers: &[(&'static str, &str)]) -> Trust {
    policy(None, "").trust(&request(headers), LOCAL)
}

#[test]
fn a_right_token_is_trusted_from_everywhere() {
    let check = |shown: &[&str], expected: Trust| {
        let headers: Vec<_> = shown.iter().map(|value| ("authorization", *value)).collect();
        for origin in [FAR, UNKNOWN] {
            let found = policy(Some(TOKEN), "").trust(&request(&headers), origin);
            assert_eq!(found, expected, "{shown:?} {origin:?}");
        }
    };
    check(&["Bearer sixteen-bytes-ok"], Trust::Operator);
    check(&["bearer   sixteen-bytes-ok "], Trust::Operator);
    check(&["BEARER sixteen-bytes-ok"], Trust::Operator);
    for wrong in [
        "Bearer sixteen-bytes-o",
        "Bearer sixteen-bytes-okk",
        "Bearer sixteen-bytes-oK",
        "Bearer",
        "Bearer ",
        "Basic sixteen-bytes-ok",
        "sixteen-bytes-ok",
        "Bearer\tsixteen-bytes-ok",
        "",
    ] {
        check(&[wrong], Trust::Stranger);
    }
    check(&[], Trust::Stranger);
    // Which of two a proxy before us has checked cannot be known.
    check(&["Bearer sixteen-bytes-ok", "Bearer sixteen-bytes-ok"], Trust::Stranger);
}

#[test]
fn nobody_has_the_token_that_is_not_set() {
    let shown = request(&[("authorization", "Bearer ")]);
    assert_eq!(policy(None, "").trust(&shown, FAR), Trust::Stranger);
}

#[test]
fn a_process_of_this_machine_is_trusted_by_the_name_it_uses() {
    for host in [
        "localhost",
        "localhost:9464",
        "LOCALHOST:9464",
        "127.0.0.1:9464",
        "127.8.8.8",
        "[::1]:9464",
        "[::ffff:127.0.0.1]",
    ] {
        assert_eq!(of_local(&[("host", host)]), Trust::Operator, "{host}");
        let with_token = policy(Some(TOKEN), "").trust(&request(&[("host", host)]), LOCAL);
        assert_eq!(with_token, Trust::Reader, "{host}");
    }
    for host in [
        "",
        "a",
        "rebound.example:9464",
        "localhost.example",
        "127.0.0.1.example",
        "evil@localhost",
        "localhost, localhost",
        "0.0.0.0:9464",
        "[::]:9464",
        "128.0.0.1",
        "2130706433",
        "127.1",
    ] {
        assert_eq!(of_local(&[("host", host)]), Trust::Stranger, "{host}");
    }
    assert_eq!(of_local(&[]), Trust::Stranger);
    assert_eq!(of_local(&[("host", "localhost"), ("host", "localhost")]), Trust::Stranger);
}

#[test]
fn the_target_of_the_request_counts_as_its_host_does() {
    let check = |target: &str, expected: Trust| {
        let request = Request::get(target).header("host", "localhost").body(()).unwrap();
        assert_eq!(policy(None, "").trust(&request, LOCAL), expected, "{target}");
    };
    check("http://localhost:9464/debug/ledger", Trust::Operator);
    check("http://rebound.example/debug/ledger", Trust::Stranger);
}

#[test]
fn a_browser_and_a_proxy_ask_for_others() {
    let host = ("host", "localhost");
    for site in ["none", "same-origin", "same-site"] {
        assert_eq!(of_local(&[host, ("sec-fetch-site", site)]), Trust::Operator, "{site}");
    }
    assert_eq!(of_local(&[host, ("sec-fetch-site", "cross-site")]), Trust::Stranger);
    for name in PROXIED.each_ref().map(HeaderName::as_str) {
        let headers = HeaderMap::from_iter([
            (HOST, http::HeaderValue::from_static("localhost")),
            (name.parse().unwrap(), http::HeaderValue::from_static("")),
        ]);
        let mut request = Request::new(());
        *request.headers_mut() = headers;
        let open = policy(None, "0.0.0.0/0");
        for origin in [LOCAL, FILE, FAR] {
            assert_eq!(open.trust(&request, origin), Trust::Stranger, "{name} {origin:?}");
        }
    }
    let mut old = request(&[host]);
    *old.version_mut() = Version::HTTP_10;
    assert_eq!(policy(None, "").trust(&old, LOCAL), Trust::Stranger);
}

#[test]
fn this_machine_is_trusted_only_where_nobody_else_is_served() {
    let request = request(&[("host", "localhost")]);
    let check = |origin: Origin, expected: Trust| {
        assert_eq!(policy(None, "").trust(&request, origin), expected, "{origin:?}");
    };
    let mapped = IpAddr::V6(Ipv4Addr::LOCALHOST.to_ipv6_mapped());
    check(Origin { peer: Some(mapped), ..LOCAL }, Trust::Operator);
    check(from([127, 0, 0, 1], Door::Anyone), Trust::Stranger);
    check(from([10, 0, 0, 1], Door::Local), Trust::Stranger);
    check(Origin { peer: None, ..LOCAL }, Trust::Stranger);
    check(UNKNOWN, Trust::Stranger);
    check(FILE, Trust::Operator);
}

#[test]
fn allowed_networks_need_no_token() {
    let policy = policy(Some(TOKEN), "10.0.0.0/8, fd00::/8");
    let check = |origin: Origin, expected: Trust| {
        assert_eq!(policy.trust(&request(&[("host", "a")]), origin), expected, "{origin:?}");
    };
    check(from([10, 1, 2, 3], Door::Anyone), Trust::Operator);
    check(from([10, 1, 2, 3], Door::Local), Trust::Operator);
    check(from([11, 1, 2, 3], Door::Anyone), Trust::Stranger);
    check(UNKNOWN, Trust::Stranger);
}

/// A page may have a browser ask that stands in an allowed network.
#[test]
fn a_browser_is_trusted_by_its_place_where_no_page_elsewhere_can_be_behind_it() {
    let policy = policy(Some(TOKEN), "127.0.0.0/8, 10.0.0.0/8");
    let check = |headers: &[(&'static str, &str)], expected: Trust| {
        for origin in [from([10, 1, 2, 3], Door::Anyone), from([127, 0, 0, 1], Door::Anyone)] {
            let found = policy.trust(&request(headers), origin);
            assert_eq!(found, expected, "{headers:?} {origin:?}");
        }
    };
    let (name, address) = (("host", "rebound.example:9464"), ("host", "10.1.2.1:9464"));
    check(&[name], Trust::Operator);
    for browser in [("accept-language", "de"), ("referer", "a"), ("sec-fetch-site", "none")] {
        check(&[name, browser], Trust::Stranger);
        check(&[browser], Trust::Stranger);
        check(&[address, browser], Trust::Operator);
        check(&[("host", "[fd00::1]:9464"), browser], Trust::Operator);
        check(&[("host", "10.1.2.1@rebound.example"), browser], Trust::Stranger);
    }
    for host in [name, address] {
        check(&[host, ("origin", "http://page.example")], Trust::Stranger);
        check(&[host, ("sec-fetch-site", "cross-site")], Trust::Stranger);
        let shown = ("authorization", "Bearer sixteen-bytes-ok");
        check(&[host, shown, ("origin", "http://page.example")], Trust::Operator);
    }
}

/// HTTP/2 has the name it is called by in the target alone.
#[test]
fn a_browser_that_speaks_another_version_is_none_the_less_one() {
    let check = |target: &str, expected: Trust| {
        let request = Request::get(target).version(Version::HTTP_2).header("accept-language", "de");
        let origin = from([10, 1, 2, 3], Door::Anyone);
        let found = policy(None, "10.0.0.0/8").trust(&request.body(()).unwrap(), origin);
        assert_eq!(found, expected, "{target}");
    };
    check("https://10.1.2.1/debug/ledger", Trust::Operator);
    check("https://rebound.example/debug/ledger", Trust::Stranger);
}

#[test]
fn what_is_asked_for_decides_how_much_trust_it_takes() {
    let headers = HeaderMap::new();
    for route in ROUTES {
        let needed = |method: &Method| {
            let policy = policy(None, "");
            let enough = |trust: &Trust| policy.check(route, method, &headers, *trust).is_ok();
            [Trust::Stranger, Trust::Reader, Trust::Operator].into_iter().find(enough)
        };
        let anyone = ["/metrics", "/livez", "/readyz", "/startupz"].contains(&route.path);
        let expected = if anyone { Trust::Stranger } else { Trust::Reader };
        assert_eq!(needed(&Method::GET), Some(expected), "{}", route.path);
        assert_eq!(needed(&Method::HEAD), Some(expected), "{}", route.path);
        let expected = if anyone { Trust::Stranger } else { Trust::Operator };
        assert_eq!(needed(&Method::PUT), Some(expected), "{}", route.path);
    }
}

#[test]
fn a_refusal_says_what_is_missing() {
    let route = Route::find("/debug/ledger").unwrap();
    let check = |token: Option<&str>, shown: &[(&'static str, &str)], expected: Refusal| {
        let request = request(shown);
        let policy = policy(token, "");
        let found = policy.check(route, &Method::GET, request.headers(), Trust::Stranger);
        assert_eq!(found, Err(expected), "{token:?} {shown:?}");
    };
    check(None, &[], Refusal::Forbidden);
    check(None, &[("authorization", "Bearer whatever-it-is")], Refusal::Forbidden);
    check(Some(TOKEN), &[], Refusal::NoToken);
    check(Some(TOKEN), &[("authorization", "Bearer whatever-it-is")], Refusal::WrongToken);
}
