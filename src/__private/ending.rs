//! A call that has ended, and what is still to be updated by it.

use std::time::Duration;

use crate::metrics::{Instrument, Series};

use super::value::{Amount, Measure};

/// A call that has returned.
#[derive(Debug)]
pub struct Ending<'a> {
    instrument: Option<&'a Instrument>,
    is_success: bool,
}

/// A call that took too long.
#[derive(Clone, Copy, Debug)]
pub struct Slow {
    duration: Duration,
    threshold: Duration,
}

impl<'a> Ending<'a> {
    pub(super) fn new(instrument: Option<&'a Instrument>, is_success: bool) -> Self {
        Self { instrument, is_success }
    }

    /// Whether the call has done what it was to do.
    #[inline]
    pub fn is_success(&self) -> bool {
        self.is_success
    }

    /// Whether it has not.
    #[inline]
    pub fn is_failure(&self) -> bool {
        !self.is_success
    }

    /// Raises the metric `n`, a counter.
    #[inline]
    pub fn count(&self, n: usize, series: &Series, by: impl Amount) {
        if let Some(instrument) = self.instrument {
            instrument.add(n, series, by.amount());
        }
    }

    /// Observes a value in the metric `n`, a histogram.
    #[inline]
    pub fn observe(&self, n: usize, series: &Series, value: impl Measure) {
        if let Some(instrument) = self.instrument {
            instrument.observe_value(n, series, value.measure());
        }
    }

    /// Tells of a call that took longer than it may.
    #[inline]
    pub fn tell_slow(&self, _tell: impl FnOnce(&Slow)) {}
}

impl Slow {
    /// How long it took, in milliseconds.
    pub fn duration_ms(&self) -> f64 {
        self.duration.as_secs_f64() * 1e3
    }

    /// From how long on it is slow.
    pub fn threshold_ms(&self) -> f64 {
        self.threshold.as_secs_f64() * 1e3
    }
}
