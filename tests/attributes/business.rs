//! Metrics of one's own: when they count, how much, by which labels, and how many of those.

use std::time::Duration;

use obskit::context::Outcome;
use obskit::{
    Classify, Label, Telemetry, instrument_dependency, instrument_endpoint, instrument_job,
};
use obskit_tests::samples::count;

use crate::read::{series, telemetry, telemetry_with};

#[derive(Clone, Copy, Debug, PartialEq, Label)]
#[label(rename_all = "kebab-case")]
enum DayType {
    Push,
    PullUps,
    Legs,
}

struct Judged(Outcome);

impl Classify for Judged {
    fn classify(&self) -> Outcome {
        self.0
    }
}

#[instrument_endpoint(
    counter(bu_default_total, "Calls"),
    counter(bu_always_total, "Calls", when = always),
    counter(bu_success_total, "Calls", when = success),
    counter(bu_failure_total, "Calls", when = failure),
    counter(bu_big_total, "Calls", when = size > 10),
    counter(bu_said_total, "Calls", when = size > 10 && result.is_err()),
    histogram(bu_sizes, "Sizes", value = size, when = success, buckets = [1.0, 10.0]),
)]
async fn when(size: u32, outcome: Outcome) -> Result<u32, Judged> {
    if outcome == Outcome::Success { Ok(size) } else { Err(Judged(outcome)) }
}

#[tokio::test]
async fn when_it_counts() {
    let telemetry = telemetry();
    for (size, outcome) in [
        (1, Outcome::Success),
        (20, Outcome::Success),
        (30, Outcome::ClientError),
        (2, Outcome::ServerError),
    ] {
        let _ = telemetry.scope(when(size, outcome)).await;
    }
    for (name, expected) in [
        ("bu_default_total", "4"),
        ("bu_always_total", "4"),
        ("bu_success_total", "2"),
        ("bu_failure_total", "2"),
        ("bu_big_total", "2"),
        ("bu_said_total", "1"),
        ("bu_sizes_count", "2"),
        ("bu_sizes_sum", "21"),
    ] {
        assert_eq!(series(&telemetry, name), [expected], "{name}");
    }
    assert_eq!(series(&telemetry, "bu_sizes_bucket"), ["1.0=1", "10.0=1", "+Inf=2"]);
}

struct Load {
    small: u8,
    signed: i32,
    wide: u64,
    count: usize,
}

#[instrument_endpoint(
    counter(bu_small_total, "By", by = load.small),
    counter(bu_signed_total, "By", by = load.signed),
    counter(bu_wide_total, "By", by = load.wide),
    counter(bu_size_total, "By", by = load.count),
    counter(bu_result_total, "By", by = result.len()),
    counter(bu_sum_total, "By", by = load.wide + u64::from(load.small)),
)]
async fn by(load: Load) -> Vec<u32> {
    vec![0; load.count]
}

#[tokio::test]
async fn how_much_it_counts() {
    let telemetry = telemetry();
    let load = |small, signed, wide, count| Load { small, signed, wide, count };
    for load in [load(1, 5, 1 << 40, 3), load(0, -7, 0, 0), load(255, 2, 1, 4)] {
        telemetry.scope(by(load)).await;
    }
    for (name, expected) in [
        ("bu_small_total", "256"),
        ("bu_signed_total", "7"),
        ("bu_wide_total", "1099511627777"),
        ("bu_size_total", "7"),
        ("bu_result_total", "7"),
        ("bu_sum_total", "1099511628033"),
    ] {
        assert_eq!(series(&telemetry, name), [expected], "{name}");
    }
}

#[instrument_endpoint(
    histogram(bu_kg, "Weights", value = kg, buckets = [20.0, 40.5]),
    histogram(bu_whole, "Weights", value = kg as u64, buckets = [20.0]),
    histogram(bu_rest_seconds, "Rests", value = rest, buckets = [0.5, 90.0]),
    histogram(bu_by_result, "Lengths", value = result.len(), buckets = [2.0]),
    histogram(bu_latency_seconds, "With the configured buckets", value = rest),
)]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "what is measured")]
async fn value(kg: f64, rest: Duration) -> String {
    "x".repeat(kg as usize / 20)
}

#[tokio::test]
async fn what_it_measures() {
    let telemetry = telemetry_with(|config| config.metrics.latency_buckets = vec![1.0, 60.0]);
    telemetry.scope(value(20.0, Duration::from_millis(500))).await;
    telemetry.scope(value(40.25, Duration::from_mins(2))).await;
    telemetry.scope(value(100.0, Duration::from_secs(90))).await;
    for (name, expected) in [
        ("bu_kg_bucket", "20.0=1 40.5=2 +Inf=3"),
        ("bu_kg_sum", "160.25"),
        ("bu_whole_bucket", "20.0=1 +Inf=3"),
        ("bu_whole_sum", "160"),
        ("bu_rest_seconds_bucket", "0.5=1 90.0=2 +Inf=3"),
        ("bu_rest_seconds_sum", "210.5"),
        ("bu_by_result_bucket", "2.0=2 +Inf=3"),
        ("bu_latency_seconds_bucket", "1.0=1 60.0=1 +Inf=3"),
    ] {
        assert_eq!(series(&telemetry, name).join(" "), expected, "{name}");
    }
}

#[expect(clippy::too_many_arguments, reason = "labels of many kinds")]
#[instrument_endpoint(
    counter(bu_labels_total, "All", labels(a = day, b = "fixed", c = paid, d = set, e = level)),
    counter(bu_of_result_total, "Answers", labels(ok = result.is_ok(), kind = day)),
    counter(bu_path_total, "Paths", labels(day = given.1, deep = given.0.deep)),
    counter(bu_reference_total, "References", labels(day = *borrowed)),
)]
async fn labels(
    day: DayType,
    paid: bool,
    set: u8,
    level: i16,
    given: (Deep, DayType),
    borrowed: &DayType,
) -> Result<(), &'static str> {
    let _ = given;
    if paid { Ok(()) } else { Err("unpaid") }
}

struct Deep {
    deep: bool,
}

#[tokio::test]
async fn labels_of_every_kind() {
    let telemetry = telemetry();
    let path = |deep, day| (Deep { deep }, day);
    let first = labels(DayType::PullUps, true, 3, -2, path(true, DayType::Legs), &DayType::Push);
    telemetry.scope(first).await.unwrap();
    let other = labels(DayType::Push, false, 255, 7, path(false, DayType::Legs), &DayType::Push);
    telemetry.scope(other).await.unwrap_err();
    let mut found = series(&telemetry, "bu_labels_total");
    found.sort_unstable();
    assert_eq!(found, ["pull-ups,fixed,true,3,-2=1", "push,fixed,false,255,7=1"]);
    let counted = |name| {
        let found = series(&telemetry, name).into_iter();
        let mut counted: Vec<_> = found.filter(|told| !told.ends_with("=0")).collect();
        counted.sort_unstable();
        counted
    };
    assert_eq!(counted("bu_of_result_total"), ["pull-ups,true=1", "push,false=1"]);
    assert_eq!(counted("bu_path_total"), ["legs,false=1", "legs,true=1"]);
    assert_eq!(counted("bu_reference_total"), ["push=2"]);
}

/// R31: what can be known is there before it happens; what cannot is not guessed.
#[test]
fn known_series_exist_at_zero() {
    let telemetry = telemetry();
    let path = ["push,false=0", "push,true=0", "pull-ups,false=0", "pull-ups,true=0"];
    let path = path.into_iter().chain(["legs,false=0", "legs,true=0"]);
    assert_eq!(series(&telemetry, "bu_path_total"), path.collect::<Vec<_>>());
    let days = ["push=0", "pull-ups=0", "legs=0"];
    assert_eq!(series(&telemetry, "bu_reference_total"), days);
    assert_eq!(series(&telemetry, "bu_default_total"), ["0"]);
    assert_eq!(series(&telemetry, "bu_kg_bucket"), ["20.0=0", "40.5=0", "+Inf=0"]);
    assert_eq!(series(&telemetry, "bu_of_job_total"), days);
    assert_eq!(series(&telemetry, "bu_generic_total"), days);
    // A number is one of too many, and a text of any.
    assert!(series(&telemetry, "bu_labels_total").is_empty());
    assert!(series(&telemetry, "bu_text_total").is_empty());
}

#[instrument_endpoint(
    counter(bu_text_total, "By text", labels(city = place.city, day = day), limit = 3),
    histogram(bu_text_size, "By text", labels(city = place.city), value = 1.0, limit = 1),
)]
async fn limited(place: Place, day: DayType) -> Place {
    place
}

struct Place {
    city: String,
}

/// R18: past the limit one series takes all, and it is counted.
#[tokio::test]
async fn texts_within_their_limit() {
    let telemetry = telemetry();
    for city in ["Bonn", "Ulm", "Bonn", "Köln\"\n", "Jena", "Aachen", "Ulm"] {
        let place = Place { city: city.to_owned() };
        telemetry.scope(limited(place, DayType::Legs)).await;
    }
    let mut found = series(&telemetry, "bu_text_total");
    found.sort_unstable();
    let expected = ["Bonn,legs=2", "Köln\"\n,legs=1", "Ulm,legs=2", "overflow,overflow=2"];
    assert_eq!(found, expected);
    let overflow = |metric: &str| {
        count(&telemetry, "obskit_series_overflow_total", &[&format!("metric=\"{metric}\"")])
    };
    assert_eq!((overflow("bu_text_total"), overflow("bu_text_size")), (2, 5));
    let mut found = series(&telemetry, "bu_text_size_count");
    found.sort_unstable();
    assert_eq!(found, ["Bonn=2", "overflow=5"]);
}

#[instrument_job("bu_job", counter(bu_of_job_total, "By job", labels(day: DayType = day)))]
async fn of_job(day: DayType) {
    let _ = day;
}

#[instrument_dependency(
    "bu_store",
    counter(bu_of_dependency_total, "By dependency", by = rows, when = success),
)]
async fn of_dependency(rows: u32) -> Result<u32, &'static str> {
    if rows == 0 { Err("empty") } else { Ok(rows) }
}

#[instrument_endpoint(counter(bu_generic_total, "Generic", labels(day: DayType = day)))]
async fn generic<T: Send>(day: DayType, of: T) -> (DayType, T) {
    (day, of)
}

#[tokio::test]
async fn jobs_dependencies_and_generics() {
    let telemetry = telemetry();
    telemetry.scope(of_job(DayType::Legs)).await;
    assert_eq!(series(&telemetry, "bu_of_job_total"), ["push=0", "pull-ups=0", "legs=1"]);
    for rows in [3, 0, 4] {
        let _ = telemetry.scope(of_dependency(rows)).await;
    }
    assert_eq!(series(&telemetry, "bu_of_dependency_total"), ["7"]);
    telemetry.scope(generic(DayType::Push, 1)).await;
    assert_eq!(series(&telemetry, "bu_generic_total"), ["push=1", "pull-ups=0", "legs=0"]);
}

#[instrument_endpoint(counter(bu_shared_total, "By both", labels(day = day), when = success))]
async fn one_of_two(day: DayType) {
    let _ = day;
}

#[instrument_dependency(
    "bu_store",
    counter(bu_shared_total, "By both", labels(day = *day), by = 10),
)]
#[expect(clippy::trivially_copy_pass_by_ref, reason = "a label behind a reference")]
fn other_of_two(day: &DayType) -> bool {
    *day == DayType::Legs
}

/// One metric of several functions is one family.
#[tokio::test]
async fn metrics_that_are_shared() {
    let telemetry = telemetry();
    telemetry.scope(one_of_two(DayType::Legs)).await;
    assert!(telemetry.sync_scope(|| other_of_two(&DayType::Legs)));
    assert!(!telemetry.sync_scope(|| other_of_two(&DayType::Push)));
    assert_eq!(series(&telemetry, "bu_shared_total"), ["push=10", "pull-ups=0", "legs=11"]);
    let text = Telemetry::metrics(&telemetry).text();
    assert_eq!(text.matches("# TYPE bu_shared_total counter").count(), 1);
}

/// Where no telemetry takes it, a function just runs.
#[tokio::test]
async fn without_a_telemetry() {
    let telemetry = telemetry();
    assert_eq!(of_dependency(3).await, Ok(3));
    one_of_two(DayType::Legs).await;
    of_job(DayType::Legs).await;
    assert!(other_of_two(&DayType::Legs));
    assert_eq!(series(&telemetry, "bu_shared_total"), ["push=0", "pull-ups=0", "legs=0"]);
}

#[instrument_endpoint(counter(
    bu_moved_total,
    "Moved",
    labels(day = result.as_ref().map_or(DayType::Push, |(day, _)| *day)),
    by = text.len(),
))]
async fn moved(text: String, day: DayType) -> Result<(DayType, String), ()> {
    Ok((day, text))
}

/// What was evaluated before the body is that of the call, though the body takes it.
#[tokio::test]
async fn expressions_before_and_after() {
    let telemetry = telemetry();
    telemetry.scope(moved("four".to_owned(), DayType::Legs)).await.unwrap();
    let found = series(&telemetry, "bu_moved_total");
    assert!(found.contains(&"legs=4".to_owned()), "{found:?}");
}
