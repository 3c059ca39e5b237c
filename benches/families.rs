//! A series with three labels, looked up and updated.

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};

use foldhash::fast::RandomState;
use obskit::metrics::{Counter, Family, Histogram, Metrics, Text};
use prometheus_client::metrics as client;

use crate::limit;

/// Method, endpoint and a number.
pub type Labels = (&'static str, Text, u16);
/// Metrics by their labels, by hand.
pub type ByHand<M> = HashMap<(&'static str, String, u16), M, RandomState>;
type OfClient<M, C> = client::family::Family<Vec<(&'static str, String)>, M, C>;
/// Counters of prometheus-client.
pub type Client = OfClient<client::counter::Counter, fn() -> client::counter::Counter>;

/// Series in each family.
const SERIES: u16 = 1_000;
/// The endpoint of each series.
pub const ENDPOINT: &str = "/api/workouts/{id}";

/// A family's counter.
pub fn counter(times: u64) {
    let family = counters(&Metrics::default(), "bench_total", ENDPOINT, SERIES);
    let endpoint = ENDPOINT.to_owned();
    for _ in 0..times {
        family.get(("GET", black_box(&endpoint), black_box(200))).inc();
    }
}

/// An atomic in a hash map that nobody adds to.
pub fn counter_by_hand(times: u64) {
    let map: ByHand<AtomicU64> = by_hand(ENDPOINT, SERIES);
    let key = ("GET", ENDPOINT.to_owned(), 200);
    for _ in 0..times {
        if let Some(counter) = map.get(black_box(&key)) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// The same in prometheus-client.
pub fn counter_of_client(times: u64) {
    let family = Client::default();
    let labels = client_labels(ENDPOINT, 200);
    for _ in 0..times {
        family.get_or_create(black_box(&labels)).inc();
    }
}

/// A family's histogram.
pub fn histogram(times: u64) {
    let family = histograms(&Metrics::default(), "bench_seconds", SERIES);
    let endpoint = ENDPOINT.to_owned();
    for _ in 0..times {
        let labels = ("GET", black_box(&endpoint), black_box(200));
        family.get(labels).observe(black_box(0.03));
    }
}

/// Atomics in a hash map that nobody adds to.
pub fn histogram_by_hand(times: u64) {
    let map: ByHand<limit::Histogram> = by_hand(ENDPOINT, SERIES);
    let key = ("GET", ENDPOINT.to_owned(), 200);
    for _ in 0..times {
        if let Some(histogram) = map.get(black_box(&key)) {
            histogram.observe(black_box(0.03));
        }
    }
}

/// The same in prometheus-client.
pub fn histogram_of_client(times: u64) {
    let make = || client::histogram::Histogram::new(limit::BOUNDS);
    let family = OfClient::<client::histogram::Histogram, _>::new_with_constructor(make);
    let labels = client_labels(ENDPOINT, 200);
    for _ in 0..times {
        family.get_or_create(black_box(&labels)).observe(black_box(0.03));
    }
}

/// A family of counters with so many series.
#[expect(clippy::missing_panics_doc, reason = "a bench has nobody to tell")]
#[expect(clippy::unwrap_used, reason = "a bench has nobody to tell")]
pub fn counters(
    metrics: &Metrics,
    name: &'static str,
    endpoint: &str,
    series: u16,
) -> Family<Labels, Counter> {
    let family = metrics.counter(name, "What is counted.").label::<&'static str>("method");
    let family = family.label::<Text>("endpoint").label::<u16>("status");
    let family = family.limit(u32::MAX).register().unwrap();
    for status in 0..series {
        family.get(("GET", endpoint, status));
    }
    family
}

/// A family of histograms with so many series.
#[expect(clippy::missing_panics_doc, reason = "a bench has nobody to tell")]
#[expect(clippy::unwrap_used, reason = "a bench has nobody to tell")]
pub fn histograms(metrics: &Metrics, name: &'static str, series: u16) -> Family<Labels, Histogram> {
    let family = metrics.histogram(name, "What is measured.").buckets(limit::BOUNDS);
    let family = family.label::<&'static str>("method").label::<Text>("endpoint");
    let family = family.label::<u16>("status").limit(u32::MAX).register().unwrap();
    for status in 0..series {
        family.get(("GET", ENDPOINT, status));
    }
    family
}

/// A hash map of so many metrics, to which nobody adds.
pub fn by_hand<M: Default>(endpoint: &str, series: u16) -> ByHand<M> {
    (0..series).map(|status| (("GET", endpoint.to_owned(), status), M::default())).collect()
}

/// What prometheus-client takes for labels.
pub fn client_labels(endpoint: &str, status: u16) -> Vec<(&'static str, String)> {
    let (method, endpoint) = ("GET".to_owned(), endpoint.to_owned());
    vec![("method", method), ("endpoint", endpoint), ("status", status.to_string())]
}
