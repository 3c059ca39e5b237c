//! Observations counted in buckets.

mod bounds;
mod cells;
mod native;

use std::borrow::Cow;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use once_cell::race::OnceBox;

use crate::concurrent::Sharded;

use super::builder::Builder;
use super::descriptor::Kind;
use super::exemplar::{Exemplar, Exemplars, Slots};
use super::exposition::{Encoder, HistogramSample, Sample};
use super::label::LabelSet;
use super::metric::{Metric, Sealed};
use super::registry::Metrics;

pub use bounds::Bounds;
use cells::{Cells, Counts};

/// Observations, such as latencies or sizes, counted in buckets.
///
/// Updates take no lock. Each is an addition to a bucket and one to the sum, which threads that
/// contend for them come to make on cells of their own. The count is that of the buckets, so that
/// the two always agree; the sum may be an observation ahead of it.
pub struct Histogram {
    settings: Arc<Settings>,
    base: Cells,
    shards: Sharded<Cells>,
    exemplars: OnceBox<Slots>,
}

/// What the series of one family have in common.
#[derive(Clone, Debug)]
pub struct Settings {
    bounds: Bounds,
    /// Whether exponential buckets are kept as well.
    native: bool,
    exemplars: bool,
}

impl Histogram {
    /// Counts `value` in the bucket with the lowest bound not below it.
    ///
    /// What is not a number is ignored. An infinite value is counted and left out of the sum,
    /// which it would make useless.
    #[inline]
    pub fn observe(&self, value: f64) {
        self.record(value);
    }

    /// Counts a duration in seconds.
    #[inline]
    pub fn observe_duration(&self, duration: Duration) {
        self.record(duration.as_secs_f64());
    }

    /// Counts `value` and may keep `exemplar` as the example of its bucket.
    ///
    /// A bucket's exemplar stays for 7 seconds at least, and without a newer one for good. One
    /// that is not acceptable ([`Exemplar`]) is dropped; the value is counted all the same.
    #[inline]
    pub fn observe_with(&self, value: f64, exemplar: Option<&Exemplar<'_>>) {
        if let (Some(bucket), Some(exemplar)) = (self.record(value), exemplar) {
            self.keep(bucket, value, exemplar);
        }
    }

    /// How many values were counted.
    pub fn count(&self) -> u64 {
        self.counts().buckets.iter().sum()
    }

    /// The sum of the values counted.
    pub fn sum(&self) -> f64 {
        self.cells().map(Cells::sum).sum()
    }

    /// Counts `value` and says in which bucket.
    #[inline]
    fn record(&self, value: f64) -> Option<usize> {
        if !value.is_finite() {
            return self.record_infinite(value);
        }
        let bucket = self.settings.bounds.bucket(value);
        if self.settings.native {
            return self.record_native(value, bucket);
        }
        self.add(bucket, value);
        Some(bucket)
    }

    /// Apart, so that histograms that are not native do not pay for it.
    #[inline(never)]
    #[expect(clippy::unnecessary_wraps, reason = "it is what its caller returns")]
    fn record_native(&self, value: f64, bucket: usize) -> Option<usize> {
        self.add(native::place(value, bucket), value);
        Some(bucket)
    }

    #[cold]
    fn record_infinite(&self, value: f64) -> Option<usize> {
        if value.is_nan() {
            return None;
        }
        let bucket = self.settings.bounds.bucket(value);
        let place = if self.settings.native { native::place(value, bucket) } else { bucket };
        self.shards.get().unwrap_or(&self.base).count(place);
        Some(bucket)
    }

    #[inline]
    fn add(&self, place: usize, value: f64) {
        if let Some(cells) = self.shards.get() {
            cells.add(place, value);
        } else if !self.base.try_add(place, value) {
            self.add_contended(place, value);
        }
    }

    #[cold]
    fn add_contended(&self, place: usize, value: f64) {
        let cells = self.shards.get_or_shard(|| Cells::new(&self.settings));
        cells.unwrap_or(&self.base).add(place, value);
    }

    fn keep(&self, bucket: usize, value: f64, exemplar: &Exemplar<'_>) {
        if self.settings.exemplars {
            let buckets = self.settings.bounds.len() + 1;
            let slots = self.exemplars.get_or_init(|| Box::new(Slots::new(buckets)));
            slots.offer(bucket, value, exemplar);
        }
    }

    fn counts(&self) -> Counts {
        Counts::read(&self.settings, || self.cells())
    }

    fn cells(&self) -> impl Iterator<Item = &Cells> {
        std::iter::once(&self.base).chain(self.shards.iter())
    }
}

impl Metrics {
    /// Describes a [`Histogram`], with the configured buckets for latencies unless others are set.
    #[track_caller]
    pub fn histogram(
        &self,
        name: impl Into<Cow<'static, str>>,
        help: impl Into<Cow<'static, str>>,
    ) -> Builder<(), Histogram> {
        let config = self.config();
        let settings = Arc::new(Settings {
            bounds: config.latency_buckets.as_slice().into(),
            native: config.native_histograms,
            exemplars: config.exemplars,
        });
        Builder::new(self, (name.into(), help.into()), settings, Location::caller())
    }
}

impl<L: LabelSet> Builder<L, Histogram> {
    /// Sets the buckets' upper bounds, inclusive: 1 to 64 finite numbers in ascending order. The
    /// bucket up to +Inf is always there.
    pub fn buckets(self, bounds: impl Into<Bounds>) -> Self {
        self.options(|settings| Arc::make_mut(settings).bounds = bounds.into())
    }

    /// Keeps a Prometheus native histogram as well, which scrapes in protobuf get.
    ///
    /// Each power of two has eight buckets (schema 3, each bound 9 % above the one before), made
    /// as they are needed. Values up to 2⁻¹²⁸, negative ones too, are counted as zero. A scrape
    /// with more than 160 buckets in use gets them merged in pairs until they are as few.
    pub fn native(self) -> Self {
        self.options(|settings| Arc::make_mut(settings).native = true)
    }
}

impl Metric for Histogram {
    const KIND: Kind = Kind::Histogram;
}

impl Sealed for Histogram {
    type Options = Arc<Settings>;

    fn new(settings: &Arc<Settings>) -> Self {
        Self {
            base: Cells::new(settings),
            settings: Arc::clone(settings),
            shards: Sharded::default(),
            exemplars: OnceBox::new(),
        }
    }

    fn validate(settings: &Arc<Settings>) -> Result<(), String> {
        settings.bounds.validate()
    }

    fn encode(&self, sample: Sample<'_>, encoder: &mut Encoder<'_>) {
        let counts = self.counts();
        let histogram = HistogramSample {
            bounds: &self.settings.bounds,
            counts: &counts.buckets,
            sum: self.sum(),
            exemplars: Exemplars::new(self.exemplars.get()),
            native: counts.native.as_ref().map(native::Buckets::sample),
        };
        encoder.histogram(sample, &histogram);
    }
}

impl fmt::Debug for Histogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, sum) = (self.count(), self.sum());
        f.debug_struct("Histogram").field("count", &count).field("sum", &sum).finish()
    }
}

#[cfg(test)]
#[expect(clippy::cast_possible_truncation, reason = "small numbers")]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use std::thread;

    const BOUNDS: [f64; 7] = [-1.0, 0.0, 1e-9, 1.0, 1.05, 1.1, 1e6];

    /// Values in nineteen powers of two, some of them negative, zero or such a power.
    fn values(seed: u64) -> impl Iterator<Item = f64> {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut next = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        let value = move || {
            let exponent = f64::from(next() as u32) * 4.4e-9 - 9.5;
            match next() % 16 {
                0 => 0.0,
                1 => -exponent.exp2(),
                2 => exponent.round().exp2(),
                _ => exponent.exp2(),
            }
        };
        std::iter::repeat_with(value).take(30_000)
    }

    /// The native bucket of a value in schema 3, or none for zero, by the definition.
    fn native_index(value: f64) -> Option<i32> {
        if value <= 0.0 {
            return None;
        }
        let upper = |index: i32| 2_f64.powf(0.125).powi(index) * (1.0 + 1e-13);
        let near = (value.log2() * 8.0).round() as i32;
        (near - 1..=near + 1).find(|index| value <= upper(*index))
    }

    fn observed_by_four_threads(native: bool) -> Histogram {
        let settings = Settings { bounds: BOUNDS.into(), native, exemplars: true };
        let histogram = Histogram::new(&Arc::new(settings));
        thread::scope(|scope| {
            for seed in 0..4 {
                let histogram = &histogram;
                scope.spawn(move || values(seed).for_each(|value| histogram.observe(value)));
            }
        });
        histogram
    }

    fn check_classic(histogram: &Histogram) {
        let mut expected = [0; BOUNDS.len() + 1];
        let mut sum = 0.0;
        for value in (0..4).flat_map(values) {
            expected[BOUNDS.iter().filter(|bound| **bound < value).count()] += 1;
            sum += value;
        }
        assert_eq!(histogram.counts().buckets.as_slice(), expected);
        assert_eq!(histogram.count(), 120_000);
        assert!((histogram.sum() / sum - 1.0).abs() < 1e-9, "{} {sum}", histogram.sum());
    }

    #[test]
    fn racing_threads_lose_nothing() {
        check_classic(&observed_by_four_threads(false));
    }

    #[test]
    fn a_native_histogram_counts_every_value_in_both_forms() {
        let histogram = observed_by_four_threads(true);
        check_classic(&histogram);
        let mut expected = BTreeMap::new();
        for value in (0..4).flat_map(values) {
            *expected.entry(native_index(value)).or_insert(0) += 1;
        }
        let counts = histogram.counts();
        let sample = counts.native.as_ref().map(native::Buckets::sample).unwrap();
        assert_eq!((sample.schema, sample.zero_count), (3, expected[&None]));
        let positive = expected.into_iter().filter_map(|(index, count)| Some((index?, count)));
        assert_eq!(sample.positive, positive.collect::<Vec<_>>());
    }
}
