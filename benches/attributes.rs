//! A function under `#[instrument_endpoint]`, called within a request.

use std::convert::Infallible;
use std::hint::black_box;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use obskit::{Label, Telemetry, instrument_endpoint};
use tower::{Layer, ServiceExt, service_fn};

use crate::{http, limit};

/// How many metrics of its own a function has, so that one of them is well told from none.
pub const METRICS: u32 = 8;

/// A label that counters below have.
#[derive(Clone, Copy, Debug, Label)]
pub enum Day {
    /// Chest.
    Push,
    /// Back.
    Pull,
}

/// What a function under an attribute does by itself, by hand and nothing else.
#[derive(Debug, Default)]
struct ByHand {
    started: AtomicU64,
    ended: [AtomicU64; 5],
    duration: limit::Histogram,
}

static BY_HAND: LazyLock<ByHand> = LazyLock::new(ByHand::default);

/// A sync function with the attribute alone.
pub fn sync(times: u64) {
    in_request(times, || async { black_box(plain(black_box(1))) });
}

/// An async handler with the attribute alone.
pub fn handler(times: u64) {
    in_request(times, || async { black_box(awaited(black_box(1)).await) });
}

/// A sync function with counters.
pub fn counters(times: u64) {
    in_request(times, || async { black_box(counting(black_box(1))) });
}

/// A sync function with counters that have a label.
pub fn labelled(times: u64) {
    in_request(times, || async { black_box(labelling(black_box(Day::Pull))) });
}

/// A sync function with histograms.
pub fn histograms(times: u64) {
    in_request(times, || async { black_box(measuring(black_box(0.03))) });
}

/// What the attribute does, by hand.
pub fn by_hand(times: u64) {
    in_request(times, || async {
        let by_hand: &ByHand = black_box(&BY_HAND);
        by_hand.started.fetch_add(1, Ordering::Relaxed);
        let began = Instant::now();
        black_box(black_box(1_u64));
        by_hand.duration.observe(began.elapsed().as_secs_f64());
        let [success, ..] = &by_hand.ended;
        success.fetch_add(1, Ordering::Relaxed);
    });
}

/// The loop in a request, around nothing.
pub fn nothing(times: u64) {
    in_request(times, || async { black_box(black_box(1_u64)) });
}

#[instrument_endpoint]
pub(crate) fn plain(value: u64) -> u64 {
    value
}

#[instrument_endpoint]
async fn awaited(value: u64) -> u64 {
    value
}

#[instrument_endpoint(
    counter(bench_a_total, "One."),
    counter(bench_b_total, "One."),
    counter(bench_c_total, "One."),
    counter(bench_d_total, "One."),
    counter(bench_e_total, "One."),
    counter(bench_f_total, "One."),
    counter(bench_g_total, "One."),
    counter(bench_h_total, "One.")
)]
fn counting(value: u64) -> u64 {
    value
}

#[instrument_endpoint(
    counter(bench_days_a_total, "One.", labels(day = day)),
    counter(bench_days_b_total, "One.", labels(day = day)),
    counter(bench_days_c_total, "One.", labels(day = day)),
    counter(bench_days_d_total, "One.", labels(day = day)),
    counter(bench_days_e_total, "One.", labels(day = day)),
    counter(bench_days_f_total, "One.", labels(day = day)),
    counter(bench_days_g_total, "One.", labels(day = day)),
    counter(bench_days_h_total, "One.", labels(day = day))
)]
fn labelling(day: Day) -> Day {
    day
}

#[instrument_endpoint(
    histogram(bench_a_seconds, "One.", value = seconds),
    histogram(bench_b_seconds, "One.", value = seconds),
    histogram(bench_c_seconds, "One.", value = seconds),
    histogram(bench_d_seconds, "One.", value = seconds),
    histogram(bench_e_seconds, "One.", value = seconds),
    histogram(bench_f_seconds, "One.", value = seconds),
    histogram(bench_g_seconds, "One.", value = seconds),
    histogram(bench_h_seconds, "One.", value = seconds)
)]
fn measuring(seconds: f64) -> f64 {
    seconds
}

/// Counters of one telemetry, from as many threads as call it.
///
/// # Panics
///
/// When no runtime can be had.
pub fn contended(telemetry: &Telemetry, times: u64) {
    request(telemetry, times, || async { black_box(counting(black_box(1))) });
}

/// Does `work` so many times within one request of a new telemetry.
#[expect(clippy::unwrap_used, reason = "a bench has nobody to tell")]
fn in_request<F: Future>(times: u64, work: fn() -> F) {
    request(&Telemetry::build(http::config()).unwrap(), times, work);
}

/// Does `work` so many times within one request of `telemetry`.
#[expect(clippy::unwrap_used, reason = "a bench has nobody to tell")]
fn request<F: Future>(telemetry: &Telemetry, times: u64, work: fn() -> F) {
    let service = service_fn(move |_: Request| async move {
        for _ in 0..times {
            work().await;
        }
        Ok::<_, Infallible>(Response::new(Body::empty()))
    });
    let request = telemetry.layer().layer(service).oneshot(Request::new(Body::empty()));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    drop(runtime.block_on(request));
}
