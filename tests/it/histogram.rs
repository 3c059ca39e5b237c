//! Histograms: what they count, and which bounds they take.

use std::time::{Duration, SystemTime};

use obskit::metrics::{Bounds, Exemplar, Histogram, Metrics, Text};

fn observed(values: &[f64]) -> (u64, f64) {
    let metrics = Metrics::default();
    let histogram = metrics.histogram("work_seconds", "Work.").register().unwrap();
    for value in values {
        histogram.observe(*value);
    }
    (histogram.count(), histogram.sum())
}

fn refusal(bounds: impl Into<Bounds>) -> Option<String> {
    let metrics = Metrics::default();
    let registered = metrics.histogram("work_seconds", "Work.").buckets(bounds).register();
    let error = registered.err()?;
    assert!(error.is_metric());
    Some(error.to_string())
}

#[test]
fn every_number_is_counted_and_the_sum_stays_useful() {
    assert_eq!(observed(&[]), (0, 0.0));
    assert_eq!(observed(&[0.25, 0.5, 100.0]), (3, 100.75));
    assert_eq!(observed(&[-2.0, 1.0]), (2, -1.0));
    assert_eq!(observed(&[1.0, f64::NAN]), (1, 1.0));
    assert_eq!(observed(&[1.0, f64::INFINITY, f64::NEG_INFINITY]), (3, 1.0));
}

#[test]
fn a_duration_counts_in_seconds() {
    let metrics = Metrics::default();
    let histogram = metrics.histogram("work_seconds", "Work.").register().unwrap();
    histogram.observe_duration(Duration::from_millis(1_500));
    assert_eq!((histogram.count(), histogram.sum()), (1, 1.5));
}

#[test]
fn bounds_are_finite_ascending_and_64_at_most() {
    let accepted = [[1.0].into(), [-1.0, 0.0, 1e300].into(), Bounds::linear(0.0, 1.0, 64)];
    for bounds in accepted {
        assert_eq!(refusal(bounds.clone()), None, "{bounds:?}");
    }
    let said = |bounds: Bounds| refusal(bounds).unwrap();
    let count = "accepted: 1 to 64 bounds";
    let name = "metric \"work_seconds\": it has";
    assert_eq!(said([].into()), format!("{name} 0 buckets; {count}"));
    assert_eq!(said(Bounds::linear(0.0, 1.0, 65)), format!("{name} 65 buckets; {count}"));
    assert_eq!(
        said([1.0, 1.0].into()),
        format!("{name} the buckets [1.0, 1.0] in a row; accepted: ascending bounds")
    );
    assert_eq!(
        said([1.0, 3.0, 2.0].into()),
        format!("{name} the buckets [3.0, 2.0] in a row; accepted: ascending bounds")
    );
    for (bound, shown) in [(f64::INFINITY, "inf"), (f64::NAN, "NaN"), (-1.0 / 0.0, "-inf")] {
        let finite = "accepted: finite bounds, +Inf being always there";
        assert_eq!(said([1.0, bound].into()), format!("{name} the bucket {shown}; {finite}"));
    }
}

/// R28: dropping the exemplar never drops the sample.
#[test]
fn a_value_is_counted_whatever_its_exemplar() {
    let metrics = Metrics::default();
    let histogram = metrics.histogram("work_seconds", "Work.").register().unwrap();
    let now = Exemplar::at(SystemTime::UNIX_EPOCH);
    let long = "x".repeat(10_000);
    for exemplar in [now.clone(), now.clone().label("not a name", "1"), now.label("long", &long)] {
        histogram.observe_with(0.5, Some(&exemplar));
    }
    histogram.observe_with(0.5, None);
    assert_eq!((histogram.count(), histogram.sum()), (4, 2.0));
}

/// R24, through a family: threads that race for one series, new to all of them, lose nothing.
#[test]
fn racing_threads_lose_nothing() {
    let metrics = Metrics::default();
    let described = metrics.histogram("work_seconds", "Work.").native();
    let family = described.label::<Text>("kind").register().unwrap();
    let observe = |n: u32| family.get((["a", "b"][n as usize % 2],)).observe(f64::from(n));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..25_000).for_each(observe));
        }
    });
    let read = |kind| {
        let histogram: &Histogram = family.get((kind,));
        (histogram.count(), histogram.sum())
    };
    // 4 × (0 + 2 + … + 24,998), and 4 × (1 + 3 + … + 24,999).
    assert_eq!(read("a"), (50_000, 624_950_000.0));
    assert_eq!(read("b"), (50_000, 625_000_000.0));
}
