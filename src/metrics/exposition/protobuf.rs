//! Prometheus's protobuf format: delimited `io.prometheus.client.MetricFamily` messages.
//!
//! Field numbers are those of `io/prometheus/client/metrics.proto`.

use super::number::millis;
use super::output::{Cursor, Output};
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

/// Bytes that a handful of fields take, whatever text is in them apart.
const FIELDS: usize = 64;
/// Bytes of an exemplar: 128 characters of up to four bytes, in at most ten labels.
const EXEMPLAR: usize = 1_024;

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
        self.out.write(head.base.len() + head.help.len() + FIELDS, |to| {
            to.message(1, |name| {
                name.put(head.base.as_bytes());
                name.put(head.suffix().as_bytes());
            });
            if !head.help.is_empty() {
                to.message(2, |help| help.put(head.help.as_bytes()));
            }
            to.varint_field(3, kind);
        });
        let unit = head.unit.map(Into::into);
        self.family = Some(Family { start, metrics: self.out.len(), unit, kind: head.kind });
    }

    pub(super) fn counter(
        &mut self,
        sample: &Sample<'_>,
        total: Number,
        exemplar: Option<&ExemplarSample>,
    ) {
        let counter = |to: &mut Cursor<'_>| {
            to.double(1, total.as_float());
            if let Some(exemplar) = exemplar {
                write_exemplar(to, 2, exemplar);
            }
            write_created(to, 3, sample);
        };
        self.metric(&sample.labels, FIELDS + EXEMPLAR, |metric| metric.message(3, counter));
    }

    pub(super) fn gauge(&mut self, sample: &Sample<'_>, value: Number) {
        let is_unknown = self.family.as_ref().is_some_and(|family| family.kind == Type::Unknown);
        let field = if is_unknown { 5 } else { 2 };
        let gauge = |to: &mut Cursor<'_>| to.double(1, value.as_float());
        self.metric(&sample.labels, FIELDS, |metric| metric.message(field, gauge));
    }

    pub(super) fn histogram(&mut self, sample: &Sample<'_>, histogram: &HistogramSample<'_>) {
        let message = |to: &mut Cursor<'_>| {
            to.varint_field(1, histogram.count());
            to.double(2, histogram.sum);
            if let Some(native) = &histogram.native {
                write_native(to, native);
            }
            write_buckets(to, histogram);
            write_created(to, 15, sample);
        };
        let native = histogram.native.map_or(0, |native| native.positive.len());
        let limit = FIELDS + histogram.counts.len() * (FIELDS + EXEMPLAR) + native * FIELDS;
        self.metric(&sample.labels, limit, |metric| metric.message(7, message));
    }

    pub(super) fn end(mut self) {
        self.end_family();
    }

    /// A metric whose value takes at most `limit` bytes.
    #[inline]
    fn metric(&mut self, labels: &Labels<'_>, limit: usize, value: impl FnOnce(&mut Cursor<'_>)) {
        let names: usize = labels.names.iter().map(|name| name.len() + FIELDS).sum();
        let metric = |metric: &mut Cursor<'_>| {
            write_labels(metric, labels);
            value(metric);
        };
        self.out.write(names + labels.values.len() + limit, |to| to.message(4, metric));
    }

    fn end_family(&mut self) {
        let Some(family) = self.family.take() else { return };
        if self.out.len() == family.metrics {
            return self.out.truncate(family.start);
        }
        if let Some(unit) = family.unit {
            self.out.write(unit.len() + FIELDS, |to| {
                to.message(5, |to| to.put(unit.as_bytes()));
            });
        }
        let (length, digits) = varint((self.out.len() - family.start) as u64);
        self.out.insert(family.start, length.get(..digits).unwrap_or_default());
    }
}

#[inline]
fn write_labels(to: &mut Cursor<'_>, labels: &Labels<'_>) {
    for (name, value) in labels.pairs() {
        to.message(1, |pair| {
            pair.message(1, |to| to.put(name.as_bytes()));
            pair.message(2, |to| to.put(value));
        });
    }
}

/// The classic buckets, cumulated.
fn write_buckets(to: &mut Cursor<'_>, histogram: &HistogramSample<'_>) {
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

fn write_native(to: &mut Cursor<'_>, native: &NativeSample<'_>) {
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

#[cold]
fn write_exemplar(to: &mut Cursor<'_>, field: u8, exemplar: &ExemplarSample) {
    to.message(field, |to| {
        for (name, value) in exemplar.labels.pairs() {
            to.message(1, |pair| {
                pair.message(1, |to| to.put(name.as_bytes()));
                pair.message(2, |to| to.put(value.as_bytes()));
            });
        }
        to.double(2, exemplar.value);
        write_timestamp(to, 3, exemplar.timestamp);
    });
}

#[inline]
fn write_created(to: &mut Cursor<'_>, field: u8, sample: &Sample<'_>) {
    if let Some(created) = sample.created {
        write_timestamp(to, field, created);
    }
}

fn write_timestamp(to: &mut Cursor<'_>, field: u8, seconds: f64) {
    let millis = millis(seconds);
    to.message(field, |to| {
        to.varint_field(1, millis / 1_000);
        to.varint_field(2, millis % 1_000 * 1_000_000);
    });
}

/// Fields of messages.
impl Cursor<'_> {
    #[inline]
    fn varint_field(&mut self, field: u8, value: u64) {
        self.push(field << 3);
        self.varint(value);
    }

    #[inline]
    fn double(&mut self, field: u8, value: f64) {
        self.push(field << 3 | 1);
        self.word(value.to_bits(), 8);
    }

    /// A message or text within, whose length is known when it is written.
    #[inline]
    fn message(&mut self, field: u8, write: impl FnOnce(&mut Self)) {
        self.word((field << 3 | 2).into(), 2);
        let start = self.position();
        write(self);
        match u8::try_from(self.position() - start) {
            Ok(length @ 0..0x80) => self.replace(start - 1, length),
            _ => self.lengthen(start),
        }
    }

    /// Makes room for the length of a long message.
    #[cold]
    fn lengthen(&mut self, start: usize) {
        let (length, digits) = varint((self.position() - start) as u64);
        self.insert(start, digits - 1);
        for (at, digit) in length.iter().take(digits).enumerate() {
            self.replace(start - 1 + at, *digit);
        }
    }

    #[inline]
    fn varint(&mut self, value: u64) {
        if let Ok(value @ 0..0x80) = u8::try_from(value) {
            return self.push(value);
        }
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
