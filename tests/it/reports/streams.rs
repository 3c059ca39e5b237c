//! What is no failure, or not yet one: refusals by routes that stream, rules that say no, an
//! identity that was but asked for.

use std::convert::Infallible;

use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use obskit::config::ReportWhen;
use obskit::context::RequestContext;
use tower::{Layer, ServiceExt, service_fn};
use tracing::error;

use super::lab::Reported;

/// One request that is answered by a stream, as its head says, by a handler that logs an error.
async fn stream(lab: &Reported, status: u16, is_read: bool) {
    let handler = async |_: Request<String>| {
        error!("no such feed");
        let response = Response::builder().status(StatusCode::from_u16(status).unwrap());
        let response = response.header("content-type", "text/event-stream");
        Ok::<_, Infallible>(response.body("an answer".to_owned()).unwrap())
    };
    let service = lab.telemetry.layer().layer(service_fn(handler));
    let body = service.oneshot(Request::new(String::new())).await.unwrap().into_body();
    if is_read {
        body.collect().await.unwrap();
    }
}

#[tokio::test]
async fn a_refusal_is_none_though_its_route_streams() {
    for (status, is_read, expected) in [
        (200, true, 1),
        (200, false, 1),
        (404, true, 0),
        (404, false, 0),
        (503, true, 1),
        (503, false, 1),
    ] {
        let lab = Reported::start().await;
        let _entered = lab.enter();
        stream(&lab, status, is_read).await;
        let events = lab.events();
        assert_eq!(events.len(), expected, "{status}: {events:#?}");
        if status == 503 {
            assert_eq!(events[0]["tags"]["status"], "503");
        }
    }
}

/// It is left for what is.
#[tokio::test]
async fn what_a_rule_rejects_takes_no_identity() {
    let lab = Reported::with(|config| {
        config.reports.when = ReportWhen::new(|candidate| candidate.target != "noise");
    })
    .await;
    let _entered = lab.enter();
    let context = lab.call(async || RequestContext::current().unwrap()).await;
    let id = context.report_id().to_string();
    context.sync_scope(|| {
        error!(target: "noise", "as usual");
        error!("out of the ordinary");
    });
    let event = lab.event();
    assert_eq!(event["logentry"]["message"], "out of the ordinary");
    assert_eq!(event["event_id"], id);
}

#[tokio::test]
async fn an_identity_that_was_asked_for_is_not_yet_a_failure() {
    let lab = Reported::start().await;
    let _entered = lab.enter();
    lab.call(async || RequestContext::current().unwrap().report_id()).await;
    let lines = lab.lines();
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert_eq!(lines[0].get("error"), None, "{}", lines[0]);
}
