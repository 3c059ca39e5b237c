//! Rate, errors and duration of requests, from finished exchanges.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::config::Naming;
use crate::context::{Exchange, Outcome, Record, RequestContext, Routes, Shape};
use crate::error::Error;

use super::catalog::{self, Definition};
use super::counter::Counter;
use super::exemplar::Exemplar;
use super::family::Family;
use super::gauge::{FloatGauge, Gauge};
use super::histogram::Histogram;
use super::key::LabelValue;
use super::label::{Label, Text};
use super::registry::Metrics;

/// The HTTP families of one registry.
#[derive(Debug)]
pub(crate) struct Red {
    requests: Family<(&'static str, Text, u16, Outcome, GrpcStatus), Counter>,
    duration: Family<(&'static str, Text, Status), Histogram>,
    streams: Family<(&'static str, Text), Histogram>,
    ttfb: Family<(&'static str, Text), Histogram>,
    bodies: Option<Bodies>,
    naming: Naming,
}

#[derive(Debug)]
struct Bodies {
    request: Family<(&'static str, Text), Histogram>,
    response: Family<(&'static str, Text), Histogram>,
}

/// A gRPC status; nothing for a plain HTTP request.
#[derive(Clone, Copy)]
struct GrpcStatus(Option<u8>);

/// A status as the duration has it: the class, or the code by the semantic conventions.
#[derive(Clone, Copy)]
enum Status {
    Class(u16),
    Code(u16),
}

/// Upper bounds in bytes.
const SIZES: [f64; 8] = [1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];
/// Upper bounds in seconds, from a hiccup to a day.
const LIFETIMES: [f64; 9] = [0.1, 1.0, 10.0, 60.0, 300.0, 1_800.0, 7_200.0, 28_800.0, 86_400.0];

impl Red {
    pub(crate) fn register(metrics: &Metrics, routes: &Arc<Routes>) -> Result<Self, Error> {
        let naming = metrics.config().naming;
        register_in_flight(metrics, routes)?;
        let bodies = metrics.config().body_sizes.then(|| Bodies::register(metrics)).transpose()?;
        let histogram = |definition: &Definition| {
            let (name, labels) = definition.named(naming);
            (metrics.histogram(name, definition.help), labels)
        };
        let (duration, duration_labels) = histogram(&catalog::HTTP_REQUEST_DURATION);
        let (streams, stream_labels) = histogram(&catalog::HTTP_STREAM_DURATION);
        let (ttfb, ttfb_labels) = histogram(&catalog::HTTP_RESPONSE_TTFB);
        let (requests, request_labels) = catalog::HTTP_REQUESTS.named(naming);
        let requests = metrics.counter(requests, catalog::HTTP_REQUESTS.help);
        Ok(Self {
            requests: requests.labels(request_labels).register()?,
            duration: duration.labels(duration_labels).register()?,
            streams: streams.buckets(LIFETIMES).labels(stream_labels).register()?,
            ttfb: ttfb.labels(ttfb_labels).register()?,
            bodies,
            naming,
        })
    }

    /// Puts a declared endpoint's series in place, at 0 and beyond the limits.
    pub(crate) fn declare(&self, method: &'static str, endpoint: &str) {
        for (status, outcome) in [(200, Outcome::Success), (500, Outcome::ServerError)] {
            self.requests.reserve((method, endpoint, status, outcome, GrpcStatus(None)));
            self.duration.reserve((method, endpoint, self.status(status)));
        }
        self.ttfb.reserve((method, endpoint));
    }

    fn status(&self, code: u16) -> Status {
        match self.naming {
            Naming::Prometheus => Status::Class(code),
            Naming::OpenTelemetry => Status::Code(code),
        }
    }

    fn record_count(&self, exchange: &Exchange<'_>, endpoint: &str, declared: bool) {
        let Exchange { context, status, outcome, grpc_status, .. } = *exchange;
        let labels = (context.method(), endpoint, status, outcome, GrpcStatus(grpc_status));
        place(&self.requests, labels, declared).inc();
    }

    /// What was cancelled or never answered has no latency; a stream's is how long it was heard.
    fn record_time(&self, exchange: &Exchange<'_>, endpoint: &str, declared: bool) {
        let Exchange { context, outcome, shape, .. } = *exchange;
        let seconds = exchange.duration.as_secs_f64();
        let method = context.method();
        let exemplar = exemplar(exchange);
        match shape {
            Shape::Stream => {
                let streams = place(&self.streams, (method, endpoint), declared);
                streams.observe_with(seconds, exemplar.as_ref());
            }
            Shape::Unary if outcome != Outcome::Cancelled => {
                let labels = (method, endpoint, self.status(exchange.status));
                let duration = place(&self.duration, labels, declared);
                duration.observe_with(seconds, exemplar.as_ref());
            }
            Shape::Unary | Shape::Upgrade => {}
        }
        if let Some(time) = exchange.time_to_head.filter(|_| shape != Shape::Upgrade) {
            let ttfb = place(&self.ttfb, (method, endpoint), declared);
            ttfb.observe_with(time.as_secs_f64(), exemplar.as_ref());
        }
    }
}

impl Record for Red {
    fn record(&self, exchange: &Exchange<'_>) {
        let context = exchange.context;
        let Some(route) = context.route() else { return };
        route.is_recorded.store(true, Ordering::Relaxed);
        let (endpoint, declared) = (route.template(), route.is_declared());
        self.record_count(exchange, endpoint, declared);
        self.record_time(exchange, endpoint, declared);
        if let Some(bodies) = &self.bodies {
            bodies.record(exchange, endpoint, declared);
        }
    }
}

impl Bodies {
    fn register(metrics: &Metrics) -> Result<Self, Error> {
        let family = |definition: &Definition| {
            let (name, labels) = definition.named(metrics.config().naming);
            metrics.histogram(name, definition.help).buckets(SIZES).labels(labels).register()
        };
        let request = family(&catalog::HTTP_REQUEST_BODY)?;
        Ok(Self { request, response: family(&catalog::HTTP_RESPONSE_BODY)? })
    }

    fn record(&self, exchange: &Exchange<'_>, endpoint: &str, declared: bool) {
        let labels = (exchange.context.method(), endpoint);
        if let Some(bytes) = exchange.request_bytes {
            place(&self.request, labels, declared).observe(float(bytes));
        }
        place(&self.response, labels, declared).observe(float(exchange.response_bytes));
    }
}

impl Label for Outcome {
    const VALUES: &'static [&'static str] = &Self::NAMES;

    fn write(&self, value: &mut LabelValue<'_>) {
        value.push_str(self.as_str());
    }
}

impl Label for GrpcStatus {
    fn write(&self, value: &mut LabelValue<'_>) {
        self.0.into_iter().for_each(|status| Label::write(&status, value));
    }
}

impl Label for Status {
    fn write(&self, value: &mut LabelValue<'_>) {
        match *self {
            Self::Code(code) => Label::write(&code, value),
            Self::Class(code) => value.push_str(class(code)),
        }
    }
}

/// The gauges of requests under way are read off the routes at each scrape.
fn register_in_flight(metrics: &Metrics, routes: &Arc<Routes>) -> Result<(), Error> {
    let naming = metrics.config().naming;
    let (name, labels) = catalog::HTTP_REQUESTS_IN_FLIGHT.named(naming);
    let gauge = metrics.gauge(name, catalog::HTTP_REQUESTS_IN_FLIGHT.help);
    let count: Family<(Text,), Gauge> = gauge.labels(labels).limit(u32::MAX).register()?;
    let (name, labels) = catalog::HTTP_OLDEST_REQUEST.named(naming);
    let gauge = metrics.float_gauge(name, catalog::HTTP_OLDEST_REQUEST.help);
    let oldest: Family<(Text,), FloatGauge> = gauge.labels(labels).limit(u32::MAX).register()?;
    let (routes, clock) = (Arc::clone(routes), metrics.clock().clone());
    metrics.before_scrape(move || {
        let now = routes.age(clock.now());
        for route in routes.iter() {
            let age = route.in_flight.oldest().map(|start| now.saturating_sub(start));
            // Nobody wants a series for the scrape itself, which is under way right now.
            if route.is_worth_showing(age) {
                count.get((route.template(),)).set(route.in_flight.count());
                oldest.get((route.template(),)).set(age.unwrap_or_default().as_secs_f64());
            }
        }
    });
    Ok(())
}

fn place<L: super::label::LabelSet, M: super::metric::Metric>(
    family: &Family<L, M>,
    labels: impl super::label::Values<L>,
    declared: bool,
) -> &M {
    if declared { family.reserve(labels) } else { family.get(labels) }
}

/// An exemplar of a trace that is kept; any other would lead nowhere.
fn exemplar(exchange: &Exchange<'_>) -> Option<Exemplar<'static>> {
    let context: &RequestContext = exchange.context;
    context.is_sampled().then(|| {
        let ended = exchange.started + exchange.duration;
        Exemplar::at(ended).trace(context.trace_id().to_bytes(), context.span_id().to_bytes())
    })
}

fn class(status: u16) -> &'static str {
    match status / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}

#[expect(clippy::cast_precision_loss, reason = "a body of 2^53 bytes may be a byte off")]
fn float(bytes: u64) -> f64 {
    bytes as f64
}
