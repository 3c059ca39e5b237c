//! A request's own line: one for each, whatever ends it (C11), sampled by trace, silent for probes.

use super::lab::{Lab, field};
use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use axum::routing::{get as on_get, post};
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use obskit::config::{Clock, Config};
use obskit::context::RequestContext;
use obskit_tests::scripted::{Scripted, Step};
use serde_json::{Value, json};
use std::future::pending;
use std::time::Duration;
use tower::ServiceExt;
use tower_http::catch_panic::CatchPanicLayer;

/// Answers by the path; the clock stands still but for `/slow` and `/late`.
fn router(lab: &Lab, clock: &Clock) -> Router {
    let (slow, late) = (clock.clone(), clock.clone());
    let advance = |clock: Clock| async move { clock.advance(Duration::from_millis(501)) };
    let events = |clock: Clock| async move {
        clock.advance(Duration::from_millis(501));
        ([("content-type", "text/event-stream")], "data: 1\n\n")
    };
    Router::new()
        .route("/users/{id}", on_get(async || "Ada"))
        .route("/moved", on_get(async || StatusCode::FOUND))
        .route("/missing", on_get(async || StatusCode::NOT_FOUND))
        .route("/broken", on_get(async || StatusCode::BAD_GATEWAY))
        .route("/panics", on_get(panics))
        .route("/hangs", on_get(pending::<()>))
        .route("/breaks", on_get(async || stream([Step::Data("hel"), Step::Fail])))
        .route("/slow", on_get(move || advance(slow.clone())))
        .route("/late", on_get(move || events(late.clone())))
        .route("/probe", on_get(async || RequestContext::current().unwrap().exclude()))
        .route(
            "/call",
            post(async || ([("content-type", "application/grpc"), ("grpc-status", "14")], "")),
        )
        .layer(lab.telemetry.layer())
        .layer(CatchPanicLayer::new())
}

async fn panics() {
    // Unwinds without the hook, which would print.
    std::panic::resume_unwind(Box::new("as asked"));
}

fn stream<const N: usize>(steps: [Step; N]) -> Response {
    Body::new(Scripted::new(steps)).into_response()
}

fn get(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}

async fn call(router: &Router, request: Request<Body>) {
    let response = router.clone().oneshot(request).await.unwrap();
    let _ = response.into_body().collect().await;
}

fn lab(set: impl FnOnce(&mut Config)) -> (Lab, Clock, Router) {
    let clock = Clock::manual();
    let lab = Lab::new(|config| {
        config.clock = clock.clone();
        set(config);
    });
    let router = router(&lab, &clock);
    (lab, clock, router)
}

/// The level and message of every line, those of changed levels apart.
fn told(lines: &[Value]) -> Vec<String> {
    let lines = lines.iter().filter(|line| line["message"] != "log levels changed");
    let told = lines.map(|line| {
        assert_eq!(line["target"], "obskit::access");
        format!("{} {}", field(line, "level"), field(line, "message"))
    });
    told.collect()
}

#[tokio::test]
async fn the_level_and_the_message_tell_how_it_ended() {
    let (lab, _, router) = lab(|config| {
        config.logs.access.slow = Some(Duration::from_millis(500));
    });
    let check = async |request: Request<Body>, expected: &str| {
        call(&router, request).await;
        assert_eq!(told(&lab.lines()), [expected]);
    };
    check(get("/users/7"), "info GET /users/{id} 200").await;
    check(get("/users/7?token=x"), "info GET /users/{id} 200").await;
    check(get("/moved"), "info GET /moved 302").await;
    check(get("/missing"), "info GET /missing 404").await;
    check(get("/no/such/path"), "info GET unmatched 404").await;
    check(get("/broken"), "error GET /broken 502").await;
    check(get("/panics"), "error GET /panics 500 panic").await;
    check(get("/breaks"), "error GET /breaks 200 body_error").await;
    check(get("/slow"), "warn GET /slow 200").await;
    check(get("/late"), "warn GET /late 200").await;
    let odd = Request::builder().method("BREW").uri("/users/7").body(Body::empty()).unwrap();
    check(odd, "info _OTHER /users/{id} 405").await;
    let grpc = Request::post("/call").header("content-type", "application/grpc");
    check(grpc.body(Body::empty()).unwrap(), "error POST /call 200 grpc 14").await;
}

/// R4: before the head, and in the middle of the body.
#[tokio::test]
async fn a_client_that_goes_leaves_a_line() {
    let (lab, _, router) = lab(|_| ());
    let request = Request::get("/hangs").header("x-request-id", "the-one");
    let mut hanging = Box::pin(router.clone().oneshot(request.body(Body::empty()).unwrap()));
    assert!(futures_poll(&mut hanging).await.is_pending());
    drop(hanging);
    let lines = lab.lines();
    assert_eq!(told(&lines), ["warn GET /hangs 499 cancelled"]);
    assert_eq!(lines[0]["requestId"], "the-one");
    let metadata = &lines[0]["metadata"];
    assert_eq!((&metadata["status"], &metadata["outcome"]), (&json!(499), &json!("cancelled")));
    assert_eq!(metadata.get("timeToHeadMs"), None, "{metadata}");
    let response = router.clone().oneshot(get("/breaks")).await.unwrap();
    let mut body = response.into_body();
    body.frame().await.unwrap().unwrap();
    drop(body);
    assert_eq!(told(&lab.lines()), ["warn GET /breaks 200 cancelled"]);
}

async fn futures_poll<F: Future + Unpin>(future: &mut F) -> std::task::Poll<F::Output> {
    std::future::poll_fn(|cx| std::task::Poll::Ready(std::pin::Pin::new(&mut *future).poll(cx)))
        .await
}

/// A request of a trace with this number at its end, which is what sampling looks at.
fn of_trace(path: &str, low: u64) -> Request<Body> {
    let traceparent = format!("00-00000000000000ab{low:016x}-00f067aa0ba902b7-01");
    Request::get(path).header("traceparent", traceparent).body(Body::empty()).unwrap()
}

/// Sixteen traces, evenly spread.
async fn sixteen(lab: &Lab, router: &Router, path: &str) -> Vec<String> {
    for number in 0..16 {
        call(router, of_trace(path, number << 60 | 0x123)).await;
    }
    lab.lines().iter().map(|line| field(line, "traceId").to_owned()).collect()
}

#[tokio::test]
async fn a_share_of_the_healthy_ones_by_trace_and_all_of_the_others() {
    let (lab, _, router) = lab(|config| {
        config.logs.access.sample = 0.25;
        config.logs.access.routes = vec![("/moved".to_owned(), 0.5), ("/missing".to_owned(), 0.0)];
        config.logs.access.slow = Some(Duration::from_millis(500));
    });
    let quarter = sixteen(&lab, &router, "/users/7").await;
    assert_eq!(quarter.len(), 4);
    let half = sixteen(&lab, &router, "/moved").await;
    assert_eq!(half.len(), 8);
    assert!(quarter.iter().all(|trace| half.contains(trace)), "{quarter:?} in {half:?}");
    for (path, expected) in
        [("/missing", 0), ("/broken", 16), ("/panics", 16), ("/breaks", 16), ("/slow", 16)]
    {
        assert_eq!(sixteen(&lab, &router, path).await.len(), expected, "{path}");
    }
}

#[tokio::test]
async fn two_services_of_a_trace_decide_alike() {
    let sample = |config: &mut Config| config.logs.access.sample = 0.3;
    let (one, other) = (lab(sample), lab(sample));
    for low in (0..100u64).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15)) {
        call(&one.2, of_trace("/users/7", low)).await;
        call(&other.2, of_trace("/moved", low)).await;
    }
    let traces = |lab: &Lab| -> Vec<_> {
        lab.lines().iter().map(|line| field(line, "traceId").to_owned()).collect()
    };
    let (one, other) = (traces(&one.0), traces(&other.0));
    assert_eq!(one, other);
    assert!((20..40).contains(&one.len()), "{}", one.len());
}

#[tokio::test]
async fn probes_are_silent_unless_asked_for() {
    let (lab, _, router) = lab(|_| ());
    call(&router, get("/probe")).await;
    assert_eq!(told(&lab.lines()), [] as [&str; 0]);
    lab.telemetry.levels().set("info,obskit::access=debug").unwrap();
    call(&router, get("/probe")).await;
    assert_eq!(told(&lab.lines()), ["debug GET /probe 200"]);
    lab.telemetry.levels().set("info").unwrap();
    call(&router, get("/probe")).await;
    assert_eq!(told(&lab.lines()), [] as [&str; 0]);
}

#[tokio::test]
async fn the_level_of_the_target_decides() {
    let (lab, _, router) =
        lab(|config| config.logs.directives = Some("obskit::access=warn".into()));
    call(&router, get("/users/7")).await;
    call(&router, get("/broken")).await;
    assert_eq!(told(&lab.lines()), ["error GET /broken 502"]);
    lab.telemetry.levels().set("off").unwrap();
    call(&router, get("/broken")).await;
    assert_eq!(told(&lab.lines()), [] as [&str; 0]);
    lab.telemetry.levels().set("info").unwrap();
    call(&router, get("/users/7")).await;
    assert_eq!(told(&lab.lines()), ["info GET /users/{id} 200"]);
}

#[tokio::test]
async fn switched_off_they_are_not_there() {
    let (lab, _, router) = lab(|config| config.logs.access.enabled = false);
    for path in ["/users/7", "/broken", "/probe"] {
        call(&router, get(path)).await;
    }
    assert_eq!(told(&lab.lines()), [] as [&str; 0]);
}

#[tokio::test]
async fn they_are_counted_by_level() {
    let (lab, _, router) = lab(|config| config.logs.access.sample = 0.5);
    for path in ["/users/7", "/broken"] {
        for number in 0..16 {
            call(&router, of_trace(path, number << 60)).await;
        }
    }
    call(&router, get("/probe")).await;
    let counted = ["info", "error", "warn", "debug"].map(|level| lab.counted(level));
    assert_eq!(counted, [8, 16, 0, 0]);
    assert_eq!(lab.lines().len(), 24);
}
