//! What the kinds of metrics have in common.

use std::fmt;

use super::descriptor::Kind;
use super::exposition::{Encoder, Sample};

/// A counter, gauge or histogram: what a [`Family`](super::Family) holds one of for each series.
///
/// Sealed: its implementations are [`Counter`](super::Counter),
/// [`FloatCounter`](super::FloatCounter), [`Gauge`](super::Gauge),
/// [`FloatGauge`](super::FloatGauge) and [`Histogram`](super::Histogram).
pub trait Metric: Sealed + fmt::Debug + Send + Sync + 'static {
    #[doc(hidden)]
    const KIND: Kind;
}

pub trait Sealed {
    /// What every series of a family has in common, such as a histogram's bounds.
    type Options: Clone + Send + Sync + fmt::Debug;

    /// Says what of the options is not acceptable, and what would be.
    fn validate(_options: &Self::Options) -> Result<(), String> {
        Ok(())
    }

    fn new(options: &Self::Options) -> Self;

    fn encode(&self, sample: Sample<'_>, encoder: &mut Encoder<'_>);
}
