//! Rate, errors and duration of requests, from finished exchanges.

mod in_flight;
mod labels;
mod matched;
mod memo;

use std::sync::Arc;

use crate::config::Naming;
use crate::context::{Exchange, Outcome, Record, Route, Routes, Shape};
use crate::error::Error;

use super::catalog::{self, Definition};
use super::counter::Counter;
use super::exemplar::Exemplar;
use super::family::Family;
use super::histogram::{Bounds, Histogram};
use super::label::{LabelSet, Text, Values};
use super::metric::Metric;
use super::registry::Metrics;

pub(crate) use matched::Matched;

use labels::{GrpcStatus, Status};
use memo::Remembered;

/// The HTTP families of one registry.
#[derive(Debug)]
pub(crate) struct Red {
    requests: Remembered<(&'static str, Text, u16, Outcome, GrpcStatus), Counter>,
    duration: Remembered<(&'static str, Text, Status), Histogram>,
    ttfb: Remembered<(&'static str, Text), Histogram>,
    streams: Family<(&'static str, Text), Histogram>,
    bodies: Option<Bodies>,
    naming: Naming,
}

#[derive(Debug)]
struct Bodies {
    request: Family<(&'static str, Text), Histogram>,
    response: Family<(&'static str, Text), Histogram>,
}

/// Upper bounds in bytes.
const SIZES: [f64; 8] = [1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];
/// Upper bounds in seconds, from a hiccup to a day.
pub(super) const LIFETIMES: [f64; 9] =
    [0.1, 1.0, 10.0, 60.0, 300.0, 1_800.0, 7_200.0, 28_800.0, 86_400.0];

impl Red {
    pub(crate) fn register(metrics: &Metrics, routes: &Arc<Routes>) -> Result<Self, Error> {
        let config = metrics.config();
        let latency = Bounds::from(config.latency_buckets.as_slice());
        let (requests, labels) = catalog::HTTP_REQUESTS.named(config.naming);
        let requests = metrics.counter(requests, catalog::HTTP_REQUESTS.help).labels(labels);
        let duration = histogram(metrics, &catalog::HTTP_REQUEST_DURATION, latency.clone())?;
        let ttfb = histogram(metrics, &catalog::HTTP_RESPONSE_TTFB, latency)?;
        in_flight::register(metrics, routes)?;
        Ok(Self {
            requests: Remembered::new(requests.register()?),
            duration: Remembered::new(duration),
            ttfb: Remembered::new(ttfb),
            streams: histogram(metrics, &catalog::HTTP_STREAM_DURATION, LIFETIMES.into())?,
            bodies: config.body_sizes.then(|| Bodies::register(metrics)).transpose()?,
            naming: config.naming,
        })
    }

    /// Puts a declared endpoint's series in place, at 0 and beyond the limits.
    pub(crate) fn declare(&self, method: &'static str, endpoint: &str) {
        for (status, outcome) in [(200, Outcome::Success), (500, Outcome::ServerError)] {
            let labels = (method, endpoint, status, outcome, GrpcStatus(None));
            self.requests.family().reserve(labels);
            self.duration.family().reserve((method, endpoint, self.status(status)));
        }
        self.ttfb.family().reserve((method, endpoint));
    }

    /// The same for a gRPC method: OK and the statuses by which servers fail most.
    pub(crate) fn declare_grpc(&self, method: &'static str, endpoint: &str) {
        for grpc in [0, 2, 13, 14] {
            let labels = (method, endpoint, 200, Outcome::of_grpc(grpc), GrpcStatus(Some(grpc)));
            self.requests.family().reserve(labels);
        }
        self.duration.family().reserve((method, endpoint, self.status(200)));
        self.ttfb.family().reserve((method, endpoint));
    }

    fn record_count(&self, exchange: &Exchange<'_>, route: &Route, at: u64) {
        let Exchange { context, status, outcome, grpc_status, .. } = *exchange;
        let grpc = grpc_status.map_or(0, |status| u64::from(status) + 1);
        let key = at | (outcome as u64) << 19 | u64::from(status) << 9 | grpc;
        let labels = || {
            let grpc_status = GrpcStatus(grpc_status);
            (context.method(), route.template(), status, outcome, grpc_status)
        };
        self.requests.get(key, route.is_declared(), labels).inc();
    }

    /// What was cancelled or never answered has no latency; a stream's is how long it was heard.
    fn record_time(&self, exchange: &Exchange<'_>, route: &Route, at: u64) {
        let Exchange { context, outcome, shape, .. } = *exchange;
        let (method, endpoint) = (context.method(), route.template());
        let declared = route.is_declared();
        let seconds = exchange.duration.as_secs_f64();
        let exemplar = exemplar(exchange);
        if shape == Shape::Stream {
            let streams = place(&self.streams, (method, endpoint), declared);
            streams.observe_with(seconds, exemplar.as_ref());
        } else if shape == Shape::Unary && outcome != Outcome::Cancelled {
            let status = self.status(exchange.status);
            let key = at | u64::from(status.number()) << 9;
            let duration = self.duration.get(key, declared, || (method, endpoint, status));
            duration.observe_with(seconds, exemplar.as_ref());
        }
        if let Some(time) = exchange.time_to_head.filter(|_| shape != Shape::Upgrade) {
            let ttfb = self.ttfb.get(at, declared, || (method, endpoint));
            ttfb.observe_with(time.as_secs_f64(), exemplar.as_ref());
        }
    }

    fn status(&self, code: u16) -> Status {
        match self.naming {
            Naming::Prometheus => Status::Class(code),
            Naming::OpenTelemetry => Status::Code(code),
        }
    }
}

impl Record for Red {
    fn record(&self, exchange: &Exchange<'_>) {
        let Some(route) = exchange.context.route() else { return };
        route.mark_recorded();
        // Keys of 40 bits: 14 of route, 4 of method, 3 of outcome, 10 of status, 9 of gRPC status.
        let at = (route.position() as u64) << 26 | (exchange.context.verb() as u64) << 22;
        self.record_count(exchange, route, at);
        self.record_time(exchange, route, at);
        if let Some(bodies) = &self.bodies {
            bodies.record(exchange, route);
        }
    }
}

impl Bodies {
    fn register(metrics: &Metrics) -> Result<Self, Error> {
        Ok(Self {
            request: histogram(metrics, &catalog::HTTP_REQUEST_BODY, SIZES.into())?,
            response: histogram(metrics, &catalog::HTTP_RESPONSE_BODY, SIZES.into())?,
        })
    }

    fn record(&self, exchange: &Exchange<'_>, route: &Route) {
        let labels = (exchange.context.method(), route.template());
        let declared = route.is_declared();
        if let Some(bytes) = exchange.request_bytes {
            place(&self.request, labels, declared).observe(float(bytes));
        }
        place(&self.response, labels, declared).observe(float(exchange.response_bytes));
    }
}

fn histogram<L: LabelSet>(
    metrics: &Metrics,
    definition: &Definition,
    bounds: Bounds,
) -> Result<Family<L, Histogram>, Error> {
    let (name, labels) = definition.named(metrics.config().naming);
    metrics.histogram(name, definition.help).buckets(bounds).labels(labels).register()
}

fn place<L: LabelSet, M: Metric>(
    family: &Family<L, M>,
    labels: impl Values<L>,
    declared: bool,
) -> &M {
    if declared { family.reserve(labels) } else { family.get(labels) }
}

/// An exemplar of a trace that is kept; any other would lead nowhere.
pub(super) fn exemplar(exchange: &Exchange<'_>) -> Option<Exemplar<'static>> {
    let context = exchange.context;
    context.is_sampled().then(|| {
        let ended = exchange.started + exchange.duration;
        Exemplar::at(ended).trace(context.trace_id().to_bytes(), context.span_id().to_bytes())
    })
}

#[expect(clippy::cast_precision_loss, reason = "a body of 2^53 bytes may be a byte off")]
fn float(bytes: u64) -> f64 {
    bytes as f64
}
