//! Registries of `prometheus-client` served with ours, and ours mounted in theirs.

use super::{body, everything, text};
use obskit::metrics::{Format, Metrics, Scrape};
use obskit_tests::metric_family::{self, MetricType};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::exemplar::{CounterWithExemplar, HistogramWithExemplars};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, NativeHistogramConfig};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, RwLock};

type Labels = Vec<(String, String)>;

fn labels(pairs: &[(&str, &str)]) -> Labels {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn theirs() -> Registry {
    let mut registry = Registry::default();
    let polls = Family::<Labels, Counter>::default();
    polls.get_or_create(&labels(&[("queue", "a \"b\"\\\n")])).inc_by(5);
    registry.register("polls_total", "Polls of C:\\queue,\n\"all\"", polls);
    let ratio = Gauge::<f64, AtomicU64>::default();
    ratio.set(f64::NAN);
    registry.register("fill_ratio", "How full", ratio);
    let wait = Histogram::new([0.5, 2.5]);
    wait.observe(0.25);
    wait.observe(9.0);
    registry.register_with_unit("wait", "Waits", Unit::Seconds, wait);
    registry.register("build", "Build", Info::new(vec![("commit", "abc")]));
    registry
}

const THEIRS: &str = "\
# HELP build_info Build
# TYPE build_info gauge
build_info{commit=\"abc\"} 1
# HELP fill_ratio How full
# TYPE fill_ratio gauge
fill_ratio NaN
";

const THEIR_POLLS: &str = "\
# HELP polls Polls of C:\\\\queue,\\n\\\"all\\\"
# TYPE polls counter
polls_total{queue=\"a \\\"b\\\"\\\\\\n\"} 5
";

const THEIR_WAITS: &str = "\
# HELP wait_seconds Waits
# TYPE wait_seconds histogram
# UNIT wait_seconds seconds
wait_seconds_bucket{le=\"0.5\"} 1
wait_seconds_bucket{le=\"2.5\"} 1
wait_seconds_bucket{le=\"+Inf\"} 2
wait_seconds_sum 9.25
wait_seconds_count 2
# EOF
";

fn errors(text: &str, reason: &str) -> u64 {
    let start = format!("obskit_scrape_errors_total{{reason=\"{reason}\"}} ");
    text.lines().find_map(|line| line.strip_prefix(&start)).unwrap().parse().unwrap()
}

#[test]
fn their_families_are_mended_and_served_in_order() {
    let metrics = Metrics::default();
    metrics.gauge("connections", "Ours").register().unwrap().set(2);
    metrics.serve_foreign(Arc::new(theirs()));
    let exposition = text(&metrics, Format::OpenMetrics);
    let (first, rest) = exposition.split_at(exposition.find("# HELP connections").unwrap());
    assert_eq!(first, THEIRS.split_at(THEIRS.find("# HELP fill").unwrap()).0);
    for part in [&THEIRS[first.len()..], THEIR_POLLS] {
        assert!(rest.contains(part), "{rest}");
    }
    assert!(rest.ends_with(THEIR_WAITS), "{rest}");
    let names = exposition.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    assert!(names.is_sorted());
    assert_eq!(errors(&exposition, "conflict") + errors(&exposition, "malformed"), 0);
}

#[test]
fn their_families_are_served_in_every_format() {
    let metrics = Metrics::default();
    metrics.serve_foreign(Arc::new(Mutex::new(theirs())));
    let plain = text(&metrics, Format::Text);
    assert!(plain.contains("# HELP polls_total Polls of C:\\\\queue,\\n\"all\"\n"), "{plain}");
    assert!(plain.contains("# TYPE polls_total counter\n"));
    let families = metric_family::decode(&body(&metrics, Format::Protobuf)).unwrap();
    let find = |name: &str| families.iter().find(|family| family.name() == name).unwrap();
    let polls = find("polls_total");
    assert_eq!(
        (polls.r#type(), polls.help()),
        (MetricType::Counter, "Polls of C:\\queue,\n\"all\"")
    );
    assert_eq!(polls.metric[0].labels()["queue"], "a \"b\"\\\n");
    assert_eq!(polls.metric[0].counter.as_ref().unwrap().value, Some(5.0));
    let wait = find("wait_seconds");
    assert_eq!((wait.r#type(), wait.unit()), (MetricType::Histogram, "seconds"));
    assert_eq!(wait.metric[0].histogram.as_ref().unwrap().sample_count(), 2);
    assert!(find("fill_ratio").metric[0].gauge.unwrap().value().is_nan());
    let scraped = metrics.scrape(&Scrape { names: vec!["polls".into()], ..Scrape::default() });
    assert!(scraped.body().starts_with(b"# HELP polls_total"));
}

#[test]
fn what_is_registered_later_is_served_too() {
    let metrics = Metrics::default();
    let registry = Arc::new(RwLock::new(Registry::default()));
    metrics.serve_foreign(Arc::clone(&registry));
    assert!(!metrics.text().contains("late"));
    registry.write().unwrap().register("late", "Late", Counter::<u64>::default());
    assert!(metrics.text().contains("\nlate_total 0\n"));
}

#[test]
fn exemplars_of_theirs_are_kept() {
    let mut registry = Registry::default();
    let trace = || Some(labels(&[("trace_id", "abc")]));
    let counter = CounterWithExemplar::<Labels>::default();
    counter.inc_by(2, trace(), Some(std::time::UNIX_EPOCH));
    registry.register("seen", "Seen", counter);
    let histogram = HistogramWithExemplars::<Labels>::new([1.0].into_iter());
    histogram.observe(0.5, trace(), Some(std::time::UNIX_EPOCH));
    registry.register("took", "Took", histogram);
    let metrics = Metrics::default();
    metrics.serve_foreign(Arc::new(registry));
    let exposition = text(&metrics, Format::OpenMetrics);
    for line in [
        "seen_total 2 # {trace_id=\"abc\"} 2 0.000\n",
        "took_bucket{le=\"1.0\"} 1 # {trace_id=\"abc\"} 0.5 0.000\n",
    ] {
        assert!(exposition.contains(line), "{exposition}");
    }
}

#[test]
fn conflicts_are_left_out_and_counted() {
    let metrics = everything();
    let before = metrics.text();
    let mut registry = Registry::default();
    registry.register("connections", "A gauge of ours", Gauge::<i64>::default());
    registry.register("mail_sent", "A counter of ours", Counter::<u64>::default());
    registry.register("mail_sent_total", "The same", Gauge::<i64>::default());
    registry.register("run_duration_seconds_count", "A sample of ours", Gauge::<i64>::default());
    registry.register("twice", "Once", Gauge::<i64>::default());
    registry.register("twice", "And again", Gauge::<i64>::default());
    metrics.serve_foreign(Arc::new(registry));
    let after = metrics.text();
    assert_eq!(errors(&after, "conflict"), 5);
    let strip = |text: &str| {
        let lines =
            text.lines().filter(|line| !line.contains("twice") && !line.contains("conflict"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(strip(&before), strip(&after));
    assert!(after.contains("# HELP twice Once.\n") || after.contains("# HELP twice Once\n"));
}

#[derive(Debug)]
struct Panics;

impl Collector for Panics {
    fn encode(&self, _: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        panic!("a collector's own fault")
    }
}

#[test]
fn what_no_format_expresses_is_left_out_and_counted() {
    let mut registry = Registry::default();
    registry.register("my gauge", "Two words", Gauge::<i64>::default());
    registry.register("", "No name", Gauge::<i64>::default());
    let counter = Counter::<f64, AtomicU64>::default();
    counter.inc_by(f64::NAN);
    registry.register("not_a_number", "Broken", counter);
    let twice = Family::<Labels, Counter>::default();
    drop(twice.get_or_create(&labels(&[("a", "1"), ("a", "2")])));
    drop(twice.get_or_create(&labels(&[("b", "1")])));
    registry.register("twice", "A label given twice", twice);
    registry.register("good", "Good", Counter::<u64>::default());
    let metrics = Metrics::default();
    metrics.serve_foreign(Arc::new(registry));
    let exposition = metrics.text();
    assert_eq!(errors(&exposition, "malformed"), 4, "{exposition}");
    assert!(exposition.contains("\ntwice_total{b=\"1\"} 0\n"));
    assert!(exposition.contains("\ngood_total 0\n"));
    assert!(!exposition.contains(" NaN\n") && !exposition.contains("my gauge"), "{exposition}");
}

#[test]
fn their_failures_are_counted_and_hide_nothing_of_ours() {
    let mut broken = Registry::default();
    broken.register("first", "Before the broken one", Counter::<u64>::default());
    let native = NativeHistogramConfig::new(1.1);
    broken.register("native", "Native alone", Histogram::new_native(native));
    let mut panics = Registry::default();
    panics.register_collector(Box::new(Panics));
    let metrics = everything();
    metrics.serve_foreign(Arc::new(broken));
    metrics.serve_foreign(Arc::new(panics));
    let exposition = metrics.text();
    assert_eq!((errors(&exposition, "malformed"), errors(&exposition, "panic")), (1, 1));
    assert!(exposition.contains("\nfirst_total 0\n") && exposition.contains("\nconnections -3\n"));
}

/// R27: nothing is locked while a collector of theirs runs.
#[derive(Debug)]
struct Registers(Metrics);

impl Collector for Registers {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let found = self.0.counter("found_total", "Found by a collector").register();
        let count = u64::from(found.is_ok() && self.0.text().contains("found_total 0\n"));
        let counter = ConstCounter::new(count);
        let encoder = encoder.encode_descriptor("ran", "Ran", None, counter.metric_type())?;
        counter.encode(encoder)
    }
}

#[test]
fn their_collector_may_register_and_scrape() {
    let metrics = Metrics::default();
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Registers(metrics.clone())));
    metrics.serve_foreign(Arc::new(registry));
    assert!(metrics.text().contains("\nran_total 1\n"));
    assert!(metrics.text().contains("\nfound_total 0\n"));
}

#[test]
fn ours_mounts_in_theirs() {
    let metrics = everything();
    let mut registry = Registry::default();
    registry.register_collector(Box::new(metrics.as_collector()));
    let mut exposition = String::new();
    encode(&mut exposition, &registry).unwrap();
    for part in [
        "# HELP mail_sent Mail \\\"sent\\\" by C:\\\\mailer,\\nto all\n# TYPE mail_sent counter\n\
         mail_sent_total{kind=\"welcome\",to=\"ann\"} 3\n",
        "# TYPE cpu_seconds counter\n# UNIT cpu_seconds seconds\ncpu_seconds_total 1.75\n",
        "connections -3\n",
        "run_duration_seconds_count{job=\"sync\"} 3\n",
        "run_duration_seconds_bucket{le=\"+Inf\",job=\"sync\"} 3\n",
        "body_bytes_bucket{le=\"10.0\"} 3\n",
    ] {
        assert!(exposition.contains(part), "{part}\n{exposition}");
    }
    assert!(exposition.ends_with("# EOF\n"));
}

/// Each in the other: ours come once, and nothing goes round in circles.
#[test]
fn mounted_in_each_other() {
    let metrics = everything();
    let mut registry = theirs();
    registry.register_collector(Box::new(metrics.as_collector()));
    let registry = Arc::new(registry);
    metrics.serve_foreign(Arc::clone(&registry));
    let exposition = text(&metrics, Format::OpenMetrics);
    assert_eq!(exposition.matches("# TYPE connections ").count(), 1);
    assert_eq!(exposition.matches("# TYPE polls ").count(), 1);
    assert!(errors(&exposition, "conflict") > 0);
    let mut theirs = String::new();
    encode(&mut theirs, &registry).unwrap();
    assert_eq!(theirs.matches("# TYPE connections ").count(), 1);
}
