//! Declarations that contradict each other.

use super::*;
use crate::metrics::Domains;

/// The error names both places, and what they differ in.
#[track_caller]
fn refused(declarations: impl IntoIterator<Item = Declaration>, parts: &[&str]) {
    let Err(error) = try_lab(declarations) else { panic!("accepted") };
    assert!(error.is_metric());
    let text = error.to_string();
    for part in parts {
        assert!(text.contains(part), "no {part:?} in: {text}");
    }
}

#[test]
fn a_metric_is_the_same_wherever_it_is_declared() {
    const LABELS: &[&str] = &["day_type"];
    const DAYS: fn() -> Domains = || &[&["push", "pull"]];
    const NAME: &str = "sets_total";
    const FIRST: DeclaredMetric = DeclaredMetric::counter(NAME, "Sets.").labels(LABELS, DAYS);
    let others = [
        (DeclaredMetric::histogram(NAME, "Sets.").labels(LABELS, DAYS), "the kinds"),
        (DeclaredMetric::counter(NAME, "Other.").labels(LABELS, DAYS), "\"Other.\""),
        (DeclaredMetric::counter(NAME, "Sets."), "the labels [\"day_type\"] and []"),
        (FIRST.labels(&["day"], DAYS), "[\"day\"]"),
        (FIRST.labels(LABELS, || &[&["push", "legs"]]), "\"legs\""),
        (FIRST.limit(9), "the limit by default and 9"),
        (FIRST.buckets(&[1.0]), "[1.0]"),
    ];
    for (other, what) in others {
        let (ours, theirs) = (own([FIRST]), own([other]));
        let both = [endpoint("a", 7).metrics(ours), endpoint("b", 8).metrics(theirs)];
        refused(both, &["\"sets_total\"", "a.rs:7", "a.rs:8", what]);
        let one = [FIRST, other];
        refused([endpoint("a", 7).metrics(own(one))], &["a.rs:7", what]);
    }
    let open = own([FIRST.labels(LABELS, || &[&[]])]);
    let (first, other) = (own([FIRST]), own([FIRST.labels(LABELS, || &[&["push", "legs"]])]));
    let three = [open, first, other].into_iter().zip(7..);
    refused(
        three.map(|(metrics, line)| endpoint("a", line).metrics(metrics)),
        &["a.rs:8", "a.rs:9"],
    );
    lab([endpoint("a", 7).metrics(&[FIRST]), endpoint("b", 8).metrics(&[FIRST])]);
}

#[test]
fn functions_of_one_name_agree_on_what_they_promise() {
    let slo = |line| endpoint("a", line).availability(99.9);
    let times = |line, seconds| {
        Declaration::job("j", source(line)).max_runtime(Duration::from_secs(seconds))
    };
    let scheduled = |line, schedule| Declaration::job("j", source(line)).schedule(schedule);
    let places = |more: &[&'static str]| [&["a.rs:1", "a.rs:2"], more].concat();
    let other = endpoint("a", 2).availability(99.0);
    refused([slo(1), other], &places(&["handler \"a\"", "SLO", "99.9 %", "99 %"]));
    let other = slo(2).latency(Duration::from_millis(250), 99.0);
    refused([slo(1), other], &places(&["250ms for 99 %"]));
    refused([times(1, 60), times(2, 90)], &places(&["job \"j\"", "max_runtime 60s", "90s"]));
    refused(
        [scheduled(1, "@daily"), scheduled(2, "0 2 * * *")],
        &places(&["schedule \"@daily\"", "\"0 2 * * *\""]),
    );
    lab([slo(1), slo(2), endpoint("a", 3), times(4, 60), times(5, 60)]);
}

#[test]
fn more_thresholds_than_buckets_are_refused_by_their_places() {
    let slo = |line: u32| {
        let name = &*Box::leak(format!("a{line}").into_boxed_str());
        endpoint(name, line).latency(Duration::from_millis(line.into()), 99.0)
    };
    refused((1..=62).map(slo), &["handler_duration_seconds", "65", "1 to 64", "a.rs:1", "a.rs:62"]);
    lab((1..=61).map(slo));
}

#[test]
fn a_name_that_is_taken_is_refused_by_its_place() {
    let taken = DeclaredMetric::counter("handler_calls_total", "Mine.");
    let declared = endpoint("a", 7).metrics(own([taken]));
    refused([declared], &["\"handler_calls_total\"", "registered at a.rs:7"]);
    let lab =
        lab([endpoint("a", 7).metrics(own([DeclaredMetric::counter("mine_total", "Mine.")]))]);
    let error = lab.metrics.counter("mine_total", "Mine.").register().unwrap_err();
    assert!(error.to_string().contains("was at a.rs:7"), "{error}");
}

#[test]
fn what_no_metric_may_be_is_refused() {
    for (metric, what) in [
        (DeclaredMetric::counter("mine", "Mine."), "`_total`"),
        (DeclaredMetric::counter("mine_total", ""), "help"),
        (DeclaredMetric::histogram("mine", "Mine.").buckets(&[2.0, 1.0]), "ascending"),
    ] {
        refused([endpoint("a", 7).metrics(own([metric]))], &[what]);
    }
}
