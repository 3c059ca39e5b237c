//! What is taken from callers and given to others.

use super::egress::Egress;
use super::networks::Trust;

/// The policy of the request's context: whom to believe, whom to tell, in which formats.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Propagation {
    /// Whose trace context, sampling flag and baggage are believed. Default: everyone's.
    pub trust: Trust,
    /// Which hosts are told ours. Default: context to every host, baggage to none.
    pub egress: Egress,
    /// The formats read and written, each once. Empty: none. Default: trace context and baggage.
    pub propagators: Vec<Propagator>,
    /// A well-formed `x-request-id` of a caller is kept; otherwise each request gets a new one.
    /// Default: true.
    pub accept_request_id: bool,
}

/// A header format for the trace context or the baggage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Propagator {
    /// W3C Trace Context: `traceparent` and `tracestate`.
    TraceContext,
    /// W3C Baggage: `baggage`.
    Baggage,
    /// B3 in one header: `b3`.
    B3,
    /// B3 in several headers: `x-b3-traceid` and its kin.
    B3Multi,
}

impl Default for Propagation {
    fn default() -> Self {
        Self {
            trust: Trust::All,
            egress: Egress::default(),
            propagators: vec![Propagator::TraceContext, Propagator::Baggage],
            accept_request_id: true,
        }
    }
}

impl Propagator {
    const ALL: [Self; 4] = [Self::TraceContext, Self::Baggage, Self::B3, Self::B3Multi];

    /// The propagator of a name in `OTEL_PROPAGATORS`.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|propagator| propagator.name() == name)
    }

    /// Its name there.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::TraceContext => "tracecontext",
            Self::Baggage => "baggage",
            Self::B3 => "b3",
            Self::B3Multi => "b3multi",
        }
    }
}
