//! One request through an axum router: `GET /users/{id}`.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request};
use axum::routing::get;
use http_body_util::BodyExt;
use obskit::Telemetry;
use obskit::config::{Config, RootSampler, Sampler};
use tower::{Service, ServiceExt};

use crate::limit::RedLayer;

/// RED and the request ID by obskit; traces are not sampled.
pub fn obskit(times: u64) {
    serve(observed(), times);
}

/// A router observed by obskit.
///
/// # Panics
///
/// When the defaults are refused.
pub fn observed() -> Router {
    #[expect(clippy::unwrap_used, reason = "a bench has nobody to tell")]
    let telemetry = Telemetry::build(config()).unwrap();
    router().layer(telemetry.layer())
}

/// The defaults, but that traces are not sampled.
pub fn config() -> Config {
    let mut config = Config::default();
    config.traces.sampler = Sampler::ParentBased(RootSampler::AlwaysOff);
    // What reads /proc stops at the auxiliary vector that valgrind shows it.
    config.metrics.collect_process = false;
    config
}

/// RED alone, by hand.
pub fn hand_written(times: u64) {
    serve(router().layer(RedLayer::default()), times);
}

/// The router alone.
pub fn bare(times: u64) {
    serve(router(), times);
}

/// A router with one route.
pub fn router() -> Router {
    Router::new().route("/users/{id}", get(async |Path(id): Path<u32>| id.to_string()))
}

/// So many requests through `app`, on the calling thread.
///
/// # Panics
///
/// When a request fails.
#[expect(clippy::unwrap_used, reason = "a bench has nobody to tell")]
pub fn serve(mut app: Router, times: u64) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        for _ in 0..times {
            let request = Request::get("/users/42").body(Body::empty()).unwrap();
            let ready = ServiceExt::<Request>::ready(&mut app).await.unwrap();
            let mut body = ready.call(request).await.unwrap().into_body();
            while let Some(frame) = body.frame().await {
                frame.unwrap();
            }
        }
    });
}
