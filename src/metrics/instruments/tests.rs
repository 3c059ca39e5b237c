//! Declarations given as lists, since those of a program are there once for all its tests.

mod conflicts;
mod series;

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use super::{Instruments, Series};
use crate::config::{self, Clock};
use crate::context::Outcome;
use crate::error::Error;
use crate::ledger::Ledger;
use crate::metrics::{
    Declaration, DeclaredMetric, Dependencies, LabelValue, Metrics, Site, Source,
};

/// What a list of declarations makes.
struct Lab {
    metrics: Metrics,
    clock: Clock,
    instruments: Instruments,
}

const LATENCIES: [f64; 3] = [0.1, 1.0, 10.0];

fn lab(declarations: impl IntoIterator<Item = Declaration>) -> Lab {
    try_lab(declarations).unwrap()
}

fn try_lab(declarations: impl IntoIterator<Item = Declaration>) -> Result<Lab, Error> {
    let config =
        config::Metrics { latency_buckets: LATENCIES.to_vec(), ..config::Metrics::default() };
    let clock = Clock::manual();
    let metrics = Metrics::new(&config, &clock);
    let dependencies = Arc::new(Dependencies::register(&metrics)?);
    let sites =
        declarations.into_iter().map(|declaration| &*Box::leak(Box::new(Site::new(declaration))));
    let sites: Vec<&'static Site> = sites.collect();
    let instruments =
        Instruments::register_sites(&metrics, &dependencies, &Ledger::default(), &sites)?;
    Ok(Lab { metrics, clock, instruments })
}

impl Lab {
    /// What a sample's line ends in.
    #[track_caller]
    fn value(&self, series: &str) -> String {
        let text = self.metrics.text();
        let found = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        found.unwrap_or_else(|| panic!("no {series} in\n{text}")).to_owned()
    }

    /// The samples of a metric.
    fn samples(&self, metric: &str) -> Vec<String> {
        let text = self.metrics.text();
        let samples = text.lines().filter(|line| {
            line.strip_prefix(metric).is_some_and(|rest| rest.starts_with(['{', ' ']))
        });
        samples.map(str::to_owned).collect()
    }

    fn call(&self, site: usize, outcome: Option<Outcome>, took: Duration) {
        let instrument = &self.instruments.by_site[site];
        instrument.begin();
        instrument.end(outcome, took, None);
    }
}

/// A handler on a line of `a.rs`.
fn endpoint(name: &'static str, line: u32) -> Declaration {
    Declaration::endpoint(name, source(line))
}

const fn source(line: u32) -> Source {
    Source::new("function", ("a", "a.rs", line))
}

fn own<const N: usize>(metrics: [DeclaredMetric; N]) -> &'static [DeclaredMetric] {
    Box::leak(Box::new(metrics))
}

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_handler_is_there_before_its_first_call() {
    let lab = lab([endpoint("list", 1)]);
    for outcome in ["success", "client_error", "server_error", "cancelled", "panic"] {
        let calls = format!("handler_calls_total{{handler=\"list\",outcome=\"{outcome}\"}}");
        assert_eq!(lab.value(&calls), "0");
    }
    assert_eq!(lab.value("handler_duration_seconds_count{handler=\"list\"}"), "0");
    assert_eq!(lab.value("handler_in_flight{handler=\"list\"}"), "0");
    assert_eq!(lab.samples("handler_calls_total").len(), 5);
}

#[test]
fn a_call_is_counted_timed_and_no_longer_in_flight() {
    let lab = lab([endpoint("list", 1)]);
    lab.instruments.by_site[0].begin();
    assert_eq!(lab.value("handler_in_flight{handler=\"list\"}"), "1");
    lab.instruments.by_site[0].end(Some(Outcome::ClientError), SECOND, None);
    assert_eq!(lab.value("handler_in_flight{handler=\"list\"}"), "0");
    let calls = "handler_calls_total{handler=\"list\",outcome=\"client_error\"}";
    assert_eq!(lab.value(calls), "1");
    assert_eq!(lab.value("handler_duration_seconds_bucket{handler=\"list\",le=\"1.0\"}"), "1");
    assert_eq!(lab.value("handler_duration_seconds_bucket{handler=\"list\",le=\"0.1\"}"), "0");
}

#[test]
fn a_cancelled_call_has_no_time_and_an_unsaid_one_no_outcome_yet() {
    let lab = lab([endpoint("list", 1)]);
    lab.call(0, Some(Outcome::Cancelled), SECOND);
    assert_eq!(lab.value("handler_duration_seconds_count{handler=\"list\"}"), "0");
    lab.call(0, None, SECOND);
    assert_eq!(lab.value("handler_duration_seconds_count{handler=\"list\"}"), "1");
    assert_eq!(lab.value("handler_in_flight{handler=\"list\"}"), "0");
    let counted =
        lab.samples("handler_calls_total").into_iter().filter(|line| !line.ends_with(" 0"));
    let cancelled = "handler_calls_total{handler=\"list\",outcome=\"cancelled\"} 1";
    assert_eq!(counted.collect::<Vec<_>>(), [cancelled]);
}

/// An outcome that handlers seldom have is looked up.
#[test]
fn an_outcome_that_was_not_foreseen_is_counted() {
    let lab = lab([endpoint("list", 1)]);
    for expected in ["1", "2"] {
        lab.call(0, Some(Outcome::BodyError), SECOND);
        let calls = "handler_calls_total{handler=\"list\",outcome=\"body_error\"}";
        assert_eq!(lab.value(calls), expected);
    }
}

#[test]
fn functions_of_one_name_share_series() {
    let lab = lab([endpoint("list", 1), endpoint("list", 2), endpoint("other", 3)]);
    lab.call(0, Some(Outcome::Success), SECOND);
    lab.call(1, Some(Outcome::Success), SECOND);
    assert_eq!(lab.value("handler_calls_total{handler=\"list\",outcome=\"success\"}"), "2");
    assert_eq!(lab.value("handler_calls_total{handler=\"other\",outcome=\"success\"}"), "0");
}

#[test]
fn objectives_are_data_and_their_thresholds_exact_buckets() {
    let slo = endpoint("list", 1).availability(99.9).latency(Duration::from_millis(250), 99.0);
    let lab = lab([slo, endpoint("other", 2), endpoint("third", 3).availability(99.5)]);
    let objective = |slo: &str, objective: &str| {
        format!("slo_objective_ratio{{slo=\"{slo}\",objective=\"{objective}\"}}")
    };
    assert_eq!(lab.value(&objective("list", "availability")), "0.999");
    assert_eq!(lab.value(&objective("list", "latency")), "0.99");
    assert_eq!(lab.value(&objective("third", "availability")), "0.995");
    assert_eq!(lab.samples("slo_objective_ratio").len(), 3);
    let thresholds = ["slo_latency_threshold_seconds{slo=\"list\"} 0.25"];
    assert_eq!(lab.samples("slo_latency_threshold_seconds"), thresholds);
    // As long as the threshold is within it, and a nanosecond more is not.
    lab.call(0, Some(Outcome::Success), Duration::from_millis(250));
    lab.call(0, Some(Outcome::Success), Duration::from_nanos(250_000_001));
    assert_eq!(lab.value("handler_duration_seconds_bucket{handler=\"list\",le=\"0.25\"}"), "1");
    assert_eq!(lab.samples("handler_duration_seconds_bucket").len(), 3 * (LATENCIES.len() + 2));
}

#[test]
fn a_job_is_there_before_its_first_run_and_tells_of_its_last_success() {
    let lab = lab([
        Declaration::job("backup", source(1))
            .schedule("@daily")
            .max_runtime(Duration::from_secs(90)),
        Declaration::job("sweep", source(2)),
    ]);
    let runs =
        |outcome| lab.value(&format!("job_runs_total{{job=\"backup\",outcome=\"{outcome}\"}}"));
    for outcome in ["success", "server_error", "cancelled", "panic"] {
        assert_eq!(runs(outcome), "0");
    }
    assert_eq!(
        lab.samples("job_max_runtime_seconds"),
        ["job_max_runtime_seconds{job=\"backup\"} 90"]
    );
    assert_eq!(lab.value("job_duration_seconds_bucket{job=\"sweep\",le=\"90.0\"}"), "0");
    let last = "job_last_success_timestamp_seconds{job=\"backup\"}";
    lab.call(0, Some(Outcome::ServerError), SECOND);
    assert_eq!((runs("server_error"), lab.value(last)), ("1".to_owned(), "0".to_owned()));
    lab.instruments.by_site[0].begin();
    assert_eq!(lab.value("job_in_progress{job=\"backup\"}"), "1");
    lab.instruments.by_site[0].end(Some(Outcome::Success), SECOND, None);
    assert_eq!(lab.value("job_in_progress{job=\"backup\"}"), "0");
    let now = lab.clock.wall().duration_since(UNIX_EPOCH).unwrap().as_secs_f64();
    let shown: f64 = lab.value(last).parse().unwrap();
    assert!((shown - now).abs() < 1e-3, "{shown} {now}");
    assert_eq!(lab.value("job_last_success_timestamp_seconds{job=\"sweep\"}"), "0");
}

#[test]
fn a_dependencys_operations_have_thresholds_of_their_own() {
    let operation = |name, line| Declaration::dependency("postgres", name, source(line));
    let lab = lab([operation("get", 1).slow(SECOND / 2), operation("put", 2)]);
    for operation in ["get", "put"] {
        let labels = format!("dependency=\"postgres\",operation=\"{operation}\"");
        for outcome in ["success", "client_error", "server_error", "cancelled", "panic"] {
            let requests = format!("dependency_requests_total{{{labels},outcome=\"{outcome}\"}}");
            assert_eq!(lab.value(&requests), "0");
        }
        assert_eq!(
            lab.value(&format!("dependency_request_duration_seconds_count{{{labels}}}")),
            "0"
        );
        assert_eq!(lab.value(&format!("dependency_slow_total{{{labels}}}")), "0");
    }
    lab.call(0, Some(Outcome::Success), SECOND);
    lab.call(1, Some(Outcome::Success), SECOND);
    // What somebody gave up on after as long was slow all the more.
    lab.call(0, Some(Outcome::Cancelled), SECOND);
    let of = |metric: &str, operation: &str| {
        lab.value(&format!("{metric}{{dependency=\"postgres\",operation=\"{operation}\"}}"))
    };
    assert_eq!(of("dependency_slow_total", "get"), "2");
    assert_eq!(of("dependency_slow_total", "put"), "0");
    assert_eq!(of("dependency_request_duration_seconds_count", "get"), "1");
}

#[test]
fn a_site_that_was_not_gathered_has_no_instrument() {
    let lab = lab([endpoint("list", 1)]);
    let late = Site::new(endpoint("late", 2));
    assert!(lab.instruments.at(&late).is_none());
}
