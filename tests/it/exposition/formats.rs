//! What each format looks like, to the byte; and protobuf as a decoder of others' reads it.

use super::{body, everything, text};
use obskit::metrics::{Format, Metrics, Text};
use obskit_tests::golden;
use obskit_tests::metric_family::{self, MetricFamily, MetricType};
use std::time::{SystemTime, UNIX_EPOCH};

/// R30.
#[test]
fn text_to_the_byte() {
    golden::check("tests/golden/exposition.txt", &text(&everything(), Format::Text));
}

#[test]
fn openmetrics_to_the_byte() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64();
    let exposition = text(&everything(), Format::OpenMetrics);
    let timeless = exposition.lines().map(|line| match line.rsplit_once(' ') {
        Some((sample, created)) if sample.contains("_created") && !line.starts_with('#') => {
            assert!((now - created.parse::<f64>().unwrap()).abs() < 60.0, "{line}");
            format!("{sample} CREATED\n")
        }
        _ => format!("{line}\n"),
    });
    golden::check("tests/golden/exposition.openmetrics", &timeless.collect::<String>());
    assert_eq!(exposition.matches("# EOF").count(), 1);
    assert!(exposition.ends_with("\n# EOF\n"));
}

fn family(families: &[MetricFamily], name: &str) -> MetricFamily {
    families.iter().find(|family| family.name() == name).unwrap().clone()
}

fn decoded(metrics: &Metrics) -> Vec<MetricFamily> {
    metric_family::decode(&body(metrics, Format::Protobuf)).unwrap()
}

/// R22: nothing is escaped where nothing needs it.
#[test]
fn protobuf_counters() {
    let families = decoded(&everything());
    let names: Vec<_> = families.iter().map(MetricFamily::name).collect();
    assert!(names.is_sorted(), "{names:?}");
    assert!(!names.contains(&"nothing_yet"));
    let mail = family(&families, "mail_sent_total");
    assert_eq!((mail.r#type(), mail.unit()), (MetricType::Counter, ""));
    assert_eq!(mail.help(), "Mail \"sent\" by C:\\mailer,\nto all");
    let values = mail.metric.iter().map(|metric| metric.counter.as_ref().unwrap().value());
    assert_eq!(values.collect::<Vec<_>>(), [3.0, 1.0, 1.0]);
    assert_eq!(mail.metric[1].labels()["to"], "a \"b\" \\ c\nd");
    assert_eq!(mail.metric[2].labels()["to"], "Zoë 🎉");
    // A label without a value is no label.
    assert!(!mail.metric[2].labels().contains_key("kind"));
    let cpu = family(&families, "cpu_seconds_total");
    assert_eq!(cpu.unit(), "seconds");
    let created = cpu.metric[0].counter.as_ref().unwrap().created_timestamp.unwrap().seconds;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    assert!(now.abs_diff(created.try_into().unwrap()) < 60);
}

#[test]
fn protobuf_gauges() {
    let families = decoded(&everything());
    let connections = family(&families, "connections");
    assert_eq!(connections.r#type(), MetricType::Gauge);
    assert_eq!(connections.metric[0].gauge.unwrap().value, Some(-3.0));
    let limits = family(&families, "limit_ratio");
    let value = |n: usize| limits.metric[n].gauge.unwrap().value();
    assert!(value(0).is_nan());
    assert_eq!((value(1), value(2)), (f64::INFINITY, f64::NEG_INFINITY));
    assert_eq!((value(3), value(4)), (5e-324, 1.0 / 3.0));
}

#[test]
fn protobuf_histograms() {
    let families = decoded(&everything());
    let runs = family(&families, "run_duration_seconds");
    assert_eq!(runs.r#type(), MetricType::Histogram);
    let sync = runs.metric[0].histogram.as_ref().unwrap();
    let buckets: Vec<_> =
        sync.bucket.iter().map(|b| (b.upper_bound(), b.cumulative_count())).collect();
    assert_eq!(buckets, [(0.25, 1), (1.0, 2), (1e6, 2), (f64::INFINITY, 3)]);
    assert_eq!((sync.sample_count(), sync.sample_sum()), (3, 2_000_000.75));
    assert!(sync.created_timestamp.is_some() && sync.positive_span.is_empty());
    let exemplar = sync.bucket[0].exemplar.as_ref().unwrap();
    let labels: Vec<_> = exemplar.label.iter().map(|pair| (pair.name(), pair.value())).collect();
    assert_eq!(labels[0], ("trace_id", "abababababababababababababababab"));
    assert_eq!(labels[1], ("span_id", "cdcdcdcdcdcdcdcd"));
    assert_eq!(exemplar.value, Some(0.25));
    let at = exemplar.timestamp.unwrap();
    assert_eq!((at.seconds, at.nanos), (1_763_690_000, 250_000_000));
}

#[test]
fn protobuf_native_histograms() {
    let families = decoded(&everything());
    let body = family(&families, "body_bytes");
    let native = body.metric[0].histogram.as_ref().unwrap();
    assert_eq!((native.schema(), native.zero_count(), native.sample_count()), (3, 1, 5));
    assert!(native.zero_threshold() > 0.0);
    let mut counts = Vec::new();
    let (mut index, mut count) = (0, 0);
    let mut deltas = native.positive_delta.iter();
    for span in &native.positive_span {
        index += span.offset();
        for _ in 0..span.length() {
            count += deltas.next().unwrap();
            counts.push((index, count));
            index += 1;
        }
    }
    assert_eq!(deltas.next(), None);
    // Bucket i of schema 3 ends at 2^(i/8): 3 has log2 1.58, 3.2 1.68, 100 6.64, 1e9 29.9.
    assert_eq!(counts, [(13, 1), (14, 1), (54, 1), (240, 1)]);
    let classic: Vec<_> =
        native.bucket.iter().map(metric_family::Bucket::cumulative_count).collect();
    assert_eq!(classic, [3, 4, 5]);
}

/// Lengths of one, two, three and four bytes.
#[test]
fn protobuf_of_every_length() {
    let metrics = Metrics::default();
    let counter = metrics.counter("many_total", "Many").label::<Text>("text").limit(50_000);
    let counter = counter.register().unwrap();
    let text = |n: u16| format!("{n}{}", "x".repeat((n % 120).into()));
    for n in 0..20_000_u16 {
        counter.get((text(n),)).add(n.into());
        if matches!(n, 0 | 1 | 9 | 999 | 19_999) {
            let families = decoded(&metrics);
            let many = family(&families, "many_total");
            assert_eq!(many.metric.len(), usize::from(n) + 1);
            for (n, metric) in (0..).zip(&many.metric) {
                assert_eq!(metric.labels()["text"], text(n));
                assert_eq!(metric.counter.as_ref().unwrap().value, Some(n.into()));
            }
        }
    }
}

/// A sum that may fall is no sum, by OpenMetrics.
#[test]
fn a_histogram_of_negative_values_has_no_sum_in_openmetrics() {
    let metrics = Metrics::default();
    let histogram = metrics.histogram("delta_celsius", "Change").buckets([-1.0, 1.0]);
    histogram.register().unwrap().observe(-0.5);
    let open_metrics = text(&metrics, Format::OpenMetrics);
    assert!(open_metrics.contains("delta_celsius_bucket{le=\"-1.0\"} 0\n"), "{open_metrics}");
    assert!(!open_metrics.contains("delta_celsius_sum"));
    assert!(text(&metrics, Format::Text).contains("delta_celsius_sum -0.5\n"));
}

#[test]
fn both_versions_of_openmetrics_are_the_same_bytes() {
    let metrics = everything();
    assert_eq!(text(&metrics, Format::OpenMetrics), text(&metrics, Format::OpenMetrics001));
}
