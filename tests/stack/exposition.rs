//! Whatever names, helps, values and numbers a service has, the parsers of others read them back.

mod foreign;

use obskit::metrics::{Exemplar, Format, Metrics, Scrape, Text};
use obskit_tests::oracle::{self, Family, Oracle};
use obskit_tests::{metric_family, promtool};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::UNIX_EPOCH;

/// A counter, a gauge and a histogram, each with one series.
#[derive(Clone, Debug)]
struct Input {
    name: String,
    help: String,
    labels: [String; 2],
    values: [String; 2],
    number: f64,
}

const CASES: u32 = 400;

impl Input {
    /// The labels with their values; one without a value is no label.
    fn present(&self) -> BTreeMap<String, String> {
        let pairs = self.labels.iter().cloned().zip(self.values.iter().cloned());
        pairs.filter(|(_, value)| !value.is_empty()).collect()
    }
}

/// Text full of what the formats give a meaning.
fn hostile(bytes: usize) -> impl Strategy<Value = String> {
    let syntax = vec!['\\', '"', '\n', '\r', '\0', '{', '}', ',', '=', '#', ' '];
    let odd = vec!['n', '\u{85}', '\u{2028}', '\u{feff}', '🎉', '\u{10ffff}'];
    let character = prop_oneof![
        3 => proptest::sample::select(syntax),
        1 => proptest::sample::select(odd),
        2 => any::<char>(),
    ];
    let cut = move |text: String| text[..text.floor_char_boundary(bytes)].to_owned();
    proptest::collection::vec(character, 0..60).prop_map(String::from_iter).prop_map(cut)
}

fn inputs() -> impl Strategy<Value = Input> {
    let name = "[a-zA-Z_:][a-zA-Z0-9_:]{0,8}(_seconds|_bytes|_info|_count)?";
    let labels = ("a[a-zA-Z0-9_]{0,6}", "b[a-zA-Z0-9_]{0,6}").prop_map(|(a, b)| [a, b]);
    let values = (hostile(128), hostile(128)).prop_map(|(a, b)| [a, b]);
    let help = hostile(1_022).prop_map(|help| format!("H{help}H"));
    (name, help, labels, values, proptest::num::f64::ANY).prop_map(
        |(name, help, labels, values, number)| Input { name, help, labels, values, number },
    )
}

/// What could be registered of the input.
fn register(metrics: &Metrics, input: &Input) {
    let Input { name, help, labels: [first, second], values: [one, two], number } = input;
    let values = || (one.as_str(), two.as_str());
    let counter = metrics.counter(format!("c{name}_total"), help.clone());
    if let Ok(counter) =
        counter.label::<Text>(first.clone()).label::<Text>(second.clone()).register()
    {
        counter.get(values()).add(number.to_bits());
    }
    let gauge = metrics.float_gauge(format!("g{name}"), help.clone());
    if let Ok(gauge) = gauge.label::<Text>(first.clone()).label::<Text>(second.clone()).register() {
        gauge.get(values()).set(*number);
    }
    let histogram = metrics.histogram(format!("h{name}"), help.clone());
    if let Ok(histogram) =
        histogram.label::<Text>(first.clone()).label::<Text>(second.clone()).register()
    {
        let exemplar = Exemplar::at(UNIX_EPOCH).trace([1; 16], [2; 8]);
        histogram.get(values()).observe_with(*number, Some(&exemplar));
    }
}

fn parsed(oracle: &mut Oracle, metrics: &Metrics, format: Format) -> Vec<Family> {
    let scraped = metrics.scrape(&Scrape { format, ..Scrape::default() });
    let of_oracle =
        if format == Format::Text { oracle::Format::Text004 } else { oracle::Format::OpenMetrics };
    let parsed = oracle.parse(of_oracle, scraped.body());
    parsed.unwrap_or_else(|error| panic!("{error}\n{}", String::from_utf8_lossy(scraped.body())))
}

fn check(families: &[Family], input: &Input) {
    let expected = input.present();
    let mut found = 0;
    for family in families.iter().filter(|family| !family.name.starts_with("obskit_")) {
        assert_eq!(family.help, input.help, "{}", family.name);
        for sample in &family.samples {
            let mut labels = sample.labels.clone();
            labels.remove("le");
            labels.retain(|_, value| !value.is_empty());
            assert_eq!(labels, expected, "{}", sample.name);
            found += 1;
        }
    }
    assert!(found > 0, "nothing of {input:?}");
    let gauge = families.iter().find(|family| family.name == format!("g{}", input.name));
    if let Some(gauge) = gauge {
        let value = gauge.samples[0].value.parse::<f64>().unwrap();
        let same = Some(value) == Some(input.number) || value.is_nan() && input.number.is_nan();
        assert!(same, "{value} of {input:?}");
    }
}

/// R22: by the strict OpenMetrics parser, by that of the older text format, and by prost.
#[test]
fn others_read_back_what_was_written() {
    let oracle = Mutex::new(Oracle::start());
    let check_all = |input: Input| {
        let metrics = Metrics::default();
        register(&metrics, &input);
        let mut oracle = oracle.lock().unwrap_or_else(PoisonError::into_inner);
        check(&parsed(&mut oracle, &metrics, Format::OpenMetrics), &input);
        check(&parsed(&mut oracle, &metrics, Format::Text), &input);
        let scraped = metrics.scrape(&Scrape { format: Format::Protobuf, ..Scrape::default() });
        let families = metric_family::decode(scraped.body()).unwrap();
        for family in families.iter().filter(|family| !family.name().starts_with("obskit_")) {
            assert_eq!(family.help(), input.help);
            let pairs = family.metric[0].label.iter();
            let pairs = pairs.map(|pair| (pair.name().to_owned(), pair.value().to_owned()));
            assert_eq!(pairs.collect::<BTreeMap<_, _>>(), input.present());
        }
        Ok(())
    };
    let config = ProptestConfig { cases: CASES, ..ProptestConfig::default() };
    TestRunner::new(config).run(&inputs(), check_all).unwrap();
}

/// Many families whose names are made of the same few parts: whatever was accepted together is
/// read together.
#[test]
fn names_that_were_accepted_do_not_clash() {
    let oracle = Mutex::new(Oracle::start());
    let part = proptest::sample::select(vec![
        "a", "_total", "_count", "_bucket", "_sum", "_info", "_created",
    ]);
    let name =
        proptest::collection::vec(part, 0..3).prop_map(|parts| format!("a{}", parts.concat()));
    let families = proptest::collection::vec((name, 0..3_u8), 1..30);
    let check_all = |families: Vec<(String, u8)>| {
        let metrics = Metrics::default();
        for (name, kind) in families {
            let _ = match kind {
                0 => metrics.counter(name, "Counter").register().map(|counter| counter.inc()),
                1 => metrics.gauge(name, "Gauge").register().map(|gauge| gauge.inc()),
                _ => metrics.histogram(name, "Histogram").register().map(|h| h.observe(0.1)),
            };
        }
        parsed(
            &mut oracle.lock().unwrap_or_else(PoisonError::into_inner),
            &metrics,
            Format::OpenMetrics,
        );
        Ok(())
    };
    let config = ProptestConfig { cases: CASES, ..ProptestConfig::default() };
    TestRunner::new(config).run(&families, check_all).unwrap();
}

#[test]
fn promtool_has_nothing_to_say() {
    let metrics = Metrics::default();
    let counter = metrics.counter("jobs_total", "Jobs run.").label::<Text>("job");
    counter.register().unwrap().get(("a \"b\"\n\\",)).inc();
    metrics.histogram("job_duration_seconds", "Time of a job.").register().unwrap().observe(0.2);
    metrics.gauge("jobs_waiting", "Jobs that wait.").register().unwrap().set(3);
    promtool::check_metrics(metrics.text().as_bytes()).unwrap();
}
