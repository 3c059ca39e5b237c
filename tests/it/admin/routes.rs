//! What the routes answer.

use super::served;
use http::{Method, StatusCode};
use obskit::admin::{ROUTES, Route};
use obskit_tests::http as client;

const TEXT: &str = "text/plain; charset=utf-8";
const HEALTH: &str = "application/health+json";

#[tokio::test]
async fn each_path_answers_with_its_type() {
    let (_telemetry, addr) = served().await;
    let check = async |path: &str, content_type: &str, body: &str| {
        let reply = client::get(&format!("http://{addr}{path}")).await;
        assert_eq!(reply.status, StatusCode::OK, "{path}");
        assert_eq!(reply.header("content-type"), content_type, "{path}");
        assert!(reply.text().contains(body), "{path}: {}", reply.text());
    };
    let pass = r#"{"status":"pass"}"#;
    check("/", TEXT, "orders").await;
    check("/metrics", "text/plain; version=0.0.4; charset=utf-8", "").await;
    for path in ["/livez", "/health/live", "/readyz", "/health", "/health/ready"] {
        check(path, HEALTH, pass).await;
    }
    check("/startupz", HEALTH, pass).await;
}

#[tokio::test]
async fn the_list_names_every_path() {
    let (_telemetry, addr) = served().await;
    let list = client::get(&format!("http://{addr}/")).await;
    for path in ROUTES.iter().flat_map(Route::paths) {
        assert!(list.text().split_whitespace().any(|word| word == path), "{path}");
    }
}

#[tokio::test]
async fn head_answers_as_get_without_the_body() {
    let (_telemetry, addr) = served().await;
    for path in ROUTES.iter().flat_map(Route::paths) {
        let url = format!("http://{addr}{path}");
        let get = client::get(&url).await;
        let head = client::send(Method::HEAD, &url, &[], "").await.unwrap();
        assert_eq!(head.status, get.status, "{path}");
        assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
        assert!(head.body.is_empty() && !head.header("content-length").is_empty(), "{path}");
    }
}

#[tokio::test]
async fn other_methods_are_refused_on_every_path() {
    let (_telemetry, addr) = served().await;
    let methods = ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"];
    let allows =
        |route: &Route, method: &&str| route.methods.split(", ").any(|known| known == *method);
    let paths = ROUTES.iter().flat_map(|route| route.paths().map(move |path| (path, route)));
    for (path, route) in paths {
        for method in methods.into_iter().filter(|method| !allows(route, method)) {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let url = format!("http://{addr}{path}");
            let reply = client::send(method.clone(), &url, &[], "{}").await.unwrap();
            assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            assert_eq!(reply.header("allow"), route.methods, "{method} {path}");
            assert!(!reply.text().contains(method.as_str()), "{}", reply.text());
        }
    }
}

#[tokio::test]
async fn unknown_paths_are_not_found_and_not_echoed() {
    let (_telemetry, addr) = served().await;
    for path in ["/nothing", "/metrics/", "//metrics", "/METRICS", "/%6Detrics", "/livez/..", "/_x"]
    {
        let reply = client::get(&format!("http://{addr}{path}?secret=1")).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{path}");
        let body = reply.text();
        assert!(!body.contains("secret") && !body.contains(path), "{path}: {body}");
    }
}

#[tokio::test]
async fn no_answer_is_cached_guessed_at_or_part_of_another_page() {
    let (_telemetry, addr) = served().await;
    for path in ROUTES.iter().map(|route| route.path).chain(["/nothing"]) {
        let reply = client::get(&format!("http://{addr}{path}")).await;
        assert_eq!(reply.header("cache-control"), "no-store", "{path}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(reply.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(reply.header("cross-origin-resource-policy"), "same-origin", "{path}");
        let policy = reply.header("content-security-policy");
        assert_eq!(policy, "default-src 'none'; frame-ancestors 'none'", "{path}");
    }
}

#[tokio::test]
async fn readiness_follows_the_latches() {
    let (telemetry, addr) = served().await;
    let check = async |path: &str, status: u16| {
        let reply = client::get(&format!("http://{addr}{path}")).await;
        assert_eq!(reply.status, status, "{path}");
        let verdict = if status == 200 { "pass" } else { "fail" };
        assert_eq!(reply.json(), serde_json::json!({ "status": verdict }), "{path}");
    };
    let (first, second) = (telemetry.latch(), telemetry.latch());
    for path in ["/readyz", "/health", "/health/ready", "/startupz", "/health/startup"] {
        check(path, 503).await;
    }
    check("/livez", 200).await;
    drop(first);
    check("/readyz", 503).await;
    drop(second);
    check("/readyz", 200).await;
    check("/startupz", 200).await;
    let _leaving = telemetry.latch();
    check("/readyz", 503).await;
    check("/startupz", 200).await;
    check("/livez", 200).await;
}
