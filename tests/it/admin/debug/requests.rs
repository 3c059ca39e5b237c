//! `/debug/requests`.

use super::{Rig, ask, finish};
use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::routing::get;
use http::{Method, StatusCode};
use http_body_util::StreamBody;
use hyper::body::{Bytes, Frame};
use obskit::context::RequestContext;
use obskit_tests::wait::wait_until;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::sync::{Arc, Weak};
use std::task::{Context, Waker};
use std::time::Duration;
use tokio::sync::Semaphore;

const PAGE: &str = "/debug/requests";

/// `/took/{ms}` takes so many milliseconds by the rig's clock; `/status/{code}` answers it.
fn app(rig: &Rig) -> Router {
    let clock = rig.clock.clone();
    let took = move |Path(ms): Path<u64>| async move { clock.advance(Duration::from_millis(ms)) };
    let status = |Path(code): Path<u16>| async move { StatusCode::from_u16(code).unwrap() };
    Router::new()
        .route("/took/{ms}", get(took))
        .route("/status/{code}", get(status))
        .layer(rig.telemetry.layer())
}

fn column<'a>(page: &'a Value, list: &str, field: &str) -> Vec<&'a Value> {
    page[list].as_array().unwrap().iter().map(|row| &row[field]).collect()
}

/// Of the slowest, in milliseconds.
fn times(page: &Value) -> Vec<f64> {
    column(page, "slowest", "durationMs").iter().map(|ms| ms.as_f64().unwrap()).collect()
}

#[tokio::test]
async fn those_under_way_are_shown_by_their_age() {
    let rig = Rig::new(|_| {}).await;
    let go = Arc::new(Semaphore::new(0));
    let waiting = Arc::clone(&go);
    let (told, mut traces) = tokio::sync::mpsc::unbounded_channel();
    let wait = move || async move {
        told.send(RequestContext::current().unwrap().trace_id().to_string()).unwrap();
        waiting.acquire().await.unwrap().forget();
    };
    let app = Router::new().route("/jobs/{id}", get(wait)).layer(rig.telemetry.layer());
    let mut expected = Vec::new();
    let mut asked = Vec::new();
    for _ in 0..3 {
        let app = app.clone();
        asked.push(tokio::spawn(async move { finish(&app, "/jobs/7?token=hunter2").await }));
        expected.push(traces.recv().await.unwrap());
        rig.clock.advance(Duration::from_millis(1_500));
    }
    let page = rig.page(PAGE).await;
    let ages = [4_500.0, 3_000.0, 1_500.0];
    let rows = expected
        .iter()
        .zip(ages)
        .map(|(trace, age)| json!({ "endpoint": "/jobs/{id}", "ageMs": age, "traceId": trace }));
    assert_eq!(page["inFlight"], json!({ "count": 3, "oldest": rows.collect::<Vec<_>>() }));
    go.add_permits(3);
    for asked in asked {
        asked.await.unwrap();
    }
    assert_eq!(rig.page(PAGE).await["inFlight"], json!({ "count": 0, "oldest": [] }));
}

/// However many streams last, what hangs on other endpoints is seen.
#[tokio::test]
async fn of_many_under_way_the_oldest_of_each_endpoint_are_listed() {
    let rig = Rig::new(|_| {}).await;
    let layer =
        (0..10).fold(rig.telemetry.layer(), |layer, n| layer.route(&Method::GET, &paths(n)));
    let app =
        (0..10).fold(Router::new(), |app, n| app.route(&paths(n), get(std::future::pending::<()>)));
    let (app, mut requests) = (app.layer(layer), Vec::new());
    for endpoint in std::iter::repeat_n(0, 1_000).chain(1..10) {
        let app = app.clone();
        let mut request = Box::pin(async move { ask(&app, &paths(endpoint)).await.status() });
        assert!(request.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        requests.push(request);
        rig.clock.advance(Duration::from_millis(1));
    }
    let under_way = &rig.page(PAGE).await["inFlight"];
    assert_eq!(under_way["count"], 1_009);
    let rows = under_way["oldest"].as_array().unwrap().iter();
    let listed: Vec<_> = rows.map(|row| (row["endpoint"].clone(), row["ageMs"].clone())).collect();
    let row = |endpoint, age: u32| (json!(paths(endpoint)), json!(f64::from(age)));
    let streams = (0..20).map(|n| row(0, 1_009 - n));
    let others = (1..10).map(|n| row(n, 10 - n));
    assert_eq!(listed, streams.chain(others).collect::<Vec<_>>());
}

fn paths(endpoint: u32) -> String {
    format!("/endpoint/{endpoint}")
}

#[tokio::test]
async fn the_slowest_are_kept_for_a_while() {
    let rig = Rig::new(|_| {}).await;
    let app = app(&rig);
    // In an order that is neither rising nor falling.
    for step in 0..200_u64 {
        finish(&app, &format!("/took/{}", step * 73 % 200)).await;
    }
    let slowest: Vec<_> = (168..200).rev().map(f64::from).collect();
    let page = rig.page(PAGE).await;
    assert_eq!(times(&page), slowest);
    assert!(column(&page, "slowest", "endpoint").iter().all(|endpoint| *endpoint == "/took/{ms}"));
    // In the next span they still stand, with what is slower than the last of them.
    rig.clock.advance(Duration::from_mins(5));
    for ms in [1, 180, 500] {
        finish(&app, &format!("/took/{ms}")).await;
    }
    let mut expected = slowest.clone();
    expected.extend([500.0, 180.0]);
    expected.sort_by(|a, b| b.total_cmp(a));
    expected.truncate(32);
    assert_eq!(times(&rig.page(PAGE).await), expected);
    // Then they are gone.
    rig.clock.advance(Duration::from_mins(5));
    assert_eq!(times(&rig.page(PAGE).await), [500.0, 180.0, 1.0]);
    finish(&app, "/took/2").await;
    rig.clock.advance(Duration::from_mins(5));
    assert_eq!(times(&rig.page(PAGE).await), [2.0]);
    rig.clock.advance(Duration::from_hours(24));
    assert_eq!(rig.page(PAGE).await["slowest"], json!([]));
}

#[tokio::test]
async fn the_last_failures_are_kept() {
    let rig = Rig::new(|_| {}).await;
    let app = app(&rig);
    let mut ids = Vec::new();
    for _ in 0..100 {
        let failed = finish(&app, "/status/503").await;
        ids.push(failed.headers()["x-request-id"].to_str().unwrap().to_owned());
        finish(&app, "/status/404").await;
        finish(&app, "/status/200").await;
    }
    let page = rig.page(PAGE).await;
    let kept = column(&page, "failures", "requestId");
    assert!(kept.iter().eq(&ids.iter().rev().take(64).collect::<Vec<_>>()), "{kept:?}");
    let first = &page["failures"][0];
    assert_eq!(first["status"], 503);
    assert_eq!((&first["outcome"], &first["method"]), (&json!("server_error"), &json!("GET")));
    assert_eq!(first["endpoint"], "/status/{code}");
    assert!(first["time"].as_str().unwrap().ends_with('Z'));
}

#[tokio::test]
async fn a_broken_body_is_a_failure_and_an_unheard_stream_is_not_slow() {
    let rig = Rig::new(|_| {}).await;
    let clock = rig.clock.clone();
    let broken = || async {
        let failed = Err::<Frame<Bytes>, _>(std::io::Error::other("hunter2"));
        Body::new(StreamBody::new(tokio_stream::once(failed)))
    };
    let events = move || async move {
        let late = std::iter::once_with(move || {
            clock.advance(Duration::from_hours(1));
            Ok::<_, Infallible>(Frame::data(Bytes::from_static(b"data: 1\n\n")))
        });
        let body = Body::new(StreamBody::new(tokio_stream::iter(late)));
        ([("content-type", "text/event-stream")], body)
    };
    let app = Router::new()
        .route("/broken", get(broken))
        .route("/events", get(events))
        .layer(rig.telemetry.layer());
    finish(&app, "/broken").await;
    finish(&app, "/events").await;
    let page = rig.page(PAGE).await;
    assert_eq!(column(&page, "failures", "outcome"), ["body_error"]);
    assert_eq!(column(&page, "failures", "endpoint"), ["/broken"]);
    let events =
        page["slowest"].as_array().unwrap().iter().find(|row| row["endpoint"] == "/events");
    let events = events.unwrap();
    assert_eq!(
        (&events["durationMs"], &events["timeToHeadMs"]),
        (&json!(3_600_000.0), &json!(0.0))
    );
    finish(&self::app(&rig), "/took/5").await;
    let page = rig.page(PAGE).await;
    assert_eq!(page["slowest"][0]["endpoint"], "/took/{ms}", "the hour was nobody's wait");
    assert!(!page.to_string().contains("hunter2"));
}

#[tokio::test]
async fn nothing_of_the_request_is_told_but_its_ids() {
    let rig = Rig::new(|_| {}).await;
    let fails = |Path(id): Path<String>| async move {
        RequestContext::current().unwrap().set_user(&id);
        StatusCode::INTERNAL_SERVER_ERROR
    };
    let app = Router::new().route("/users/{id}", get(fails)).layer(rig.telemetry.layer());
    finish(&app, "/users/ada?token=hunter2").await;
    let text = rig.text(PAGE).await;
    assert!(text.contains("/users/{id}"));
    assert!(!text.contains("ada") && !text.contains("hunter2"), "{text}");
}

#[tokio::test]
async fn what_is_left_out_of_metrics_is_left_out_here() {
    let rig = Rig::new(|_| {}).await;
    let probe = || async {
        RequestContext::current().unwrap().exclude();
        StatusCode::SERVICE_UNAVAILABLE
    };
    let app = Router::new()
        .route("/probe", get(probe))
        .nest("/api", rig.telemetry.admin_router())
        .layer(rig.telemetry.layer());
    finish(&app, "/probe").await;
    finish(&app, "/api/debug/requests").await;
    let page = rig.page(PAGE).await;
    assert_eq!(
        page,
        json!({ "inFlight": { "count": 0, "oldest": [] }, "slowest": [], "failures": [] })
    );
}

#[tokio::test]
async fn a_telemetry_that_is_switched_off_keeps_none() {
    let rig = Rig::new(|config| config.disabled = true).await;
    finish(&app(&rig), "/status/500").await;
    let page = rig.page(PAGE).await;
    assert_eq!((&page["slowest"], &page["failures"]), (&json!([]), &json!([])));
}

/// What is kept of requests would otherwise hold their telemetry, which holds it.
#[tokio::test]
async fn what_is_kept_keeps_no_telemetry_alive() {
    let rig = Rig::new(|_| {}).await;
    let (held, app) = (Arc::new(()), app(&rig));
    let seen: Weak<()> = Arc::downgrade(&held);
    rig.telemetry.metrics().before_scrape(move || assert!(Arc::strong_count(&held) > 0));
    finish(&app, "/status/500").await;
    assert_eq!(rig.page(PAGE).await["failures"].as_array().unwrap().len(), 1);
    drop((rig, app));
    wait_until("the telemetry to be gone", super::super::DEADLINE, async || {
        if seen.upgrade().is_none() { Ok(()) } else { Err("it is still held") }
    })
    .await;
}

async fn fail(app: Router, times: usize) {
    for _ in 0..times {
        finish(&app, "/status/500").await;
    }
}

/// Threads that fail at once, while the page is read.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn any_number_of_failures_at_once_is_bounded() {
    let rig = Rig::new(|_| {}).await;
    let app = app(&rig);
    let tasks: Vec<_> = (0..4).map(|_| tokio::spawn(fail(app.clone(), 2_000))).collect();
    while !tasks.iter().all(tokio::task::JoinHandle::is_finished) {
        let page = rig.page(PAGE).await;
        assert!(page["failures"].as_array().unwrap().len() <= 64);
        assert!(page["slowest"].as_array().unwrap().len() <= 32);
    }
    let page = rig.page(PAGE).await;
    let mut ids = column(&page, "failures", "requestId");
    ids.sort_by_key(|id| id.as_str());
    ids.dedup();
    assert_eq!((ids.len(), page["slowest"].as_array().unwrap().len()), (64, 32));
}
