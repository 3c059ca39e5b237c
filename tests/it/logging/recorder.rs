//! The flight recorder: what a request says below the level, told if it goes wrong.

use super::lab::{Lab, field};
use axum::Router;
use axum::body::Body;
use axum::routing::get as on_get;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use obskit::config::{Clock, Config, FlightRecorder};
use obskit::context::{RequestContext, spawn};
use serde_json::Value;
use std::future::pending;
use std::time::Duration;
use tower::ServiceExt;
use tower_http::catch_panic::CatchPanicLayer;

/// Says three things below the level and one at it.
fn say() {
    tracing::debug!(target: "db", step = 1, "connecting");
    tracing::trace!(target: "db", step = 2, "a detail");
    tracing::info!(target: "app", step = 3, "at the level");
    tracing::debug!(target: "cache", step = 4, "missed");
}

fn router(lab: &Lab, clock: &Clock) -> Router {
    let slow = clock.clone();
    let slow = move || {
        say();
        slow.advance(Duration::from_secs(2));
        std::future::ready(())
    };
    Router::new()
        .route("/healthy", on_get(async || say()))
        .route("/missing", on_get(async || (say(), StatusCode::NOT_FOUND).1))
        .route("/broken", on_get(async || (say(), StatusCode::INTERNAL_SERVER_ERROR).1))
        .route("/panics", on_get(panics))
        .route("/hangs", on_get(async || (say(), pending::<()>().await).1))
        .route("/slow", on_get(slow))
        .route("/many", on_get(many))
        .route("/tasks", on_get(tasks))
        .route("/probe", on_get(probe))
        .layer(lab.telemetry.layer())
        .layer(CatchPanicLayer::new())
}

async fn panics() {
    say();
    // Unwinds without the hook, which would print.
    std::panic::resume_unwind(Box::new("as asked"));
}

async fn many() -> StatusCode {
    (0..100u64).for_each(|step| tracing::debug!(target: "db", step));
    StatusCode::INTERNAL_SERVER_ERROR
}

async fn tasks() -> StatusCode {
    let before = tracing::dispatcher::get_default(Clone::clone);
    let task = async move { tracing::dispatcher::with_default(&before, say) };
    spawn(task).await.unwrap();
    StatusCode::INTERNAL_SERVER_ERROR
}

async fn probe() -> StatusCode {
    say();
    RequestContext::current().unwrap().exclude();
    StatusCode::INTERNAL_SERVER_ERROR
}

fn lab(set: impl FnOnce(&mut FlightRecorder)) -> (Lab, Router) {
    let clock = Clock::manual();
    let lab = Lab::new(|config: &mut Config| {
        let mut recorder = FlightRecorder::default();
        recorder.directives = String::from("db=trace,cache=debug");
        set(&mut recorder);
        config.clock = clock.clone();
        // It logs the panics that it catches.
        config.logs.directives = Some("info,tower_http=off".to_owned());
        config.logs.access.slow = Some(Duration::from_secs(1));
        config.logs.recorder = Some(recorder);
    });
    let router = router(&lab, &clock);
    (lab, router)
}

/// What is written of a request.
async fn ask(lab: &Lab, router: &Router, path: &str) -> Vec<Value> {
    let _guard = lab.enter();
    let request = Request::get(path).header("x-request-id", path.replace('/', "id-"));
    let mut asked = Box::pin(router.clone().oneshot(request.body(Body::empty()).unwrap()));
    // Once is enough for all but those that wait for a task, or for ever.
    let first = std::future::poll_fn(|cx| std::task::Poll::Ready(asked.as_mut().poll(cx))).await;
    let response = match first {
        std::task::Poll::Ready(response) => Some(response),
        std::task::Poll::Pending if path == "/hangs" => None,
        std::task::Poll::Pending => Some(asked.as_mut().await),
    };
    drop(asked);
    if let Some(response) = response {
        response.unwrap().into_body().collect().await.unwrap();
    }
    lab.lines()
}

/// The steps that are told, before the request's own line, all of this request.
#[track_caller]
fn steps(lines: &[Value], path: &str) -> Vec<u64> {
    let (own, said) = lines.split_last().unwrap();
    assert_eq!(field(own, "target"), "obskit::access", "{lines:?}");
    assert_eq!(field(own, "endpoint"), path);
    let id = path.replace('/', "id-");
    assert!(lines.iter().all(|line| line["requestId"] == id), "{lines:?}");
    said.iter().map(|line| line["metadata"]["step"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn of_a_healthy_request_nothing_is_told() {
    let (lab, router) = lab(|_| ());
    for path in ["/healthy", "/missing"] {
        assert_eq!(steps(&ask(&lab, &router, path).await, path), [3], "{path}");
    }
    assert_eq!(lab.dropped("limit"), 0);
}

/// What is at the level was written when it was said, so it comes first.
#[tokio::test]
async fn of_one_that_goes_wrong_everything_is_told_in_order() {
    let (lab, router) = lab(|_| ());
    for path in ["/broken", "/panics", "/hangs", "/slow", "/tasks"] {
        assert_eq!(steps(&ask(&lab, &router, path).await, path), [3, 1, 2, 4], "{path}");
    }
    let levels: Vec<_> = ask(&lab, &router, "/broken").await;
    let levels: Vec<_> = levels.iter().map(|line| field(line, "level")).collect();
    assert_eq!(levels, ["info", "debug", "trace", "debug", "error"]);
}

#[tokio::test]
async fn an_excluded_request_is_forgotten() {
    let (lab, router) = lab(|_| ());
    let lines = ask(&lab, &router, "/probe").await;
    let targets: Vec<_> = lines.iter().map(|line| field(line, "target")).collect();
    assert_eq!(targets, ["app"]);
}

#[tokio::test]
async fn outside_of_requests_nothing_is_kept_or_written() {
    let (lab, router) = lab(|_| ());
    lab.run(say);
    assert_eq!(lab.lines().len(), 1);
    assert_eq!(steps(&ask(&lab, &router, "/broken").await, "/broken"), [3, 1, 2, 4]);
}

/// The oldest give way, which is told first and counted.
#[tokio::test]
async fn a_request_keeps_only_so_many_lines() {
    let (lab, router) = lab(|recorder| recorder.lines = 4);
    let lines = ask(&lab, &router, "/many").await;
    let notice = &lines[0];
    assert_eq!((field(notice, "target"), field(notice, "level")), ("obskit::recorder", "debug"));
    assert_eq!(notice["metadata"]["dropped"], 96);
    assert_eq!(steps(&lines[1..], "/many"), [96, 97, 98, 99]);
    assert_eq!(lab.dropped("limit"), 96);
}

#[tokio::test]
async fn a_request_keeps_only_so_many_bytes() {
    let (lab, router) = lab(|recorder| (recorder.lines, recorder.bytes) = (4_096, 1 << 10));
    let lines = ask(&lab, &router, "/many").await;
    let kept = steps(&lines[1..], "/many");
    let first = kept[0];
    assert!((90..100).contains(&first), "{first}");
    assert_eq!(kept, (first..100).collect::<Vec<_>>());
    assert_eq!((&lines[0]["metadata"]["dropped"], lab.dropped("limit")), (&first.into(), first));
}

#[tokio::test]
async fn it_needs_no_access_lines() {
    let clock = Clock::manual();
    let lab = Lab::new(|config| {
        config.logs.access.enabled = false;
        config.logs.recorder = Some(FlightRecorder::default());
    });
    let lines = ask(&lab, &router(&lab, &clock), "/broken").await;
    let steps: Vec<_> = lines.iter().map(|line| line["metadata"]["step"].as_u64()).collect();
    assert_eq!(steps, [Some(3), Some(1), Some(4)]);
}
