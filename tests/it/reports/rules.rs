//! What is reported: by obskit's rules, and by the user's own.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::routing::get;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use obskit::config::ReportWhen;
use obskit::context::RequestContext;
use tower::ServiceExt;
use tracing::error;

use super::lab::Reported;

async fn answer(Path(status): Path<u16>) -> StatusCode {
    let status = StatusCode::from_u16(status).unwrap();
    if status == StatusCode::ACCEPTED {
        error!("accepted with an error");
    }
    status
}

async fn left_out(Path(status): Path<u16>) -> StatusCode {
    RequestContext::current().unwrap().exclude();
    answer(Path(status)).await
}

async fn ask(lab: &Reported, paths: &[&str]) {
    let router = Router::new().route("/a/{status}", get(answer));
    let app = router.route("/x/{status}", get(left_out)).layer(lab.telemetry.layer());
    for path in paths {
        let request = Request::get(*path).body(Body::empty()).unwrap();
        let response = app.clone().oneshot(request).await.unwrap();
        response.into_body().collect().await.unwrap();
    }
}

/// The titles of what was reported.
fn titles(lab: &Reported) -> Vec<String> {
    let title = |event: serde_json::Value| match &event["exception"]["values"][0]["type"] {
        serde_json::Value::String(kind) => kind.clone(),
        _ => event["tags"]["status"].as_str().unwrap_or("at once").to_owned(),
    };
    lab.events().into_iter().map(title).collect()
}

#[tokio::test]
async fn excluded_requests_are_reported_for_what_they_log_alone() {
    let lab = Reported::start().await;
    let _events = lab.enter();
    ask(&lab, &["/x/500", "/x/202", "/x/503", "/x/200", "/a/500"]).await;
    assert_eq!(titles(&lab), ["202", "HTTP 500"]);
}

#[tokio::test]
async fn a_rule_of_the_users_decides() {
    let when = ReportWhen::new(|candidate| match candidate.status {
        Some(401) => true,
        Some(504) => false,
        _ => candidate.is_reported,
    });
    let lab = Reported::with(|config| config.reports.when = when).await;
    let _events = lab.enter();
    ask(&lab, &["/a/401", "/a/404", "/a/504", "/a/500", "/a/200", "/a/202", "/x/401"]).await;
    assert_eq!(titles(&lab), ["HTTP 401", "HTTP 500", "202"]);
}

#[tokio::test]
async fn a_rule_sees_what_is_known() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let shared = Arc::clone(&seen);
    let when = ReportWhen::new(move |candidate| {
        shared.lock().unwrap().push(format!("{candidate:?}"));
        false
    });
    let lab = Reported::with(|config| config.reports.when = when).await;
    let _events = lab.enter();
    ask(&lab, &["/a/503", "/a/202", "/a/403", "/a/200"]).await;
    error!(error = "disk password=hunter2 full", "outside");
    assert_eq!(titles(&lab), [""; 0]);
    let candidate = |known: &str| format!("ReportCandidate {{ {known} }}");
    assert_eq!(
        *seen.lock().unwrap(),
        [
            candidate(
                "is_reported: true, is_panic: false, error_type: Some(\"HTTP 503\"), \
             message: \"GET /a/{status}\", target: \"\", outcome: Some(\"server_error\"), \
             status: Some(503), grpc_status: None, method: Some(\"GET\"), \
             endpoint: Some(\"/a/{status}\"), job: None",
            ),
            candidate(
                "is_reported: true, is_panic: false, error_type: None, \
             message: \"accepted with an error\", target: \"it::reports::rules\", \
             outcome: Some(\"success\"), status: Some(202), grpc_status: None, \
             method: Some(\"GET\"), endpoint: Some(\"/a/{status}\"), job: None",
            ),
            candidate(
                "is_reported: false, is_panic: false, error_type: Some(\"HTTP 403\"), \
             message: \"GET /a/{status}\", target: \"\", outcome: Some(\"client_error\"), \
             status: Some(403), grpc_status: None, method: Some(\"GET\"), \
             endpoint: Some(\"/a/{status}\"), job: None",
            ),
            candidate(
                "is_reported: true, is_panic: false, error_type: None, \
             message: \"disk password=[redacted] full\", target: \"it::reports::rules\", \
             outcome: None, status: None, grpc_status: None, method: None, endpoint: None, \
             job: None",
            ),
        ]
    );
}

#[tokio::test]
async fn a_rule_that_panics_is_none() {
    let when = ReportWhen::new(|candidate| {
        assert!(candidate.status.is_none(), "not for requests");
        false
    });
    let lab = Reported::with(|config| config.reports.when = when).await;
    let _events = lab.enter();
    ask(&lab, &["/a/500", "/a/404"]).await;
    error!("outside");
    assert_eq!(titles(&lab), ["HTTP 500"]);
}

#[tokio::test]
async fn a_share_of_the_reports_is_sent_and_the_rest_is_told_of() {
    let lab = Reported::with(|config| {
        config.reports.sample_rate = 0.5;
        (config.reports.limit, config.reports.queue_size) = (0, 1_000);
    })
    .await;
    let _events = lab.enter();
    ask(&lab, &["/a/500"; 400]).await;
    let sent = lab.events().len();
    // Chances of less are one to many millions.
    assert!((130..=270).contains(&sent), "{sent}");
    let discarded = u64::try_from(400 - sent).unwrap();
    assert_eq!(lab.sentry.discarded(), [("error/sample_rate".to_owned(), discarded)].into());
}
