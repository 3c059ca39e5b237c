//! A call that has ended, and what is still to be updated by it.

use std::time::Duration;

use crate::metrics::{Instrument, Series};

use super::call::Call;
use super::value::{Amount, Measure};

/// A call that has returned.
#[derive(Debug)]
pub struct Ending<'a> {
    call: &'a Call,
    instrument: Option<&'a Instrument>,
    is_success: bool,
    took: Option<Duration>,
}

/// A call that took too long.
#[derive(Clone, Copy, Debug)]
pub struct Slow {
    duration: Duration,
    threshold: Duration,
}

impl<'a> Ending<'a> {
    pub(super) fn new(
        call: &'a Call,
        instrument: Option<&'a Instrument>,
        is_success: bool,
        took: Option<Duration>,
    ) -> Self {
        Self { call, instrument, is_success, took }
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

    /// Has `tell` tell of a call that took longer than its attribute wants.
    #[inline]
    pub fn tell_slow(&self, tell: impl FnOnce(&Slow)) {
        let threshold = self.call.site().declaration().slow;
        if let Some((duration, threshold)) = self.took.zip(threshold)
            && duration > threshold
        {
            self.call.within(|| tell(&Slow { duration, threshold }));
        }
    }
}

impl Slow {
    /// How long it took, in milliseconds.
    pub fn duration_ms(&self) -> f64 {
        milliseconds(self.duration)
    }

    /// From how long on it is slow, in milliseconds.
    pub fn threshold_ms(&self) -> f64 {
        milliseconds(self.threshold)
    }
}

/// With three decimals, as lines have them.
#[expect(clippy::cast_precision_loss, reason = "exact for 285 years")]
pub(super) fn milliseconds(duration: Duration) -> f64 {
    duration.as_micros() as f64 / 1e3
}
