//! What the attributes of a program update: an instrument for each, in each telemetry.

use std::sync::Arc;
use std::time::Duration;

use crate::context::Outcome;
use crate::error::Error;
use crate::ledger::{Ledger, Reason, Signal};

use super::declaration::{Site, sites};
use super::dependency::Dependencies;
use super::exemplar::Exemplar;
use super::given::Given;
use super::registry::Metrics;

/// The instruments of one telemetry, by the number of their site.
#[derive(Debug)]
pub(crate) struct Instruments {
    by_site: Box<[Instrument]>,
    ledger: Ledger,
}

/// What one attribute updates.
#[derive(Debug)]
pub(crate) struct Instrument {
    slow: Option<Duration>,
}

/// The series of one update, looked up before it and made only by it.
#[derive(Debug)]
#[doc(hidden)]
pub struct Series(());

impl Instruments {
    /// Registers what all attributes of the program declare.
    pub(crate) fn register(
        _metrics: &Metrics,
        _dependencies: &Arc<Dependencies>,
        ledger: &Ledger,
    ) -> Result<Self, Error> {
        let by_site = sites().iter().map(|site| Instrument { slow: site.declaration().slow });
        Ok(Self { by_site: by_site.collect(), ledger: ledger.clone() })
    }

    /// The instrument of a site; none, which is counted, if it came after all were gathered.
    #[inline]
    pub(crate) fn at(&self, site: &Site) -> Option<&Instrument> {
        let found = site.number().and_then(|number| self.by_site.get(number));
        if found.is_none() {
            self.miss();
        }
        found
    }

    #[cold]
    fn miss(&self) {
        self.ledger.drop(Signal::Metric, Reason::Late, 1);
    }
}

impl Instrument {
    /// A call has begun.
    pub(crate) fn begin(&self) {}

    /// A call has ended. An outcome that is not known yet is settled with the request's end.
    pub(crate) fn end(
        &self,
        _outcome: Option<Outcome>,
        _took: Duration,
        _exemplar: Option<&Exemplar<'_>>,
    ) {
    }

    /// From how long on a call is to be told as slow.
    pub(crate) fn slow(&self) -> Option<Duration> {
        self.slow
    }

    /// The series of its metric `n` that has these labels.
    #[inline]
    pub(crate) fn series(&self, _n: usize, _labels: &impl Given) -> Series {
        Series::NONE
    }

    /// Adds to its metric `n`, a counter.
    #[inline]
    pub(crate) fn add(&self, _n: usize, _series: &Series, _amount: u64) {}

    /// Observes a value in its metric `n`, a histogram.
    #[inline]
    pub(crate) fn observe_value(&self, _n: usize, _series: &Series, _value: f64) {}
}

impl Series {
    /// That of a metric without labels.
    pub const NONE: Self = Self(());
}
