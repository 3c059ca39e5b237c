//! Prometheus's text format 0.0.4.

use super::lines::Lines;
use super::{Head, HistogramSample, Sample, Type};

pub(super) fn head(lines: &mut Lines<'_>, head: Head<'_>) {
    let kind: &[u8] = match head.kind {
        Type::Counter => b"counter",
        Type::Gauge => b"gauge",
        Type::Histogram => b"histogram",
        Type::Unknown => b"untyped",
    };
    // Here a counter is called as its samples are.
    let name: [&[u8]; 2] = [head.base.as_bytes(), head.suffix().as_bytes()];
    if !head.help.is_empty() {
        lines.metadata(b"HELP", name);
        lines.help(head.help, false);
    }
    lines.metadata(b"TYPE", name);
    lines.out.put(kind);
    lines.out.push(b'\n');
    lines.family(head);
}

pub(super) fn histogram(
    lines: &mut Lines<'_>,
    sample: &Sample<'_>,
    histogram: &HistogramSample<'_>,
) {
    lines.buckets(&sample.labels, histogram, |_, _| {});
    lines.total(b"_sum", |line| line.float(histogram.sum));
    lines.total(b"_count", |line| line.unsigned(histogram.count()));
}
