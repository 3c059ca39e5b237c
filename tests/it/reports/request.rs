//! What a report says of its request.

use axum::Router;
use axum::body::Body;
use axum::routing::any;
use http::{Method, Request, StatusCode};
use obskit::config::{Capture, Config, Trust};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::lab::Reported;

/// What the report of a failing request says of it.
async fn told(set: impl FnOnce(&mut Config), uri: &str, headers: &[(&str, &str)]) -> Value {
    let lab = Reported::with(set).await;
    ask(&lab, Method::POST, uri, headers).await;
    lab.event()["request"].clone()
}

async fn ask(lab: &Reported, method: Method, uri: &str, headers: &[(&str, &str)]) {
    let fail = || async { StatusCode::INTERNAL_SERVER_ERROR };
    let router = Router::new().route("/users/{id}", any(fail)).fallback(fail);
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty()).unwrap();
    router.layer(lab.telemetry.layer()).oneshot(request).await.unwrap();
}

#[tokio::test]
async fn its_url_is_the_route() {
    let check = async |uri: &str, headers: &[(&str, &str)], expected: &str| {
        let request = told(|_| (), uri, headers).await;
        assert_eq!(request["url"], expected, "{uri} {headers:?}");
        assert_eq!((&request["method"], request.get("query_string")), (&json!("POST"), None));
    };
    let host = ("host", "shop.example:8080");
    check("/users/7?page=2", &[host], "http://shop.example:8080/users/{id}").await;
    check(
        "/users/7",
        &[host, ("x-forwarded-proto", "https")],
        "https://shop.example:8080/users/{id}",
    )
    .await;
    check("https://me:pw@shop.example/users/7?a=b", &[], "https://shop.example/users/{id}").await;
    check("/other/7?page=2", &[("host", "shop")], "http://shop/unmatched").await;
    check("/users/7", &[], "http://localhost/users/{id}").await;
    for junk in ["a/b?token=c", "a b", "?page=2", "a\u{e4}"] {
        check("/users/7", &[("host", junk)], "http://localhost/users/{id}").await;
    }
}

#[tokio::test]
async fn a_proxy_is_believed_where_it_is_trusted() {
    let headers = [("host", "shop"), ("x-forwarded-proto", "https")];
    let request = told(|config| config.context.trust = Trust::None, "/users/7", &headers).await;
    assert_eq!(request["url"], "http://shop/users/{id}");
}

#[tokio::test]
async fn its_path_is_told_where_that_is_listed() {
    let list = |config: &mut Config| config.traces.capture = vec![Capture::UrlPath];
    let request = told(list, "/users/7?page=2", &[("host", "shop")]).await;
    assert_eq!(request["url"], "http://shop/users/7");
}

#[tokio::test]
async fn headers_are_told_that_are_listed() {
    let sent = [
        ("accept", "text/html"),
        ("accept", "image/png"),
        ("authorization", "Bearer abc"),
        ("content-length", "0"),
        ("content-type", "application/json"),
        ("cookie", "session=abc"),
        ("host", "shop"),
        ("referer", "https://other/?q=1"),
        ("user-agent", "test/1"),
        ("x-forwarded-for", "192.0.2.7"),
    ];
    let request = told(|_| (), "/users/7", &sent).await;
    let expected = json!({
        "accept": "text/html, image/png",
        "content-length": "0",
        "content-type": "application/json",
        "host": "shop",
        "user-agent": "test/1",
    });
    assert_eq!(request["headers"], expected);
    assert_eq!((request.get("cookies"), request.get("env")), (None, None));

    let list = |config: &mut Config| {
        let names = ["Referer", "authorization", "cookie", "x-missing"];
        config.reports.headers = names.map(str::to_owned).to_vec();
    };
    let request = told(list, "/users/7", &sent).await;
    let hidden = "[redacted]";
    let expected = json!({
        "authorization": hidden, "cookie": hidden, "referer": "https://other/?q=[redacted]",
    });
    assert_eq!(request["headers"], expected, "the policy goes before the list");

    let request = told(|config| config.reports.headers.clear(), "/users/7", &sent).await;
    assert_eq!((request.get("headers"), &request["url"]), (None, &json!("http://shop/users/{id}")));
}

#[tokio::test]
async fn a_head_of_one_header_many_times_is_told_in_part() {
    let many: Vec<_> = (0..500).map(|_| ("accept", "a/b")).collect();
    let request = told(|_| (), "/users/7", &many).await;
    assert_eq!(request["headers"]["accept"].as_str().unwrap().split(", ").count(), 64);
}

#[tokio::test]
async fn a_method_that_nobody_knows_is_not_told() {
    let lab = Reported::start().await;
    ask(&lab, Method::from_bytes(b"SECRET").unwrap(), "/users/7", &[]).await;
    let event = lab.event();
    assert_eq!(event["request"]["method"], "_OTHER");
    assert_eq!(event["transaction"], "HTTP /users/{id}");
}

#[tokio::test]
async fn no_address_of_a_client_is_told() {
    let lab = Reported::start().await;
    let headers = [("x-forwarded-for", "192.0.2.7"), ("forwarded", "for=192.0.2.7")];
    ask(&lab, Method::GET, "/users/7", &headers).await;
    assert_eq!(lab.event()["user"], Value::Null);
    assert!(!lab.sentry.has_seen("192.0.2.7"));
}
