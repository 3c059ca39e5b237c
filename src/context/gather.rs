//! Requests that are sent as transactions: which they are, and who takes them.

use std::fmt;
use std::sync::Arc;

use crate::config;

use super::root_span::{Held, Room};
use super::{Outcome, RequestContext, Sampler, TraceId};

/// Which requests of a telemetry become transactions.
#[cfg_attr(not(feature = "otlp"), expect(dead_code, reason = "there are no spans"))]
pub(crate) struct Gathering {
    sampler: Sampler,
    /// For the spans that are gathered.
    pub(super) room: Arc<Room>,
    takes: Arc<dyn TakeTransaction>,
}

/// Takes transactions.
pub(crate) trait TakeTransaction: Send + Sync {
    /// Whether any are wanted now.
    fn is_open(&self) -> bool;

    fn take(&self, transaction: Transaction);
}

/// A request, or a job's run, that has ended, and its spans.
#[cfg_attr(not(feature = "sentry"), expect(dead_code, reason = "nothing is reported"))]
#[derive(Debug)]
pub(crate) struct Transaction {
    pub(crate) context: RequestContext,
    pub(crate) outcome: Outcome,
    /// The HTTP status; none of a run.
    pub(crate) status: Option<u16>,
    pub(crate) grpc_status: Option<u8>,
    /// Its own span, an encoded `Span`.
    pub(crate) root: Box<[u8]>,
    /// Those within it.
    pub(crate) spans: Held,
}

#[cfg_attr(not(feature = "sentry"), expect(dead_code, reason = "nothing is reported"))]
impl Gathering {
    /// That share of the requests, by their trace IDs, so that all services of a trace that have
    /// the same share decide alike, whatever the sampling of spans is.
    pub(crate) fn new(share: f64, takes: Arc<dyn TakeTransaction>) -> Self {
        let sampler = Sampler::new(config::Sampler::Ratio(share));
        Self { sampler, room: Arc::default(), takes }
    }
}

#[cfg_attr(not(feature = "otlp"), expect(dead_code, reason = "there are no spans"))]
impl Gathering {
    pub(crate) fn take(&self, transaction: Transaction) {
        self.takes.take(transaction);
    }
}

impl Gathering {
    #[inline]
    pub(super) fn wants(&self, trace_id: TraceId) -> bool {
        self.sampler.sample(None, trace_id) && self.takes.is_open()
    }
}

impl fmt::Debug for Gathering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gathering").field("sampler", &self.sampler).finish_non_exhaustive()
    }
}
