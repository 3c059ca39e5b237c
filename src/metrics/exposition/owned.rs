//! Families kept as values: on their way between this registry and a foreign one.

use std::borrow::Cow;

use super::{Encoder, Head, HistogramSample, NativeSample, Number, Sample, Type};
use crate::metrics::exemplar::{ExemplarSample, Exemplars};
use crate::metrics::key::{END, Labels, Layout};

#[derive(Debug)]
pub(super) struct OwnedFamily {
    pub(super) base: String,
    pub(super) help: String,
    pub(super) kind: Type,
    pub(super) unit: Option<String>,
    pub(super) series: Vec<OwnedSeries>,
}

#[derive(Debug)]
pub(super) struct OwnedSeries {
    names: Vec<Cow<'static, str>>,
    values: Vec<u8>,
    pub(super) value: Value,
}

#[derive(Debug)]
pub(super) enum Value {
    Number(Number, Option<Box<ExemplarSample>>),
    Histogram(OwnedHistogram),
}

#[derive(Debug, Default)]
pub(super) struct OwnedHistogram {
    pub(super) bounds: Vec<f64>,
    pub(super) counts: Vec<u64>,
    pub(super) sum: f64,
    pub(super) exemplars: Vec<Option<ExemplarSample>>,
    pub(super) native: Option<OwnedNative>,
}

#[derive(Debug)]
pub(super) struct OwnedNative {
    pub(super) schema: i32,
    pub(super) zero_threshold: f64,
    pub(super) zero_count: u64,
    pub(super) positive: Vec<(i32, u64)>,
}

impl OwnedFamily {
    pub(super) fn new(head: Head<'_>) -> Self {
        Self {
            base: head.base.into(),
            help: head.help.into(),
            kind: head.kind,
            unit: head.unit.map(Into::into),
            series: Vec::new(),
        }
    }

    pub(super) fn head(&self) -> Head<'_> {
        let (help, kind) = (&self.help, self.kind);
        Head { base: &self.base, help, kind, unit: self.unit.as_deref() }
    }

    pub(super) fn encode(&self, encoder: &mut Encoder<'_>) {
        encoder.head(self.head());
        self.series.iter().for_each(|series| series.encode(self.kind, encoder));
    }
}

impl OwnedSeries {
    pub(super) fn new<V: AsRef<str>>(labels: &[(&str, V)], value: Value) -> Self {
        let names = labels.iter().map(|(name, _)| Cow::Owned((*name).into())).collect();
        let ended =
            |(_, value): &(&str, V)| value.as_ref().bytes().chain([END]).collect::<Vec<_>>();
        Self { names, values: labels.iter().flat_map(ended).collect(), value }
    }

    /// Names and values.
    pub(super) fn labels(&self) -> Labels<'_> {
        Labels { names: &self.names, values: &self.values, layout: Layout::of(&self.values) }
    }

    fn encode(&self, kind: Type, encoder: &mut Encoder<'_>) {
        encoder.label_names(&self.names);
        let sample = Sample { labels: self.labels(), created: None };
        match &self.value {
            Value::Number(total, exemplar) if kind == Type::Counter => {
                encoder.counter_with(sample, *total, exemplar.as_deref());
            }
            Value::Number(value, _) => encoder.gauge(sample, *value),
            Value::Histogram(histogram) => encoder.histogram(sample, &histogram.borrow()),
        }
    }
}

impl OwnedHistogram {
    pub(super) fn borrow(&self) -> HistogramSample<'_> {
        HistogramSample {
            bounds: &self.bounds,
            counts: &self.counts,
            sum: self.sum,
            exemplars: Exemplars::Given(&self.exemplars),
            native: self.native.as_ref().map(|native| NativeSample {
                schema: native.schema,
                zero_threshold: native.zero_threshold,
                zero_count: native.zero_count,
                positive: &native.positive,
            }),
        }
    }
}

/// Keeps a counter's or gauge's sample.
pub(super) fn value(
    families: &mut [OwnedFamily],
    sample: Sample<'_>,
    value: Number,
    exemplar: Option<&ExemplarSample>,
) {
    keep(families, sample, Value::Number(value, exemplar.cloned().map(Box::new)));
}

/// Keeps a histogram's, but for its exemplars, which foreign registries take from nobody.
pub(super) fn histogram(
    families: &mut [OwnedFamily],
    sample: Sample<'_>,
    histogram: &HistogramSample<'_>,
) {
    let native = |native: NativeSample<'_>| OwnedNative {
        schema: native.schema,
        zero_threshold: native.zero_threshold,
        zero_count: native.zero_count,
        positive: native.positive.to_vec(),
    };
    let kept = OwnedHistogram {
        bounds: histogram.bounds.to_vec(),
        counts: histogram.counts.to_vec(),
        sum: histogram.sum,
        exemplars: Vec::new(),
        native: histogram.native.map(native),
    };
    keep(families, sample, Value::Histogram(kept));
}

fn keep(families: &mut [OwnedFamily], sample: Sample<'_>, value: Value) {
    let (names, values) = (sample.labels.names.to_vec(), sample.labels.values.to_vec());
    if let Some(family) = families.last_mut() {
        family.series.push(OwnedSeries { names, values, value });
    }
}
