//! Our registry, mounted in one of `prometheus-client`.

use std::borrow::Cow;
use std::fmt::Error;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{
    DescriptorEncoder, MetricEncoder, NativeHistogram, NativeHistogramBuckets, NoLabelSet,
};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::exemplar::Exemplar;
use prometheus_client::registry::Unit;

use super::owned::{OwnedFamily, OwnedHistogram, OwnedSeries, Value};
use super::{Number, Type};
use crate::metrics::registry::Metrics;

/// A registry as a collector of `prometheus-client`; [`Metrics::as_collector`] gives it.
#[derive(Clone, Debug)]
pub struct MetricsCollector {
    metrics: Metrics,
}

impl Metrics {
    /// This registry for a `prometheus-client` registry to encode with its own metrics.
    ///
    /// Its encoder takes neither exemplars nor creation times from others, so those stay behind.
    ///
    /// ```
    /// use obskit::metrics::Metrics;
    /// use prometheus_client::registry::Registry;
    ///
    /// let metrics = Metrics::default();
    /// let mut theirs = Registry::default();
    /// theirs.register_collector(Box::new(metrics.as_collector()));
    /// ```
    pub fn as_collector(&self) -> MetricsCollector {
        MetricsCollector { metrics: self.clone() }
    }
}

impl Collector for MetricsCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), Error> {
        self.metrics.owned().iter().try_for_each(|family| encode(family, &mut encoder))
    }
}

fn encode(family: &OwnedFamily, encoder: &mut DescriptorEncoder<'_>) -> Result<(), Error> {
    let kind = match family.kind {
        Type::Counter => MetricType::Counter,
        Type::Gauge => MetricType::Gauge,
        Type::Histogram => MetricType::Histogram,
        Type::Unknown => MetricType::Unknown,
    };
    // Their encoder puts the unit behind the name itself.
    let unit = family.unit.as_ref().map(|unit| Unit::Other(unit.clone()));
    let behind = family.unit.as_ref().map_or(0, |unit| unit.len() + 1);
    let name = family.base.get(..family.base.len() - behind).unwrap_or(&family.base);
    let help = escaped(&family.help);
    let mut metric = encoder.encode_descriptor(name, &help, unit.as_ref(), kind)?;
    family.series.iter().try_for_each(|series| encode_series(series, family.kind, &mut metric))
}

fn encode_series(
    series: &OwnedSeries,
    kind: Type,
    metric: &mut MetricEncoder<'_>,
) -> Result<(), Error> {
    if series.labels().is_empty() {
        return encode_value(series, kind, metric);
    }
    let text = |value| std::str::from_utf8(value).unwrap_or_default();
    let labels: Vec<_> = series.labels().pairs().map(|(name, value)| (name, text(value))).collect();
    encode_value(series, kind, &mut metric.encode_family(&labels)?)
}

fn encode_value(
    series: &OwnedSeries,
    kind: Type,
    metric: &mut MetricEncoder<'_>,
) -> Result<(), Error> {
    let none = None::<&Exemplar<NoLabelSet, f64>>;
    match &series.value {
        Value::Histogram(histogram) => encode_histogram(histogram, metric),
        Value::Number(total, _) if kind == Type::Counter => match *total {
            Number::Unsigned(total) => metric.encode_counter(&total, none),
            total => metric.encode_counter(&total.as_float(), none),
        },
        Value::Number(value, _) => match *value {
            Number::Unsigned(value) => metric.encode_gauge(&value),
            Number::Signed(value) => metric.encode_gauge(&value),
            Number::Float(value) => metric.encode_gauge(&value),
        },
    }
}

fn encode_histogram(
    histogram: &OwnedHistogram,
    metric: &mut MetricEncoder<'_>,
) -> Result<(), Error> {
    let histogram = histogram.borrow();
    let bounds = histogram.bounds.iter().copied().chain([f64::INFINITY]);
    let buckets: Vec<_> = bounds.zip(histogram.counts.iter().copied()).collect();
    let count = histogram.count();
    match &histogram.native {
        None => metric.encode_histogram::<NoLabelSet>(histogram.sum, count, &buckets, None),
        Some(native) => {
            let (spans, deltas) =
                (native.spans().collect::<Vec<_>>(), native.deltas().collect::<Vec<_>>());
            let native = NativeHistogram {
                schema: native.schema,
                zero_threshold: native.zero_threshold,
                zero_count: native.zero_count,
                negative: NativeHistogramBuckets { spans: &[], deltas: &[] },
                positive: NativeHistogramBuckets { spans: &spans, deltas: &deltas },
                created: None,
            };
            let sum = histogram.sum;
            metric.encode_histogram_with_native::<NoLabelSet>(sum, count, &buckets, None, native)
        }
    }
}

/// A help as OpenMetrics has it; their encoder copies it as it is.
fn escaped(help: &str) -> Cow<'_, str> {
    if help.contains(['\\', '\n', '"']) {
        Cow::Owned(help.replace('\\', "\\\\").replace('\n', "\\n").replace('"', "\\\""))
    } else {
        Cow::Borrowed(help)
    }
}
