//! A traced request through the router of [`http`](crate::http), with and without three spans
//! within, and the same by tracing-opentelemetry.

mod obskit;
mod peer;
pub(crate) mod sink;

use axum::Router;
use axum::routing::get;
use tracing::dispatcher::with_default;
use tracing::{Dispatch, info_span};

use crate::http;

/// What becomes of a request's trace.
#[derive(Clone, Copy, Debug)]
enum Fate {
    /// Nobody traces.
    Off,
    Unsampled,
    Sampled,
}

/// Nobody traces, but spans within are there.
pub fn off(times: u64) {
    obskit::serve(Fate::Off, router(), times);
}

/// Not sampled.
pub fn unsampled(times: u64) {
    obskit::serve(Fate::Unsampled, router(), times);
}

/// Sampled and exported.
pub fn sampled(times: u64) {
    obskit::serve(Fate::Sampled, router(), times);
}

/// Nobody traces.
pub fn off_alone(times: u64) {
    obskit::serve(Fate::Off, http::router(), times);
}

/// Not sampled, nothing within.
pub fn unsampled_alone(times: u64) {
    obskit::serve(Fate::Unsampled, http::router(), times);
}

/// Sampled and exported, nothing within.
pub fn sampled_alone(times: u64) {
    obskit::serve(Fate::Sampled, http::router(), times);
}

/// Not sampled, by tracing-opentelemetry.
pub fn peer_unsampled(times: u64) {
    peer::serve(Fate::Unsampled, router(), times);
}

/// Sampled and handed to an exporter, by tracing-opentelemetry.
pub fn peer_sampled(times: u64) {
    peer::serve(Fate::Sampled, router(), times);
}

/// Without a subscriber.
pub fn peer_off(times: u64) {
    peer::serve(Fate::Off, router(), times);
}

/// A router whose handler does its work in three spans with an attribute each.
fn router() -> Router {
    let work = |number: u32| {
        let _load = info_span!("load", user = number).entered();
        let _query = info_span!("query", rows = 7_u64).entered();
        let _render = info_span!("render", template = "user").entered();
        number.to_string()
    };
    Router::new().route("/users/{id}", get(async move |axum::extract::Path(id)| work(id)))
}

pub(crate) fn under(subscriber: &Dispatch, app: Router, times: u64) {
    with_default(subscriber, || http::serve(app, times));
}
