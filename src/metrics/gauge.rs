//! Values that go both ways.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use super::counter::add_bits;
use super::descriptor::Kind;
use super::exposition::{Encoder, Number, Sample};
use super::metric::{Metric, Sealed};

/// A number of whole things, such as connections. Updates are wait-free.
#[derive(Debug, Default)]
pub struct Gauge {
    value: AtomicI64,
}

/// A measure, such as a temperature or a ratio. Updates take no lock.
#[derive(Debug, Default)]
pub struct FloatGauge {
    bits: AtomicU64,
}

impl Gauge {
    /// Adds one.
    #[inline]
    pub fn inc(&self) {
        self.add(1);
    }

    /// Takes one away.
    #[inline]
    pub fn dec(&self) {
        self.add(-1);
    }

    /// Adds `n`, which may be negative.
    #[inline]
    pub fn add(&self, n: i64) {
        self.value.fetch_add(n, Ordering::Relaxed);
    }

    /// Makes it `value`.
    #[inline]
    pub fn set(&self, value: i64) {
        self.value.store(value, Ordering::Relaxed);
    }

    /// The value now.
    pub fn value(&self) -> i64 {
        self.value.load(Ordering::Relaxed)
    }
}

impl FloatGauge {
    /// Adds `amount`, which may be negative.
    pub fn add(&self, amount: f64) {
        add_bits(&self.bits, amount);
    }

    /// Makes it `value`.
    #[inline]
    pub fn set(&self, value: f64) {
        self.bits.store(value.to_bits(), Ordering::Relaxed);
    }

    /// The value now.
    pub fn value(&self) -> f64 {
        f64::from_bits(self.bits.load(Ordering::Relaxed))
    }
}

impl Metric for Gauge {
    const KIND: Kind = Kind::Gauge;
}

impl Sealed for Gauge {
    type Options = ();

    fn new((): &()) -> Self {
        Self::default()
    }

    fn encode(&self, sample: Sample<'_>, encoder: &mut Encoder<'_>) {
        encoder.gauge(sample, Number::Signed(self.value()));
    }
}

impl Metric for FloatGauge {
    const KIND: Kind = Kind::Gauge;
}

impl Sealed for FloatGauge {
    type Options = ();

    fn new((): &()) -> Self {
        Self::default()
    }

    fn encode(&self, sample: Sample<'_>, encoder: &mut Encoder<'_>) {
        encoder.gauge(sample, Number::Float(self.value()));
    }
}
