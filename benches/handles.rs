//! A metric without labels, reached through a handle.

use std::hint::black_box;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use obskit::metrics::{Counter, Family, Histogram, Metrics};

use crate::limit;

/// A counter of obskit in a static.
#[expect(clippy::unwrap_used, reason = "a bench has nobody to tell")]
pub static COUNTER: LazyLock<Family<(), Counter>> =
    LazyLock::new(|| Metrics::default().counter("static_total", "A static.").register().unwrap());

/// A histogram of obskit in a static.
#[expect(clippy::unwrap_used, reason = "a bench has nobody to tell")]
pub static HISTOGRAM: LazyLock<Family<(), Histogram>> = LazyLock::new(|| {
    let histogram = Metrics::default().histogram("static_seconds", "A static.");
    histogram.buckets(limit::BOUNDS).register().unwrap()
});

static BY_HAND: AtomicU64 = AtomicU64::new(0);
static HISTOGRAM_BY_HAND: LazyLock<limit::Histogram> = LazyLock::new(limit::Histogram::default);

/// A counter through its handle.
pub fn counter(times: u64) {
    let counter: &Counter = &COUNTER;
    for _ in 0..times {
        black_box(counter).inc();
    }
}

/// A static atomic.
pub fn counter_by_hand(times: u64) {
    for _ in 0..times {
        black_box(&BY_HAND).fetch_add(1, Ordering::Relaxed);
    }
}

/// A histogram through its handle.
pub fn histogram(times: u64) {
    let histogram: &Histogram = &HISTOGRAM;
    for _ in 0..times {
        black_box(histogram).observe(black_box(0.03));
    }
}

/// Static atomics.
pub fn histogram_by_hand(times: u64) {
    let histogram: &limit::Histogram = &HISTOGRAM_BY_HAND;
    for _ in 0..times {
        black_box(histogram).observe(black_box(0.03));
    }
}
