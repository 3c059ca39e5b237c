//! Spans and their way out.

use std::time::Duration;

use super::limits::SpanLimits;
use super::otlp::{Batch, Exporter, Otlp};

/// Which requests become spans, and where those go.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Traces {
    /// Which traces are kept. Default: the caller's decision, and every trace that begins here.
    pub sampler: Sampler,
    /// Default: OTLP.
    pub exporter: Exporter,
    /// Where and how spans are pushed.
    pub otlp: Otlp,
    /// How spans wait for their export. Default delay: 5 s.
    pub batch: Batch,
    /// How much one span may hold.
    pub limits: SpanLimits,
}

/// Which traces are kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sampler {
    /// Every one.
    AlwaysOn,
    /// None.
    AlwaysOff,
    /// This share of them, 0 to 1, decided by the trace ID.
    Ratio(f64),
    /// As the caller decided; where there is none, as the root sampler says.
    ParentBased(RootSampler),
}

/// Which of the traces that begin here are kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RootSampler {
    /// Every one.
    AlwaysOn,
    /// None.
    AlwaysOff,
    /// This share of them, 0 to 1, decided by the trace ID.
    Ratio(f64),
}

impl Default for Traces {
    fn default() -> Self {
        Self {
            sampler: Sampler::default(),
            exporter: Exporter::Otlp,
            otlp: Otlp::default(),
            batch: Batch::with_delay(Duration::from_secs(5)),
            limits: SpanLimits::default(),
        }
    }
}

/// `parentbased_always_on`, the specification's default.
impl Default for Sampler {
    fn default() -> Self {
        Self::ParentBased(RootSampler::AlwaysOn)
    }
}

impl Sampler {
    /// The share of traces that begin here and are kept, 0 to 1.
    pub fn root_ratio(self) -> f64 {
        match self {
            Self::AlwaysOn | Self::ParentBased(RootSampler::AlwaysOn) => 1.0,
            Self::AlwaysOff | Self::ParentBased(RootSampler::AlwaysOff) => 0.0,
            Self::Ratio(ratio) | Self::ParentBased(RootSampler::Ratio(ratio)) => ratio,
        }
    }
}
