//! The health of a release, as Sentry gets it.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::routing::get as on_get;
use http::StatusCode;
use http_body_util::BodyExt;
use obskit::config::Config;
use obskit::context::RequestContext;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::performed::{Performed, get};

fn told(config: &mut Config) {
    config.reports.traces_sample_rate = 0.0;
    config.reports.sessions = true;
}

fn router() -> Router {
    let body = || Body::from_stream(tokio_stream::once(Err::<&str, _>(broken())));
    Router::new()
        .route("/ok", on_get(async || "ok"))
        .route("/logs", on_get(async || tracing::error!("it broke, and nobody saw")))
        .route("/shown", on_get(shown))
        .route("/refused", on_get(refuse))
        .route("/missing", on_get(async || StatusCode::NOT_FOUND))
        .route("/fails", on_get(async || StatusCode::INTERNAL_SERVER_ERROR))
        .route("/body", on_get(async move || body()))
        .route("/panics", on_get(async || -> () { panic!("it is over") }))
        .route("/probe", on_get(async || RequestContext::current().unwrap().exclude()))
}

async fn shown() -> String {
    RequestContext::current().unwrap().report_id().to_string()
}

async fn refuse() -> StatusCode {
    tracing::error!("what a question");
    StatusCode::UNPROCESSABLE_ENTITY
}

fn broken() -> std::io::Error {
    std::io::Error::other("broken")
}

async fn ask(performed: &Performed, paths: &[&'static str]) {
    for path in paths {
        let service = router().layer(performed.telemetry.layer());
        // A task, so that a panic ends no more than it.
        let asked = tokio::spawn(async {
            let response = service.oneshot(get(path)).await.unwrap();
            let _ = response.into_body().collect().await;
        });
        let _ = asked.await;
    }
}

/// The sums of all that was told.
fn sums(sessions: &[Value]) -> [u64; 3] {
    let aggregates = || sessions.iter().flat_map(|told| told["aggregates"].as_array().unwrap());
    ["exited", "errored", "crashed"]
        .map(|end| aggregates().map(|told| told[end].as_u64().unwrap_or_default()).sum())
}

#[tokio::test]
async fn each_request_is_one_by_how_it_ended() {
    let performed = Performed::with(told).await;
    ask(&performed, &["/ok", "/ok", "/missing", "/fails", "/body", "/panics", "/probe"]).await;
    let sessions = performed.items("sessions");
    assert_eq!(sums(&sessions), [3, 2, 1], "{sessions:#?}");
    for told in &sessions {
        assert_eq!(told["attrs"], json!({ "release": "gym@1.4.2", "environment": "lab" }));
        for aggregate in told["aggregates"].as_array().unwrap() {
            let started = aggregate["started"].as_str().unwrap();
            assert!(started.ends_with(":00Z"), "{started}");
        }
    }
    let text = performed.telemetry.metrics().text();
    assert!(text.contains("obskit_delivered_total{signal=\"session\"} 6\n"), "{text}");
}

/// An error makes one of a request that went well, where it is reported.
#[tokio::test]
async fn what_was_reported_counts() {
    let performed = Performed::with(told).await;
    ask(&performed, &["/logs", "/shown", "/refused", "/ok"]).await;
    assert_eq!(sums(&performed.items("sessions")), [3, 1, 0]);
    assert_eq!(performed.sentry.events().len(), 1);
}

#[tokio::test]
async fn what_was_told_is_not_told_again() {
    let performed = Performed::with(told).await;
    ask(&performed, &["/ok"]).await;
    assert_eq!(sums(&performed.items("sessions")), [1, 0, 0]);
    assert_eq!(performed.items("sessions").len(), 1);
    ask(&performed, &["/ok", "/fails"]).await;
    assert_eq!(sums(&performed.items("sessions")), [2, 1, 0]);
}

#[tokio::test]
async fn a_shutdown_tells_the_last_ones() {
    let performed = Performed::with(told).await;
    ask(&performed, &["/ok", "/ok"]).await;
    performed.telemetry.shutdown(Duration::from_secs(20)).await.unwrap();
    assert_eq!(sums(&performed.sentry.items("sessions")), [2, 0, 0]);
}

#[tokio::test]
async fn so_does_the_end_of_the_telemetry() {
    let Performed { sentry, telemetry, .. } = {
        let performed = Performed::with(told).await;
        ask(&performed, &["/ok"]).await;
        performed
    };
    drop(telemetry);
    assert_eq!(sums(&sentry.wait_for_items("sessions", 1).await), [1, 0, 0]);
}

#[tokio::test]
async fn nothing_is_told_where_that_is_not_wanted_or_no_release_is_known() {
    let check = async |set: fn(&mut Config)| {
        let performed = Performed::with(|config| {
            told(config);
            set(config);
        })
        .await;
        ask(&performed, &["/ok", "/fails"]).await;
        assert!(performed.items("sessions").is_empty());
    };
    check(|config| config.reports.sessions = false).await;
    check(|config| config.service.version = None).await;
}

/// A million requests take no more room than one.
#[tokio::test]
async fn they_are_counted_and_not_kept() {
    let performed = Performed::with(told).await;
    for _ in 0..200 {
        ask(&performed, &["/ok"; 10]).await;
    }
    let sessions = performed.items("sessions");
    assert_eq!(sums(&sessions), [2_000, 0, 0]);
    assert!(sessions.len() <= 2, "{}", sessions.len());
}
