//! A request's head becomes its context: IDs validated or made, policies applied.

use std::any::Any;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::UNIX_EPOCH;

use http::{HeaderMap, Method};

use crate::config::{self, Clock, Config};
use crate::ledger::{Ledger, Reason, Signal};

use super::call::EndSpan;
use super::exchange::Record;
use super::gather::Gathering;
use super::method::Verb;
use super::propagate::{self, Incoming};
use super::random;
use super::reported::Reporting;
use super::request::{Rest, Start};
use super::root_span::Room;
use super::route::Routes;
use super::sample::Sampler;
use super::{
    Baggage, Hubs, RequestContext, RequestId, SpanContext, SpanId, TraceFlags, TraceId, TraceState,
    Wanted,
};

/// Makes the contexts of one telemetry, which share it.
#[cfg_attr(not(feature = "sentry"), expect(dead_code, reason = "nothing is reported"))]
pub(crate) struct Acceptor {
    pub(crate) clock: Clock,
    pub(crate) policy: config::Propagation,
    pub(crate) sampler: Sampler,
    /// Room for spans of requests that are not sampled, where those may be kept.
    pub(crate) held: Option<Arc<Room>>,
    /// Whether the spans of requests that are sampled are exported.
    pub(crate) exports_spans: bool,
    /// Which requests are sent as transactions, where any are.
    pub(crate) gathering: Option<Gathering>,
    /// What reports say of one.
    pub(crate) reporting: Reporting,
    /// What spans say of a request beside what every signal does.
    pub(crate) wanted: Wanted,
    /// How many links a request's span has at most.
    pub(crate) links: u32,
    pub(crate) routes: Arc<Routes>,
    pub(crate) ledger: Ledger,
    /// Told of each finished request.
    pub(crate) records: Vec<Arc<dyn Record>>,
    /// What the attributes of functions update.
    pub(crate) instruments: Arc<dyn Any + Send + Sync>,
    /// What tells their spans how they ended.
    pub(crate) spans: Arc<dyn EndSpan>,
    /// What makes the hubs of its requests.
    pub(crate) hubs: Hubs,
    /// The number of the reports that its requests are of; 0 where nothing is reported.
    pub(crate) reporter: u64,
    /// The service is on its way down: clients are to come no more by connections they have.
    pub(crate) is_leaving: AtomicBool,
}

impl Acceptor {
    /// One by the settings, which tells nobody of anything.
    pub(crate) fn new(config: &Config, routes: Arc<Routes>, ledger: Ledger) -> Self {
        Self {
            clock: config.clock.clone(),
            policy: config.context.clone(),
            sampler: Sampler::new(config.traces.sampler),
            held: None,
            exports_spans: false,
            gathering: None,
            reporting: Reporting::new(config),
            wanted: Wanted::new(&config.traces.capture),
            links: config.traces.limits.links,
            routes,
            ledger,
            records: Vec::new(),
            instruments: Arc::new(()),
            spans: Arc::new(()),
            hubs: Hubs::default(),
            reporter: 0,
            is_leaving: AtomicBool::new(false),
        }
    }

    /// The context of a request that has just arrived.
    pub(crate) fn accept(
        self: &Arc<Self>,
        method: &Method,
        headers: &HeaderMap,
        peer: Option<IpAddr>,
        template: Option<&str>,
    ) -> RequestContext {
        let trusted = self.policy.trust.admits(peer);
        let incoming = propagate::extract(headers, &self.policy.propagators, trusted);
        let start = self.start(Verb::of(method), incoming);
        RequestContext::new(start, Arc::clone(self), self.routes.find(template))
    }

    /// The context of a job's run: a request of its own that nobody has sent.
    pub(crate) fn begin_job(self: &Arc<Self>, job: &'static str) -> RequestContext {
        let mut start = self.start(Verb::Other, None);
        start.rest = Some(Box::new(Rest { job: Some(job), ..Rest::default() }));
        RequestContext::new(start, Arc::clone(self), self.routes.find(None))
    }

    fn start(&self, verb: Verb, mut incoming: Option<Incoming>) -> Start {
        let (at, wall) = (self.clock.now(), self.clock.wall());
        let since_1970 = wall.duration_since(UNIX_EPOCH).unwrap_or_default();
        let nanoseconds = u64::from(since_1970.subsec_nanos());
        let [id_high, id_low, trace_high, trace_low, span] = random::stirred(nanoseconds);
        let trace_id = TraceId::of_random([trace_high, trace_low]);
        let brought = incoming.as_mut().and_then(|incoming| incoming.request_id.take());
        let accepted = brought.filter(|_| self.policy.accept_request_id);
        let request_id =
            accepted.unwrap_or_else(|| RequestId::of_random(since_1970, [id_high, id_low]));
        let mut start = Start {
            request_id,
            trace_id,
            span_id: SpanId::of_random([span]),
            flags: TraceFlags::NONE,
            parent: None,
            rest: None,
            verb,
            at,
            age: self.routes.age(at),
            wall,
        };
        if let Some(incoming) = incoming {
            self.go_on(&mut start, incoming);
        }
        start
    }

    /// Goes on from what a caller has sent.
    fn go_on(&self, start: &mut Start, incoming: Incoming) {
        let Incoming { parent, link, baggage, baggage_dropped, .. } = incoming;
        if baggage_dropped > 0 {
            self.ledger.drop(Signal::Baggage, Reason::Refused, baggage_dropped as u64);
        }
        let mut tracestate = None;
        if let Some(parent) = parent {
            start.flags = parent.flags;
            (start.trace_id, start.parent) = (parent.trace_id, Some(parent.span_id));
            tracestate = parent.tracestate;
        }
        start.rest = rest(tracestate, link, baggage);
    }
}

impl fmt::Debug for Acceptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Acceptor").field("routes", &self.routes).finish_non_exhaustive()
    }
}

fn rest(
    tracestate: Option<TraceState>,
    link: Option<SpanContext>,
    baggage: Option<Baggage>,
) -> Option<Box<Rest>> {
    let any = tracestate.is_some() || link.is_some() || baggage.is_some();
    any.then(|| Box::new(Rest { tracestate, link, baggage, job: None }))
}
