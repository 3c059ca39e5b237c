//! Tracers whose spans are obskit's.

use std::fmt;
use std::sync::Arc;

use ::opentelemetry::trace::{self, Span as _, SpanBuilder, TraceContextExt};
use ::opentelemetry::{Context, InstrumentationScope};

use super::super::Telemetry;
use super::super::tracing_layer::request_around;
use super::around;
use super::convert::{kind, nanos, ours, span_context, theirs};
use super::span::Span;
use crate::config::Clock;
use crate::context::{RequestContext, Sampler, SpanContext, SpanId, SpanIds, TraceFlags, TraceId};
use crate::trace::{Start, Traces};

/// A provider of tracers for code that is instrumented by OpenTelemetry's API; made by
/// [`Telemetry::tracer_provider`](crate::Telemetry::tracer_provider).
#[derive(Clone)]
pub struct TracerProvider(Arc<Provider>);

/// A tracer whose spans are exported as obskit's are. What it is a tracer of stands in each span as
/// `otel.scope.name` and `otel.scope.version`.
#[derive(Clone)]
pub struct Tracer {
    provider: Arc<Provider>,
    scope: InstrumentationScope,
}

struct Provider {
    /// None where no spans are made.
    traces: Option<Traces>,
    sampler: Sampler,
    clock: Clock,
}

/// What a span begins within.
struct Parent {
    span: SpanContext,
    /// The request, where the span is of one that runs here.
    request: Option<RequestContext>,
    is_remote: bool,
}

impl Telemetry {
    /// Tracers for code that is instrumented by OpenTelemetry's API.
    ///
    /// A span of theirs is a child of the one in the context it is made with, else of the innermost
    /// span or the request that the running code is in; else it begins a trace, by the sampler of
    /// the settings. It has the limits and the redaction of obskit's own. The provider keeps no
    /// telemetry running.
    pub fn tracer_provider(&self) -> TracerProvider {
        self.export();
        let config = &self.parts.config;
        TracerProvider(Arc::new(Provider {
            traces: self.parts.spans.traces().cloned(),
            sampler: Sampler::new(config.traces.sampler),
            clock: config.clock.clone(),
        }))
    }
}

impl trace::TracerProvider for TracerProvider {
    type Tracer = Tracer;

    fn tracer_with_scope(&self, scope: InstrumentationScope) -> Tracer {
        Tracer { provider: Arc::clone(&self.0), scope }
    }
}

impl trace::Tracer for Tracer {
    type Span = Span;

    fn build_with_context(&self, builder: SpanBuilder, context: &Context) -> Span {
        let parent = Parent::of(context);
        let traces = self.provider.traces.as_ref().filter(|_| !context.is_telemetry_suppressed());
        let recorded = traces.zip(self.provider.sampled(parent.as_ref()));
        let Some((traces, ids)) = recorded else {
            return Span::unrecorded(parent.map(|parent| theirs(&parent.span)));
        };
        let SpanBuilder { span_kind, name, start_time, attributes, events, links } = builder;
        let start = Start {
            ids,
            parent: parent.as_ref().map(|parent| parent.span.span_id),
            has_remote_parent: parent.as_ref().is_some_and(|parent| parent.is_remote),
            tracestate: parent.as_ref().and_then(|parent| parent.span.tracestate.clone()),
            request: parent.and_then(|parent| parent.request),
            name,
            kind: kind(span_kind.as_ref()),
            at: nanos(start_time.unwrap_or_else(|| self.provider.clock.wall())),
        };
        let mut span = Span::begin(traces, start);
        span.of_scope(&self.scope);
        span.fill(attributes.unwrap_or_default(), events.unwrap_or_default());
        links
            .into_iter()
            .flatten()
            .for_each(|link| span.add_link(link.span_context, link.attributes));
        span
    }
}

impl Parent {
    /// The span of the context, else that which the running code is in.
    fn of(context: &Context) -> Option<Self> {
        let request = RequestContext::current().or_else(request_around);
        if let Some(span) = ours(context.span().span_context()) {
            let request = request.filter(|request| request.trace_id() == span.trace_id);
            let is_remote = context.span().span_context().is_remote();
            return Some(Self { span, request, is_remote });
        }
        let ids = around(request.as_ref())?;
        Some(Self { span: span_context(ids, request.as_ref()), request, is_remote: false })
    }
}

impl Provider {
    /// The IDs of a span within this parent, if it is recorded.
    fn sampled(&self, parent: Option<&Parent>) -> Option<SpanIds> {
        let are_exported = self.traces.as_ref().is_some_and(Traces::are_exported);
        let Some(Parent { span, request, is_remote }) = parent else {
            let trace_id = TraceId::generate();
            let flags = TraceFlags::SAMPLED;
            let ids = || SpanIds { trace_id, span_id: SpanId::generate(), flags };
            return (are_exported && self.sampler.sample(None, trace_id)).then(ids);
        };
        let is_sampled = match request {
            Some(request) => request.is_sampled(),
            None if *is_remote => self.sampler.sample(Some(span.flags), span.trace_id),
            None => span.flags.is_sampled(),
        };
        // Spans of a request that is not sampled may have other uses.
        let is_recorded =
            request.as_ref().map_or(is_sampled && are_exported, RequestContext::is_traced);
        let flags = span.flags.with_sampled(is_sampled);
        let ids = || SpanIds { trace_id: span.trace_id, span_id: SpanId::generate(), flags };
        is_recorded.then(ids)
    }
}

impl fmt::Debug for TracerProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TracerProvider").finish_non_exhaustive()
    }
}

impl fmt::Debug for Tracer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tracer").field("scope", &self.scope).finish_non_exhaustive()
    }
}
