//! Several telemetries side by side do not see each other.

use super::lab::{answer_id, call, finished, get, request, telemetry};
use axum::Router;
use axum::routing::get as on_get;
use http::Method;
use obskit::Telemetry;
use tokio::task::JoinSet;

fn service(telemetry: &Telemetry) -> Router {
    Router::new().route("/", on_get(answer_id)).layer(telemetry.layer())
}

#[tokio::test]
async fn each_counts_its_own() {
    let (one, other) = (telemetry(), telemetry());
    for _ in 0..2 {
        call(&service(&one), get("/")).await;
    }
    call(&service(&other), get("/nowhere")).await;
    assert_eq!(finished(&one), ["GET / 200 success 2"]);
    assert_eq!(finished(&other), ["GET unmatched 404 client_error 1"]);
}

#[tokio::test]
async fn one_within_the_other_counts_for_itself() {
    let (outer, inner) = (telemetry(), telemetry());
    let router = Router::new()
        .nest("/api", service(&inner))
        .route("/other", on_get(answer_id))
        .layer(outer.layer());
    let named = |path| request(Method::GET, path, &[("x-request-id", "abc")]);
    for path in ["/api", "/other"] {
        let reply = call(&router, named(path)).await;
        assert_eq!((reply.header("x-request-id"), reply.text()), ("abc", "abc"));
    }
    assert_eq!(finished(&inner), ["GET /api 200 success 1"]);
    assert_eq!(finished(&outer), ["GET /api 200 success 1", "GET /other 200 success 1"]);
}

/// A registry per test needs no process of its own: counts are exact with many at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hundreds_at_once_count_exactly() {
    let mut tasks = JoinSet::new();
    for count in (1..=7).cycle().take(200) {
        tasks.spawn(count_exactly(count));
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
}

async fn count_exactly(count: usize) {
    let telemetry = telemetry();
    let router = service(&telemetry);
    for _ in 0..count {
        call(&router, get("/")).await;
    }
    assert_eq!(finished(&telemetry), [format!("GET / 200 success {count}")]);
}
