//! Families as bytes.

use super::descriptor::Descriptor;
use super::exemplar::Exemplars;
use super::key::Labels;

/// Writes families in one of the exposition formats.
#[derive(Debug)]
pub struct Encoder<'a> {
    out: &'a mut Vec<u8>,
}

/// Which series a sample belongs to, and since when.
#[derive(Clone, Copy, Debug)]
pub struct Sample<'a> {
    pub(crate) labels: Labels<'a>,
    /// When the series began, in seconds since 1970.
    pub(crate) created: f64,
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
    pub(crate) fn family(&mut self, _family: &Descriptor) {}

    pub(crate) fn counter(&mut self, _sample: Sample<'_>, _total: Number) {}

    pub(crate) fn histogram(&mut self, _sample: Sample<'_>, _histogram: &HistogramSample<'_>) {}

    pub(crate) fn gauge(&mut self, _sample: Sample<'_>, _value: Number) {}
}
