//! What the attributes of a program declare: one list, and series that are there beforehand.

#![expect(dead_code, reason = "what is declared is there without being called")]

use std::time::Duration;

use obskit::metrics::{Declaration, Role, declarations};
use obskit::{Label, instrument_dependency, instrument_endpoint, instrument_job};
use obskit_tests::samples::{Sample, samples};
use obskit_tests::settings;

use crate::read::{handler, job, series, telemetry, telemetry_with, value};

#[derive(Clone, Copy, Label)]
enum Part {
    Arms,
    Legs,
}

const ATTRIBUTE: u32 = line!() + 2;

#[instrument_endpoint(
    name = "de_checkout",
    counter(de_orders_total, "Orders", labels(part = part, paid = paid)),
    counter(de_texts_total, "Texts", labels(text = text), limit = 7),
    histogram(de_kg, "Weights", value = 1.5, buckets = [1.0, 2.0]),
    slo(availability = 99.9, latency = "300ms", target = 99.5),
    slow = "1.5s",
)]
async fn checkout(part: Part, paid: bool, text: &str) -> usize {
    let _ = (part, paid);
    text.len()
}

#[instrument_dependency("de_postgres", slow = "2s")]
async fn get_order() {}

#[instrument_job("de_backup", schedule = "0 2 * * *", max_runtime = "1h 30m")]
async fn backup() {}

fn declared(role: Role, name: &str) -> &'static Declaration {
    let mut found = declarations().filter(|found| (found.role, found.name) == (role, name));
    let one = found.next().unwrap_or_else(|| panic!("{name} is not declared"));
    assert!(found.next().is_none(), "{name} is declared twice");
    one
}

#[test]
fn an_endpoint_is_listed_with_all_that_is_known() {
    let found = declared(Role::Endpoint, "de_checkout");
    assert_eq!((found.source.function, found.source.line), ("checkout", ATTRIBUTE));
    assert!(found.source.file.ends_with("attributes/declared.rs"), "{}", found.source.file);
    assert!(found.source.module.ends_with("declared"), "{}", found.source.module);
    assert_eq!(found.slow, Some(Duration::from_millis(1_500)));
    assert_eq!((found.operation, found.schedule, found.max_runtime), (None, None, None));
    assert_eq!(found.objectives.availability, Some(99.9));
    let latency = found.objectives.latency.unwrap();
    assert_eq!((latency.within, latency.target), (Duration::from_millis(300), 99.5));
}

#[test]
fn metrics_are_listed_with_their_endpoint() {
    let found = declared(Role::Endpoint, "de_checkout");
    let [orders, texts, kg] = found.metrics else { panic!("{:?}", found.metrics) };
    assert_eq!((orders.name, orders.help), ("de_orders_total", "Orders"));
    assert_eq!((orders.labels, orders.limit, orders.buckets), (&["part", "paid"][..], None, None));
    assert_eq!(orders.domains(), [&["arms", "legs"][..], &["false", "true"]]);
    assert_eq!((texts.labels, texts.limit), (&["text"][..], Some(7)));
    assert_eq!(texts.domains(), [&[][..] as &[&str]]);
    assert_eq!((kg.name, kg.buckets), ("de_kg", Some(&[1.0, 2.0][..])));
    assert_ne!(kg.kind, orders.kind);
}

#[test]
fn dependencies_and_jobs_are_listed() {
    let found = declared(Role::Dependency, "de_postgres");
    assert_eq!((found.operation, found.slow), (Some("get_order"), Some(Duration::from_secs(2))));
    let found = declared(Role::Job, "de_backup");
    assert_eq!((found.source.function, found.schedule), ("backup", Some("0 2 * * *")));
    assert_eq!(found.max_runtime, Some(Duration::from_mins(90)));
    assert!(found.metrics.is_empty());
}

/// The same list each time, in order; `debug_handler` makes a copy of a function.
#[test]
fn the_list_is_stable_and_has_each_once() {
    declared(Role::Endpoint, "ex_complete_workout");
    declared(Role::Endpoint, "every_extractor");
    let list =
        || declarations().map(|found| (found.role, found.name, found.operation, found.source));
    assert!(list().is_sorted());
    assert!(list().eq(list()) && list().len() > 100, "{}", list().len());
}

/// R31: every series that can be known, at 0.
#[test]
fn series_are_there_beforehand() {
    let telemetry = telemetry();
    handler(&telemetry, "de_checkout", "");
    job(&telemetry, "de_backup", "");
    crate::read::dependency(&telemetry, "de_postgres", "get_order", "");
    let mut found = series(&telemetry, "de_orders_total");
    found.sort_unstable();
    assert_eq!(found, ["false,arms=0", "false,legs=0", "true,arms=0", "true,legs=0"]);
    let slow = [("dependency", "de_postgres"), ("operation", "get_order")];
    assert_eq!(value::<u64>(&telemetry, "dependency_slow_total", &slow), 0);
    let of_job = [("job", "de_backup")];
    assert_eq!(value::<u64>(&telemetry, "job_last_success_timestamp_seconds", &of_job), 0);
    assert_eq!(value::<u64>(&telemetry, "job_max_runtime_seconds", &of_job), 5_400);
    assert_eq!(series(&telemetry, "de_kg_count"), ["0"]);
}

/// Objectives are data, so that rules need no constants.
#[test]
fn objectives_are_series() {
    let telemetry = telemetry();
    let of = |objective| {
        let labels = [("slo", "de_checkout"), ("objective", objective)];
        value::<String>(&telemetry, "slo_objective_ratio", &labels)
    };
    assert_eq!((of("availability"), of("latency")), ("0.999".to_owned(), "0.995".to_owned()));
    let of_slo = [("slo", "de_checkout")];
    let within = value::<String>(&telemetry, "slo_latency_threshold_seconds", &of_slo);
    assert_eq!(within, "0.3");
}

/// An objective's threshold is a bound of every handler's histogram, beside the configured ones.
#[test]
fn thresholds_are_buckets() {
    let telemetry = telemetry_with(|config| config.metrics.latency_buckets = vec![0.1, 1.0]);
    let bounds = |name: &str| -> Vec<String> {
        let found = samples(&telemetry, "handler_duration_seconds_bucket").into_iter();
        let found = found.filter(|sample| sample.labels["handler"] == name);
        found.map(|Sample { labels, .. }| labels["le"].clone()).collect()
    };
    for name in ["de_checkout", "ex_complete_workout", "nothing"] {
        assert_eq!(bounds(name), ["0.1", "0.25", "0.3", "1.0", "+Inf"], "{name}");
    }
    // A threshold that is configured already stands once.
    let telemetry = telemetry_with(|config| config.metrics.latency_buckets = vec![0.25, 0.3]);
    let found = samples(&telemetry, "handler_duration_seconds_bucket").into_iter();
    let of_one = found.filter(|sample| sample.labels["handler"] == "de_checkout");
    assert_eq!(of_one.count(), 3);
}

/// More bounds than a histogram may have are refused with the names of those who want them.
#[test]
fn too_many_thresholds() {
    let mut config = settings::local();
    config.metrics.latency_buckets = (1..=64).map(|second| f64::from(second) / 0.7).collect();
    let error = obskit::Telemetry::build(config).unwrap_err();
    let message = error.to_string();
    let place = format!("0.3 s at tests/attributes/declared.rs:{ATTRIBUTE}");
    assert!(message.contains(&place) && message.contains("1 to 64"), "{message}");
    assert_eq!(message.matches("extractors.rs").count(), 1, "{message}");
}
