//! Totals that only grow.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::concurrent::Tally;

use super::descriptor::Kind;
use super::exposition::{Encoder, Number, Sample};
use super::metric::{Metric, Sealed};

/// A total of whole things, such as requests.
///
/// Updates take no lock. They are one atomic addition, which threads that contend for it come to
/// make on cells of their own. Past `u64::MAX` it wraps, which Prometheus reads as a reset.
#[derive(Default)]
pub struct Counter {
    total: Tally,
}

/// A total of fractions, such as seconds. Updates take no lock.
#[derive(Debug, Default)]
pub struct FloatCounter {
    bits: AtomicU64,
}

impl Counter {
    /// Adds one.
    #[inline]
    pub fn inc(&self) {
        self.add(1);
    }

    /// Adds `n`.
    #[inline]
    pub fn add(&self, n: u64) {
        self.total.add(n);
    }

    /// The total so far.
    pub fn value(&self) -> u64 {
        self.total.get()
    }

    /// Takes over a total that something else counts; never lowers this one.
    pub(crate) fn raise_to(&self, total: u64) {
        self.total.raise_to(total);
    }
}

impl FloatCounter {
    /// Adds `amount`, unless it is negative or not finite: a total never falls, nor stays infinite.
    pub fn add(&self, amount: f64) {
        if amount > 0.0 && amount.is_finite() {
            add_bits(&self.bits, amount);
        }
    }

    /// The total so far.
    pub fn value(&self) -> f64 {
        f64::from_bits(self.bits.load(Ordering::Relaxed))
    }

    /// Takes over a total that something else counts; never lowers this one.
    pub(crate) fn raise_to(&self, total: f64) {
        // Bits of floats that are not negative are ordered as the floats are.
        if total > 0.0 {
            self.bits.fetch_max(total.to_bits(), Ordering::Relaxed);
        }
    }
}

impl Metric for Counter {
    const KIND: Kind = Kind::Counter;
}

impl Sealed for Counter {
    type Options = ();

    fn new((): &()) -> Self {
        Self::default()
    }

    fn encode(&self, sample: Sample<'_>, encoder: &mut Encoder<'_>) {
        encoder.counter(sample, Number::Unsigned(self.value()));
    }
}

impl Metric for FloatCounter {
    const KIND: Kind = Kind::Counter;
}

impl Sealed for FloatCounter {
    type Options = ();

    fn new((): &()) -> Self {
        Self::default()
    }

    fn encode(&self, sample: Sample<'_>, encoder: &mut Encoder<'_>) {
        encoder.counter(sample, Number::Float(self.value()));
    }
}

impl std::fmt::Debug for Counter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Counter").field(&self.value()).finish()
    }
}

/// Adds to a float kept as bits.
#[inline]
pub(super) fn add_bits(bits: &AtomicU64, amount: f64) {
    let mut old = bits.load(Ordering::Relaxed);
    loop {
        let new = (f64::from_bits(old) + amount).to_bits();
        match bits.compare_exchange_weak(old, new, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => return,
            Err(now) => old = now,
        }
    }
}
