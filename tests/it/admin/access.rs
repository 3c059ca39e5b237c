//! Who may ask for what.

use super::{TOKEN, served, served_with};
use http::{Method, StatusCode};
use obskit::Telemetry;
use obskit::admin::{Access, ROUTES, Route};
use obskit::config::{AdminAddr, Config};
use obskit_tests::http::{self as client, Reply};
use std::net::SocketAddr;

const BEARER: (&str, &str) = ("authorization", "Bearer sixteen-bytes-ok");
/// What a browser sends to a name that was made to lead here.
const REBOUND: (&str, &str) = ("host", "rebound.example:9464");
const BROWSER: (&str, &str) = ("accept-language", "de");

async fn ask(addr: SocketAddr, method: Method, path: &str, headers: &[(&str, &str)]) -> Reply {
    let url = format!("http://127.0.0.1:{}{path}", addr.port());
    client::send(method, &url, headers, "info").await.unwrap()
}

fn paths(access: Access) -> impl Iterator<Item = &'static str> {
    ROUTES.iter().filter(move |route| route.access == access).flat_map(Route::paths)
}

/// The statuses of every trusted route read, and of a change.
async fn check(addr: SocketAddr, headers: &[(&str, &str)], read: u16, change: u16) {
    for path in paths(Access::Trusted) {
        let reply = ask(addr, Method::GET, path, headers).await;
        assert_eq!(reply.status, read, "{path} {headers:?}");
    }
    let put = ask(addr, Method::PUT, "/loglevel", headers).await;
    assert_eq!(put.status, change, "{headers:?}");
    for path in paths(Access::Anyone) {
        let reply = ask(addr, Method::GET, path, headers).await;
        assert_eq!(reply.status, StatusCode::OK, "{path} {headers:?}");
    }
}

/// On every address, as in a container, where the peers of these tests are nobody in particular.
fn everywhere(config: &mut Config) {
    config.admin.addr = AdminAddr::from(([0, 0, 0, 0], 0));
}

fn with_token(config: &mut Config) {
    config.admin.token = Some(TOKEN.to_owned().into());
}

#[tokio::test]
async fn a_caller_on_this_machine_needs_nothing() {
    let (_telemetry, addr) = served().await;
    check(addr, &[], 200, 200).await;
    let local = format!("localhost:{}", addr.port());
    check(addr, &[("host", &local)], 200, 200).await;
    for other in [
        REBOUND,
        ("sec-fetch-site", "cross-site"),
        ("x-forwarded-for", "203.0.113.7"),
        ("forwarded", "for=203.0.113.7"),
        ("via", "1.1 proxy"),
    ] {
        check(addr, &[other], 403, 403).await;
    }
}

#[tokio::test]
async fn where_a_token_is_set_a_change_takes_it() {
    let (_telemetry, addr) = served_with(with_token).await;
    check(addr, &[], 200, 401).await;
    check(addr, &[BEARER], 200, 200).await;
    check(addr, &[BEARER, REBOUND], 200, 200).await;
    check(addr, &[REBOUND], 401, 401).await;
    check(addr, &[("authorization", "Bearer sixteen-bytes-no"), REBOUND], 401, 401).await;
}

#[tokio::test]
async fn on_every_address_nobody_is_trusted_unless_somebody_says_so() {
    let (_telemetry, addr) = served_with(everywhere).await;
    check(addr, &[], 403, 403).await;
    check(addr, &[BEARER], 403, 403).await;
    let (_telemetry, addr) = served_with(|config| {
        everywhere(config);
        with_token(config);
    })
    .await;
    check(addr, &[], 401, 401).await;
    check(addr, &[BEARER], 200, 200).await;
    let (_telemetry, addr) = served_with(|config| {
        everywhere(config);
        with_token(config);
        config.admin.allow = "127.0.0.0/8".parse().unwrap();
    })
    .await;
    check(addr, &[], 200, 200).await;
    check(addr, &[REBOUND], 200, 200).await;
    check(addr, &[REBOUND, BROWSER], 401, 401).await;
    check(addr, &[BROWSER], 200, 200).await;
    check(addr, &[("origin", "http://page.example")], 401, 401).await;
    check(addr, &[("x-forwarded-for", "127.0.0.1")], 401, 401).await;
}

#[tokio::test]
async fn a_refusal_says_how_to_ask_and_no_more() {
    let (_telemetry, addr) = served_with(with_token).await;
    let check = async |headers: &[(&str, &str)], challenge: &str, body: &str| {
        let reply = ask(addr, Method::GET, "/debug/config?secret", headers).await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
        assert_eq!(reply.header("www-authenticate"), challenge);
        assert_eq!(reply.text(), body);
    };
    check(&[REBOUND], "Bearer", "a token is needed\n").await;
    let wrong = ("authorization", "Bearer secret-secret-secret");
    let challenge = "Bearer error=\"invalid_token\"";
    check(&[REBOUND, wrong], challenge, "the token is wrong\n").await;
    let (_telemetry, addr) = served().await;
    let reply = ask(addr, Method::GET, "/debug/config?secret", &[REBOUND, wrong]).await;
    assert_eq!((reply.status.as_u16(), reply.text()), (403, "forbidden\n"));
    assert_eq!(reply.header("www-authenticate"), "");
}

fn refused(telemetry: &Telemetry, reason: &str) -> u64 {
    let series = format!("obskit_admin_refused_total{{reason=\"{reason}\"}} ");
    let text = telemetry.metrics().text();
    let line = text.lines().find_map(|line| line.strip_prefix(&series));
    line.unwrap().parse().unwrap()
}

#[tokio::test]
async fn refusals_are_counted_by_their_reason() {
    let (telemetry, addr) = served_with(with_token).await;
    let reasons = ["no_token", "wrong_token", "forbidden"];
    assert_eq!(reasons.map(|reason| refused(&telemetry, reason)), [0, 0, 0]);
    let wrong = ("authorization", "Bearer sixteen-bytes-no");
    for headers in [&[REBOUND][..], &[REBOUND, wrong], &[REBOUND, wrong], &[REBOUND, BEARER]] {
        ask(addr, Method::GET, "/debug/ledger", headers).await;
    }
    assert_eq!(reasons.map(|reason| refused(&telemetry, reason)), [1, 2, 0]);
    // A probe is answered, but the token was a guess where details were asked for.
    for (path, wrong_ones) in [("/readyz", 2), ("/metrics", 2), ("/readyz?verbose", 3)] {
        let reply = ask(addr, Method::GET, path, &[REBOUND, wrong]).await;
        assert_eq!(
            (reply.status, refused(&telemetry, "wrong_token")),
            (StatusCode::OK, wrong_ones)
        );
    }
    let (telemetry, addr) = served().await;
    ask(addr, Method::GET, "/debug/ledger", &[REBOUND]).await;
    assert_eq!(reasons.map(|reason| refused(&telemetry, reason)), [0, 0, 1]);
}
