//! A series with three labels, looked up and updated.

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};

use foldhash::fast::RandomState;
use obskit::metrics::{Counter, Family, Histogram, Metrics, Text};
use prometheus_client::metrics as client;

use crate::limit;

type Labels = (&'static str, Text, u16);
type ByHand<M> = HashMap<(&'static str, String, u16), M, RandomState>;
type OfClient<M, C> = client::family::Family<Vec<(&'static str, String)>, M, C>;

/// Series in each family.
const SERIES: u16 = 1_000;
const ENDPOINT: &str = "/api/workouts/{id}";

/// A family's counter.
pub fn counter(times: u64) {
    let family = counters(&Metrics::default());
    let endpoint = ENDPOINT.to_owned();
    for _ in 0..times {
        family.get(("GET", black_box(&endpoint), black_box(200))).inc();
    }
}

/// An atomic in a hash map that nobody adds to.
pub fn counter_by_hand(times: u64) {
    let map: ByHand<AtomicU64> = by_hand();
    let key = ("GET", ENDPOINT.to_owned(), 200);
    for _ in 0..times {
        if let Some(counter) = map.get(black_box(&key)) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// The same in prometheus-client.
pub fn counter_of_client(times: u64) {
    let family = OfClient::<client::counter::Counter, _>::default();
    let labels = client_labels();
    for _ in 0..times {
        family.get_or_create(black_box(&labels)).inc();
    }
}

/// A family's histogram.
pub fn histogram(times: u64) {
    let family = histograms(&Metrics::default());
    let endpoint = ENDPOINT.to_owned();
    for _ in 0..times {
        let labels = ("GET", black_box(&endpoint), black_box(200));
        family.get(labels).observe(black_box(0.03));
    }
}

/// Atomics in a hash map that nobody adds to.
pub fn histogram_by_hand(times: u64) {
    let map: ByHand<limit::Histogram> = by_hand();
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
    let labels = client_labels();
    for _ in 0..times {
        family.get_or_create(black_box(&labels)).observe(black_box(0.03));
    }
}

/// A family of counters with [`SERIES`] series.
#[expect(clippy::missing_panics_doc, reason = "a bench has nobody to tell")]
pub fn counters(metrics: &Metrics) -> Family<Labels, Counter> {
    let family = metrics.counter("bench_total", "What is counted.");
    #[expect(clippy::unwrap_used, reason = "a bench has nobody to tell")]
    let family: Family<Labels, Counter> = family
        .label::<&'static str>("method")
        .label::<Text>("endpoint")
        .label::<u16>("status")
        .limit(u32::MAX)
        .register()
        .unwrap();
    for status in 0..SERIES {
        family.get(("GET", ENDPOINT, status));
    }
    family
}

/// A family of histograms with [`SERIES`] series.
#[expect(clippy::missing_panics_doc, reason = "a bench has nobody to tell")]
pub fn histograms(metrics: &Metrics) -> Family<Labels, Histogram> {
    let family = metrics.histogram("bench_seconds", "What is measured.").buckets(limit::BOUNDS);
    #[expect(clippy::unwrap_used, reason = "a bench has nobody to tell")]
    let family: Family<Labels, Histogram> = family
        .label::<&'static str>("method")
        .label::<Text>("endpoint")
        .label::<u16>("status")
        .limit(u32::MAX)
        .register()
        .unwrap();
    for status in 0..SERIES {
        family.get(("GET", ENDPOINT, status));
    }
    family
}

fn by_hand<M: Default>() -> ByHand<M> {
    (0..SERIES).map(|status| (("GET", ENDPOINT.to_owned(), status), M::default())).collect()
}

fn client_labels() -> Vec<(&'static str, String)> {
    let values = [("method", "GET"), ("endpoint", ENDPOINT), ("status", "200")];
    values.map(|(name, value)| (name, value.to_owned())).to_vec()
}
