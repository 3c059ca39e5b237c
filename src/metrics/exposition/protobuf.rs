//! Prometheus's protobuf format: delimited `io.prometheus.client.MetricFamily` messages.
//!
//! Field numbers are those of `io/prometheus/client/metrics.proto`.

use super::number::millis;
use super::output::Output;
use super::{Head, HistogramSample, NativeSample, Number, Sample, Type};
use crate::metrics::exemplar::ExemplarSample;
use crate::metrics::key::Labels;

/// Writes families as messages.
pub(super) struct Protobuf<'a> {
    out: &'a mut Output,
    family: Option<Family>,
}

/// The family being written.
struct Family {
    start: usize,
    /// Where its metrics begin; a family without any is left out, as Prometheus's own are.
    metrics: usize,
    unit: Option<Box<str>>,
    kind: Type,
}

impl<'a> Protobuf<'a> {
    pub(super) fn new(out: &'a mut Output) -> Self {
        Self { out, family: None }
    }

    pub(super) fn head(&mut self, head: Head<'_>) {
        self.end_family();
        let start = self.out.len();
        let kind = match head.kind {
            Type::Counter => 0,
            Type::Gauge => 1,
            Type::Unknown => 3,
            Type::Histogram => 4,
        };
        self.out.message(1, |name| {
            name.put(head.base.as_bytes());
            name.put(head.suffix().as_bytes());
        });
        if !head.help.is_empty() {
            self.out.bytes(2, head.help.as_bytes());
        }
        self.out.varint_field(3, kind);
        let unit = head.unit.map(Into::into);
        self.family = Some(Family { start, metrics: self.out.len(), unit, kind: head.kind });
    }

    pub(super) fn counter(
        &mut self,
        sample: Sample<'_>,
        total: Number,
        exemplar: Option<&ExemplarSample>,
    ) {
        let counter = |to: &mut Output| {
            to.double(1, total.as_float());
            if let Some(exemplar) = exemplar {
                write_exemplar(to, 2, exemplar);
            }
            write_created(to, 3, sample);
        };
        self.metric(sample.labels, |metric| metric.message(3, counter));
    }

    pub(super) fn gauge(&mut self, sample: Sample<'_>, value: Number) {
        let is_unknown = self.family.as_ref().is_some_and(|family| family.kind == Type::Unknown);
        let field = if is_unknown { 5 } else { 2 };
        let gauge = |to: &mut Output| to.double(1, value.as_float());
        self.metric(sample.labels, |metric| metric.message(field, gauge));
    }

    pub(super) fn histogram(&mut self, sample: Sample<'_>, histogram: &HistogramSample<'_>) {
        let message = |to: &mut Output| {
            to.varint_field(1, histogram.count());
            to.double(2, histogram.sum);
            if let Some(native) = &histogram.native {
                write_native(to, native);
            }
            write_buckets(to, histogram);
            write_created(to, 15, sample);
        };
        self.metric(sample.labels, |metric| metric.message(7, message));
    }

    pub(super) fn end(mut self) {
        self.end_family();
    }

    fn metric(&mut self, labels: Labels<'_>, value: impl FnOnce(&mut Output)) {
        self.out.message(4, |metric| {
            for (name, label) in labels.pairs() {
                write_pair(metric, name.as_bytes(), label);
            }
            value(metric);
        });
    }

    fn end_family(&mut self) {
        let Some(family) = self.family.take() else { return };
        if self.out.len() == family.metrics {
            return self.out.truncate(family.start);
        }
        if let Some(unit) = family.unit {
            self.out.bytes(5, unit.as_bytes());
        }
        let (length, digits) = varint((self.out.len() - family.start) as u64);
        self.out.insert(family.start, length.get(..digits).unwrap_or_default());
    }
}

/// The classic buckets, cumulated.
fn write_buckets(to: &mut Output, histogram: &HistogramSample<'_>) {
    let bounds = histogram.bounds.iter().chain([&f64::INFINITY]);
    let mut total = 0_u64;
    for (n, (bound, count)) in bounds.zip(histogram.counts).enumerate() {
        total = total.saturating_add(*count);
        to.message(3, |bucket| {
            bucket.varint_field(1, total);
            bucket.double(2, *bound);
            if let Some(exemplar) = histogram.exemplars.get(n) {
                write_exemplar(bucket, 3, &exemplar);
            }
        });
    }
}

fn write_native(to: &mut Output, native: &NativeSample<'_>) {
    to.varint_field(5, zigzag(native.schema.into()));
    to.double(6, native.zero_threshold);
    to.varint_field(7, native.zero_count);
    if native.positive.is_empty() {
        // A span of nothing tells an empty native histogram from a classic one.
        to.message(12, |span| span.varint_field(1, 0));
        return;
    }
    for (offset, len) in native.spans() {
        to.message(12, |to| {
            to.varint_field(1, zigzag(offset.into()));
            to.varint_field(2, len.into());
        });
    }
    to.message(13, |to| native.deltas().for_each(|delta| to.varint(zigzag(delta))));
}

fn write_exemplar(to: &mut Output, field: u8, exemplar: &ExemplarSample) {
    to.message(field, |to| {
        for (name, value) in exemplar.labels.pairs() {
            write_pair(to, name.as_bytes(), value.as_bytes());
        }
        to.double(2, exemplar.value);
        write_timestamp(to, 3, exemplar.timestamp);
    });
}

fn write_created(to: &mut Output, field: u8, sample: Sample<'_>) {
    if let Some(created) = sample.created {
        write_timestamp(to, field, created);
    }
}

fn write_timestamp(to: &mut Output, field: u8, seconds: f64) {
    let millis = millis(seconds);
    to.message(field, |to| {
        to.varint_field(1, millis / 1_000);
        to.varint_field(2, millis % 1_000 * 1_000_000);
    });
}

/// A name and a value, which are in field 1 of all that have them.
fn write_pair(to: &mut Output, name: &[u8], value: &[u8]) {
    to.message(1, |pair| {
        pair.bytes(1, name);
        pair.bytes(2, value);
    });
}

/// Fields of messages.
impl Output {
    fn varint_field(&mut self, field: u8, value: u64) {
        self.push(field << 3);
        self.varint(value);
    }

    fn double(&mut self, field: u8, value: f64) {
        self.push(field << 3 | 1);
        self.put(&value.to_le_bytes());
    }

    fn bytes(&mut self, field: u8, bytes: &[u8]) {
        self.push(field << 3 | 2);
        self.varint(bytes.len() as u64);
        self.put(bytes);
    }

    /// A message within, whose length is known when it is written.
    fn message(&mut self, field: u8, write: impl FnOnce(&mut Self)) {
        self.push(field << 3 | 2);
        self.push(0);
        let start = self.len();
        write(self);
        let (length, digits) = varint((self.len() - start) as u64);
        let length = length.get(..digits).unwrap_or_default();
        if let Some((first, more)) = length.split_first() {
            self.set(start - 1, *first);
            if !more.is_empty() {
                self.insert(start, more);
            }
        }
    }

    fn varint(&mut self, value: u64) {
        let (bytes, digits) = varint(value);
        self.put(bytes.get(..digits).unwrap_or_default());
    }
}

/// Seven bits a byte, the lowest first, and how many bytes those are.
fn varint(mut value: u64) -> ([u8; 10], usize) {
    let mut bytes = [0; 10];
    let mut digits = 0;
    for byte in &mut bytes {
        digits += 1;
        let low = (value & 0x7f) as u8;
        value >>= 7;
        *byte = if value > 0 { low | 0x80 } else { low };
        if value == 0 {
            break;
        }
    }
    (bytes, digits)
}

/// Small numbers of either sign as small numbers.
#[expect(clippy::cast_sign_loss, reason = "that is what the mapping is for")]
fn zigzag(value: i64) -> u64 {
    (value << 1 ^ value >> 63) as u64
}
