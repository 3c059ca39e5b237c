//! Registries of `prometheus-client`, whatever was put into them.

use super::{CASES, Input, inputs, parsed};
use obskit::metrics::{Format, Metrics};
use obskit_tests::oracle::Oracle;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;
use proptest::test_runner::{Config, TestRunner};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};

type Labels = Vec<(String, String)>;

fn theirs(input: &Input) -> Registry {
    let labels: Labels = input.labels.iter().cloned().zip(input.values.iter().cloned()).collect();
    let mut registry = Registry::default();
    let counter = Family::<Labels, Counter>::default();
    counter.get_or_create(&labels).inc();
    registry.register(format!("c{}", input.name), input.help.clone(), counter);
    let gauge = Family::<Labels, Gauge<f64, AtomicU64>>::default();
    gauge.get_or_create(&labels).set(input.number);
    registry.register(format!("g{}", input.name), input.help.clone(), gauge);
    let histogram =
        Family::<Labels, Histogram>::new_with_constructor(|| Histogram::new([0.5, 1e6]));
    histogram.get_or_create(&labels).observe(input.number);
    registry.register(format!("h{}", input.name), input.help.clone(), histogram);
    registry.register(format!("i{}", input.name), input.help.clone(), Info::new(labels));
    // Names and label names of any text, which theirs does not check.
    registry.register(input.values[0].clone(), input.help.clone(), Counter::<u64>::default());
    let odd = vec![(input.values[0].clone(), input.values[1].clone())];
    registry.register("odd", input.help.clone(), Info::new(odd));
    registry
}

/// However broken theirs is, what is served is whole.
#[test]
fn registries_of_others_are_mended() {
    let oracle = Mutex::new(Oracle::start());
    let check_all = |input: Input| {
        let metrics = Metrics::default();
        metrics.serve_foreign(Arc::new(theirs(&input)));
        let mut oracle = oracle.lock().unwrap_or_else(PoisonError::into_inner);
        for format in [Format::OpenMetrics, Format::Text] {
            let families = parsed(&mut oracle, &metrics, format);
            let name = format!("g{}", input.name);
            let gauge = families.iter().find(|family| family.name == name).unwrap();
            assert_eq!(gauge.help, input.help);
            let mut labels = gauge.samples[0].labels.clone();
            labels.retain(|_, value| !value.is_empty());
            assert_eq!(labels, input.present());
        }
        Ok(())
    };
    let config = Config { cases: CASES, ..Config::default() };
    TestRunner::new(config).run(&inputs(), check_all).unwrap();
}
