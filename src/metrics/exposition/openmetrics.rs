//! OpenMetrics 1.0.0, in its text form.

use super::lines::Lines;
use super::number::MAX_NUMBER_BYTES;
use super::output::Output;
use super::{Head, HistogramSample, Number, Sample, Type};
use crate::metrics::exemplar::ExemplarSample;

pub(super) fn head(lines: &mut Lines<'_>, head: Head<'_>) {
    let kind: &[u8] = match head.kind {
        Type::Counter => b"counter",
        Type::Gauge => b"gauge",
        Type::Histogram => b"histogram",
        Type::Unknown => b"unknown",
    };
    let name: [&[u8]; 2] = [head.base.as_bytes(), b""];
    if !head.help.is_empty() {
        lines.metadata(b"HELP", name);
        lines.help(head.help, true);
    }
    lines.metadata(b"TYPE", name);
    lines.out.put(kind);
    lines.out.push(b'\n');
    if let Some(unit) = head.unit {
        lines.metadata(b"UNIT", name);
        lines.out.put(unit.as_bytes());
        lines.out.push(b'\n');
    }
    lines.family(head);
}

pub(super) fn counter(
    lines: &mut Lines<'_>,
    sample: &Sample<'_>,
    total: &Number,
    exemplar: Option<&ExemplarSample>,
) {
    let line = lines.sample(&sample.labels, total);
    if let Some(exemplar) = exemplar {
        lines.out.truncate(lines.out.len() - 1);
        write_exemplar(lines.out, exemplar);
        lines.out.push(b'\n');
    }
    if let Some(created) = sample.created {
        lines.created(line, created);
    }
}

pub(super) fn histogram(
    lines: &mut Lines<'_>,
    sample: &Sample<'_>,
    histogram: &HistogramSample<'_>,
) {
    lines.buckets(&sample.labels, histogram, |out, bucket| {
        if let Some(exemplar) = histogram.exemplars.get(bucket) {
            write_exemplar(out, &exemplar);
        }
    });
    // A sum that may fall is none, and a count may not stand without it.
    if histogram.sum >= 0.0 && histogram.bounds.first().is_none_or(|bound| *bound >= 0.0) {
        lines.total(b"_sum", |line| line.float(histogram.sum));
        lines.total(b"_count", |line| line.unsigned(histogram.count()));
    }
    if let Some(created) = sample.created {
        lines.total(b"_created", |line| line.seconds(created));
    }
}

pub(super) fn end(lines: &mut Lines<'_>) {
    lines.out.put(b"# EOF\n");
}

fn write_exemplar(out: &mut Output, exemplar: &ExemplarSample) {
    let labels = exemplar.labels.pairs().map(|(name, value)| name.len() + 2 * value.len() + 4);
    let limit = labels.sum::<usize>() + 2 * MAX_NUMBER_BYTES + 8;
    out.write(limit, |line| {
        line.put(b" # {");
        for (n, (name, value)) in exemplar.labels.pairs().enumerate() {
            line.put(if n == 0 { b"" } else { b"," });
            line.put(name.as_bytes());
            line.put(b"=\"");
            line.escaped(value.as_bytes(), true);
            line.push(b'"');
        }
        line.put(b"} ");
        line.float(exemplar.value);
        line.push(b' ');
        line.seconds(exemplar.timestamp);
    });
}
