//! What probes are told, and by whom.

use super::{served, served_with};
use http::{Method, StatusCode};
use obskit::Telemetry;
use obskit_tests::http::{self as client, Reply};
use serde_json::{Value, json};
use std::net::SocketAddr;

const STRANGER: (&str, &str) = ("x-forwarded-for", "203.0.113.7");

/// One check that passes, one that fails and is critical, and one that fails and is optional.
fn with_checks(telemetry: &Telemetry) {
    let health = telemetry.health();
    health.passive("queue").register().unwrap().pass();
    health.passive("postgres").register().unwrap().fail("no \"answer\"\n within 1s");
    health.passive("cache").optional().register().unwrap().fail("full");
}

async fn get(addr: SocketAddr, path: &str, headers: &[(&str, &str)]) -> Reply {
    client::try_get(&format!("http://{addr}{path}"), headers).await.unwrap()
}

async fn verdict(addr: SocketAddr, path: &str) -> (u16, String) {
    let reply = get(addr, path, &[STRANGER]).await;
    assert_eq!(reply.header("content-type"), "application/health+json");
    let verdict = reply.json();
    assert_eq!(verdict.as_object().unwrap().len(), 1, "{verdict}");
    (reply.status.as_u16(), verdict["status"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn strangers_are_told_the_verdict_alone() {
    let (telemetry, addr) = served().await;
    with_checks(&telemetry);
    let plain = get(addr, "/readyz", &[STRANGER]).await;
    assert_eq!((plain.status.as_u16(), plain.text()), (503, r#"{"status":"fail"}"#));
    for path in ["/readyz?verbose", "/health?verbose=true", "/readyz?verbose&verbose&x"] {
        let reply = get(addr, path, &[STRANGER]).await;
        assert_eq!((reply.status, reply.body), (plain.status, plain.body.clone()), "{path}");
    }
    // Who is trusted gets no more than asked for.
    assert_eq!(get(addr, "/readyz", &[]).await.body, plain.body);
}

#[tokio::test]
async fn checks_are_left_out_of_the_verdict_by_name() {
    let (telemetry, addr) = served().await;
    with_checks(&telemetry);
    let check = async |query: &str, expected: (u16, &str)| {
        let (status, verdict) = verdict(addr, &format!("/readyz{query}")).await;
        assert_eq!((status, verdict.as_str()), expected, "{query}");
    };
    check("", (503, "fail")).await;
    check("?exclude=cache", (503, "fail")).await;
    check("?exclude=postgres", (200, "warn")).await;
    check("?exclude=%70ostgres", (200, "warn")).await;
    check("?exclude=postgres&exclude=cache", (200, "pass")).await;
    check("?exclude=cache,%20postgres,,nothing", (200, "pass")).await;
    check("?exclude=POSTGRES&exclud=postgres&exclude", (503, "fail")).await;
    // As many names as there can be checks are read, and no more.
    let many = (0..128).map(|n| format!("n{n}")).collect::<Vec<_>>().join(",");
    check(&format!("?exclude={many},postgres"), (503, "fail")).await;
    check(&format!("?exclude=postgres,{many}"), (200, "warn")).await;
}

#[tokio::test]
async fn who_is_trusted_is_told_of_every_check() {
    let (telemetry, addr) = served_with(|config| {
        config.service.version = Some("1.4.0".to_owned());
    })
    .await;
    with_checks(&telemetry);
    let reply = get(addr, "/readyz?verbose", &[]).await;
    assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE);
    let mut details = reply.json();
    let checks = details["checks"].as_object_mut().unwrap();
    for (name, details) in checks.iter_mut() {
        let details = details[0].as_object_mut().unwrap();
        for moment in ["time", "lastChange"] {
            let moment = details.remove(moment).unwrap_or_else(|| panic!("no {moment} of {name}"));
            let moment = moment.as_str().unwrap();
            assert!(moment.len() == 27 && moment.ends_with('Z'), "{moment}");
        }
    }
    let of = |status, importance, failures| {
        json!({
            "status": status,
            "componentType": "component",
            "importance": importance,
            "consecutiveFailures": failures,
        })
    };
    let mut postgres = of("fail", "critical", 1);
    postgres["output"] = json!("no \"answer\"\n within 1s");
    let mut cache = of("fail", "optional", 1);
    cache["output"] = json!("full");
    let queue = of("pass", "critical", 0);
    let expected = json!({
        "status": "fail",
        "serviceId": "orders",
        "version": "1.4.0",
        "checks": { "queue": [queue], "postgres": [postgres], "cache": [cache] },
    });
    assert_eq!(details, expected);
    let left: Value = get(addr, "/readyz?verbose&exclude=postgres,cache", &[]).await.json();
    let names: Vec<_> = left["checks"].as_object().unwrap().keys().collect();
    assert_eq!((left["status"].as_str(), names), (Some("pass"), vec![&"queue".to_owned()]));
}

#[tokio::test]
async fn details_are_also_for_head_and_by_any_path() {
    let (telemetry, addr) = served().await;
    let _latch = telemetry.latch();
    for path in ["/readyz", "/health", "/health/ready", "/startupz", "/health/startup"] {
        let url = format!("http://{addr}{path}?verbose");
        let get = client::get(&url).await;
        let details = get.json();
        assert_eq!(details["status"], "fail", "{path}");
        assert!(!details["output"].as_str().unwrap().is_empty(), "{path}: {details}");
        let head = client::send(Method::HEAD, &url, &[], "").await.unwrap();
        assert_eq!(head.status, get.status);
        assert_eq!(head.header("content-length"), get.body.len().to_string());
    }
}
