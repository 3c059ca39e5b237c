//! Families as bytes: the formats, who gets which, and registries of `prometheus-client`.

mod foreign;
mod formats;
mod negotiation;
mod scrape;

use obskit::config::{self, Clock};
use obskit::metrics::{Exemplar, Format, Histogram, Metrics, Scrape, Text};
use std::time::{Duration, UNIX_EPOCH};

/// A registry with a family of every kind, and values that are hard to write.
fn everything() -> Metrics {
    let metrics = Metrics::new(&config::Metrics::default(), &Clock::manual());
    let mail = metrics.counter("mail_sent_total", "Mail \"sent\" by C:\\mailer,\nto all");
    let mail = mail.label::<&'static str>("kind").label::<Text>("to").register().unwrap();
    mail.get(("welcome", "ann")).add(3);
    mail.get(("bill", "a \"b\" \\ c\nd")).inc();
    mail.get(("", "Zoë 🎉")).inc();
    metrics.float_counter("cpu_seconds_total", "CPU time").register().unwrap().add(1.75);
    metrics.gauge("connections", "Open connections").register().unwrap().set(-3);
    let limits = metrics.float_gauge("limit_ratio", "Limits").label::<&'static str>("of");
    let limits = limits.register().unwrap();
    let values = [("nan", f64::NAN), ("inf", f64::INFINITY), ("neg", f64::NEG_INFINITY)];
    for (name, value) in values.into_iter().chain([("tiny", 5e-324), ("third", 1.0 / 3.0)]) {
        limits.get((name,)).set(value);
    }
    let empty = metrics.gauge("nothing_yet", "No series").label::<Text>("of");
    empty.register().unwrap();
    histograms(&metrics);
    metrics
}

fn histograms(metrics: &Metrics) {
    let time = metrics.histogram("run_duration_seconds", "Runs").buckets([0.25, 1.0, 1e6]);
    let time = time.label::<&'static str>("job").register().unwrap();
    let run: &Histogram = time.get(("sync",));
    let at = UNIX_EPOCH + Duration::from_millis(1_763_690_000_250);
    let exemplar = Exemplar::at(at).trace([0xab; 16], [0xcd; 8]);
    run.observe_with(0.25, Some(&exemplar));
    run.observe(0.5);
    run.observe(2e6);
    time.get(("never",));
    let bytes = metrics.histogram("body_bytes", "Bodies").buckets([10.0, 1_000.0]).native();
    let bytes = bytes.register().unwrap();
    for value in [0.0, 3.0, 3.2, 100.0, 1e9] {
        bytes.observe(value);
    }
}

fn body(metrics: &Metrics, format: Format) -> Vec<u8> {
    let scraped = metrics.scrape(&Scrape { format, ..Scrape::default() });
    assert_eq!(scraped.content_type(), format.content_type());
    assert_eq!(scraped.content_encoding(), None);
    scraped.body().to_vec()
}

fn text(metrics: &Metrics, format: Format) -> String {
    String::from_utf8(body(metrics, format)).unwrap()
}
