//! A request's head becomes its context: IDs validated or made, policies applied.

use std::net::IpAddr;
use std::sync::Arc;

use http::{HeaderMap, Method};

use crate::config::{self, Clock};
use crate::ledger::{Ledger, Reason, Signal};

use super::method::Verb;
use super::propagate::{self, Incoming};
use super::request::{Rest, Start};
use super::route::Routes;
use super::sample::Sampler;
use super::{
    Baggage, RequestContext, RequestId, SpanContext, SpanId, TraceFlags, TraceId, TraceState,
};

/// Makes the contexts of one telemetry.
#[derive(Debug)]
pub(crate) struct Acceptor {
    pub(crate) clock: Clock,
    pub(crate) policy: config::Propagation,
    pub(crate) sampler: Sampler,
    pub(crate) routes: Arc<Routes>,
    pub(crate) ledger: Ledger,
}

impl Acceptor {
    /// The context of a request that has just arrived.
    pub(crate) fn accept(
        &self,
        method: &Method,
        headers: &HeaderMap,
        peer: Option<IpAddr>,
        template: Option<&str>,
    ) -> RequestContext {
        let trusted = self.policy.trust.admits(peer);
        let incoming = propagate::extract(headers, &self.policy.propagators, trusted);
        let dropped = incoming.baggage_dropped;
        if dropped > 0 {
            self.ledger.drop(Signal::Baggage, Reason::Refused, dropped as u64);
        }
        let start = self.start(method, incoming);
        RequestContext::new(start, Arc::clone(&self.routes), self.routes.find(template))
    }

    fn start(&self, method: &Method, incoming: Incoming) -> Start {
        let (at, wall) = (self.clock.now(), self.clock.wall());
        let accepted = incoming.request_id.filter(|_| self.policy.accept_request_id);
        let request_id = accepted.unwrap_or_else(|| RequestId::generate(wall));
        let Incoming { parent, link, baggage, .. } = incoming;
        let trace_id = parent.as_ref().map_or_else(TraceId::generate, |parent| parent.trace_id);
        let sampled = self.sampler.sample(parent.as_ref(), trace_id);
        let flags = parent.as_ref().map_or(TraceFlags::NONE, |parent| parent.flags);
        Start {
            request_id,
            trace_id,
            span_id: SpanId::generate(),
            flags: flags.with_sampled(sampled),
            parent: parent.as_ref().map(|parent| parent.span_id),
            rest: rest(parent.and_then(|parent| parent.tracestate), link, baggage),
            verb: Verb::of(method),
            at,
            wall,
        }
    }
}

fn rest(
    tracestate: Option<TraceState>,
    link: Option<SpanContext>,
    baggage: Option<Baggage>,
) -> Option<Box<Rest>> {
    let any = tracestate.is_some() || link.is_some() || baggage.is_some();
    any.then(|| Box::new(Rest { tracestate, link, baggage }))
}
