//! What a series takes: bytes asked of the allocator, of 10,000 counters with three short labels.

use std::hint::black_box;
use std::sync::atomic::AtomicU64;

use obskit::metrics::Metrics;
use obskit_benches::families::{self, Client};

const SERIES: u16 = 10_000;
const ENDPOINT: &str = "/users";

/// In a family of obskit.
pub(super) fn obskit() -> f64 {
    let metrics = Metrics::default();
    per_series(|| families::counters(&metrics, "bench_total", ENDPOINT, SERIES))
}

/// In a hash map of atomics.
pub(super) fn by_hand() -> f64 {
    per_series(|| families::by_hand::<AtomicU64>(ENDPOINT, SERIES))
}

/// In prometheus-client.
pub(super) fn prometheus_client() -> f64 {
    per_series(|| {
        let family = Client::default();
        for status in 0..SERIES {
            drop(family.get_or_create(&families::client_labels(ENDPOINT, status)));
        }
        family
    })
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
fn per_series<T>(make: impl FnOnce() -> T) -> f64 {
    let mut kept = None;
    let taken = allocation_counter::measure(|| kept = Some(make()));
    black_box(&kept);
    taken.bytes_current as f64 / f64::from(SERIES)
}
