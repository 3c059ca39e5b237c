//! What a second thread costs: none where threads do not wait for each other.

use std::hint::black_box;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use axum::Router;
use obskit::Telemetry;

use crate::measure::best;
use crate::{attributes, handles, http};

/// How many times as long each of two threads takes as one that is alone: the static counter.
pub fn counter() -> f64 {
    slowdown(|| {
        for _ in 0..UPDATES {
            black_box(&handles::COUNTER).inc();
        }
    })
}

/// The same: the static histogram.
pub fn histogram() -> f64 {
    slowdown(|| {
        for _ in 0..UPDATES {
            black_box(&handles::HISTOGRAM).observe(black_box(0.03));
        }
    })
}

/// The same: a function whose attribute updates eight counters.
///
/// # Panics
///
/// When the defaults are refused.
pub fn attribute() -> f64 {
    #[expect(clippy::unwrap_used, reason = "a bench has nobody to tell")]
    let telemetry = Telemetry::build(http::config()).unwrap();
    slowdown(|| attributes::contended(&telemetry, CALLS))
}

/// The same: requests of one route, observed by obskit.
pub fn observed() -> f64 {
    requests(&http::observed())
}

/// The same: the router alone.
pub fn bare() -> f64 {
    requests(&http::router())
}

const UPDATES: u64 = 200_000;
const CALLS: u64 = 20_000;
const REQUESTS: u64 = 2_000;

fn requests(app: &Router) -> f64 {
    slowdown(|| http::serve(app.clone(), REQUESTS))
}

fn slowdown(work: impl Fn() + Sync) -> f64 {
    // Alone last: what two threads have parted stays parted.
    let two = best(|| together(2, &work));
    let one = best(|| together(1, &work));
    two.as_secs_f64() / one.as_secs_f64()
}

/// The longest time that any of so many threads takes.
fn together(threads: usize, work: &(impl Fn() + Sync)) -> Duration {
    let start = Barrier::new(threads);
    let run = || {
        start.wait();
        let began = Instant::now();
        work();
        began.elapsed()
    };
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        let times = running.into_iter().map(|thread| thread.join().unwrap_or(Duration::MAX));
        times.max().unwrap_or_default()
    })
}
