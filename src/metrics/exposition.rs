//! Families as bytes.

mod flight;
mod foreign;
mod gzip;
mod head;
mod lines;
mod mount;
mod negotiate;
mod number;
mod openmetrics;
mod output;
mod own;
mod owned;
mod protobuf;
mod scrape;
mod spans;
mod text;

pub use foreign::ForeignRegistry;
pub(super) use head::{Head, Type};
pub use mount::MetricsCollector;
pub use negotiate::Format;
pub(crate) use output::Output;
pub(super) use own::Own;
pub(super) use scrape::Scrapes;
pub use scrape::{Scrape, Scraped};

use std::fmt;

use super::descriptor::Descriptor;
use super::exemplar::{ExemplarSample, Exemplars};
use super::key::Labels;
use lines::{Lines, Scratch};
use owned::OwnedFamily;
use protobuf::Protobuf;

/// Writes families in one of the exposition formats.
pub struct Encoder<'a>(Form<'a>);

enum Form<'a> {
    Text(Lines<'a>),
    OpenMetrics(Lines<'a>),
    Protobuf(Protobuf<'a>),
    Owned(&'a mut Vec<OwnedFamily>),
}

/// Which series a sample belongs to, and since when.
#[derive(Clone, Copy, Debug)]
pub struct Sample<'a> {
    pub(crate) labels: Labels<'a>,
    /// When the series began, in seconds since 1970, if that is known.
    pub(crate) created: Option<f64>,
}

/// What a histogram counted, read at one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HistogramSample<'a> {
    /// Upper bounds, inclusive, ascending, without the last, which is +Inf.
    pub(crate) bounds: &'a [f64],
    /// Observations in each bucket, not cumulated; one longer than `bounds`.
    pub(crate) counts: &'a [u64],
    pub(crate) sum: f64,
    /// The kept exemplars, by bucket.
    pub(crate) exemplars: Exemplars<'a>,
    pub(crate) native: Option<NativeSample<'a>>,
}

/// A Prometheus native histogram: exponential buckets, of which only the used ones are kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NativeSample<'a> {
    /// Each power of two is divided into 2^schema buckets.
    pub(crate) schema: i32,
    pub(crate) zero_threshold: f64,
    pub(crate) zero_count: u64,
    /// Index and count of each used bucket, ascending.
    pub(crate) positive: &'a [(i32, u64)],
}

/// A sample's value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Number {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
}

impl Encoder<'_> {
    /// Begins a family; the samples up to the next call are its own.
    pub(crate) fn family(&mut self, family: &Descriptor) {
        self.head(family.into());
        self.label_names(&family.labels);
    }

    #[inline]
    pub(crate) fn counter(&mut self, sample: Sample<'_>, total: Number) {
        self.counter_with(sample, total, None);
    }

    pub(crate) fn histogram(&mut self, sample: Sample<'_>, histogram: &HistogramSample<'_>) {
        match &mut self.0 {
            Form::Text(lines) => text::histogram(lines, &sample, histogram),
            Form::OpenMetrics(lines) => openmetrics::histogram(lines, &sample, histogram),
            Form::Protobuf(protobuf) => protobuf.histogram(&sample, histogram),
            Form::Owned(families) => owned::histogram(families, sample, histogram),
        }
    }

    #[inline]
    pub(crate) fn gauge(&mut self, sample: Sample<'_>, value: Number) {
        match &mut self.0 {
            Form::Text(lines) | Form::OpenMetrics(lines) => {
                lines.sample(&sample.labels, &value);
            }
            Form::Protobuf(protobuf) => protobuf.gauge(&sample, value),
            Form::Owned(families) => owned::value(families, sample, value, None),
        }
    }

    #[inline]
    fn counter_with(
        &mut self,
        sample: Sample<'_>,
        total: Number,
        exemplar: Option<&ExemplarSample>,
    ) {
        match &mut self.0 {
            Form::Text(lines) => {
                lines.sample(&sample.labels, &total);
            }
            Form::OpenMetrics(lines) => openmetrics::counter(lines, &sample, &total, exemplar),
            Form::Protobuf(protobuf) => protobuf.counter(&sample, total, exemplar),
            Form::Owned(families) => owned::value(families, sample, total, exemplar),
        }
    }

    fn head(&mut self, head: Head<'_>) {
        match &mut self.0 {
            Form::Text(lines) => text::head(lines, head),
            Form::OpenMetrics(lines) => openmetrics::head(lines, head),
            Form::Protobuf(protobuf) => protobuf.head(head),
            Form::Owned(families) => families.push(OwnedFamily::new(head)),
        }
    }

    /// Says what the labels of the samples that follow are called.
    fn label_names<N: AsRef<str>>(&mut self, names: &[N]) {
        if let Form::Text(lines) | Form::OpenMetrics(lines) = &mut self.0 {
            lines.label_names(names);
        }
    }

    /// Ends the exposition.
    fn finish(self) {
        match self.0 {
            Form::Text(_) | Form::Owned(_) => {}
            Form::OpenMetrics(mut lines) => openmetrics::end(&mut lines),
            Form::Protobuf(protobuf) => protobuf.end(),
        }
    }
}

impl<'a> Encoder<'a> {
    fn new(format: Format, out: &'a mut Output, scratch: &'a mut Scratch) -> Self {
        Self(match format {
            Format::Text => Form::Text(Lines::new(out, scratch)),
            Format::OpenMetrics | Format::OpenMetrics001 => {
                Form::OpenMetrics(Lines::new(out, scratch))
            }
            Format::Protobuf => Form::Protobuf(Protobuf::new(out)),
        })
    }

    /// Keeps the families instead of writing them.
    fn keep(families: &'a mut Vec<OwnedFamily>) -> Self {
        Self(Form::Owned(families))
    }
}

impl fmt::Debug for Encoder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encoder").finish_non_exhaustive()
    }
}

impl Number {
    fn as_float(self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "what takes it has floats alone")]
        match self {
            Self::Unsigned(number) => number as f64,
            Self::Signed(number) => number as f64,
            Self::Float(number) => number,
        }
    }
}

impl HistogramSample<'_> {
    fn count(&self) -> u64 {
        self.counts.iter().fold(0, |sum, count| sum.saturating_add(*count))
    }
}
