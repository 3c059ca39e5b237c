//! Bridges to what is instrumented by the API of OpenTelemetry.
//!
//! Spans are obskit's own, and so is their way out; no SDK takes part. Two bridges lead to code
//! that knows the API of OpenTelemetry alone:
//!
//! - [`context`] is where the running code is, as a [`Context`] for whatever wants one: a
//!   propagator of a message queue, a tracer of somebody else.
//! - [`Telemetry::tracer_provider`](crate::Telemetry::tracer_provider) makes tracers whose spans
//!   are exported as obskit's are, within the request or the span around them.
//!
//! ```
//! use obskit::Telemetry;
//! use obskit::config::{Config, Exporter};
//! use obskit::opentelemetry::api::trace::{Tracer, TracerProvider};
//!
//! # let mut config = Config::default();
//! # config.traces.exporter = Exporter::None;
//! # let telemetry = Telemetry::build(config)?;
//! let provider = telemetry.tracer_provider();
//! // For libraries that ask for the global one:
//! // obskit::opentelemetry::api::global::set_tracer_provider(provider.clone());
//! let tracer = provider.tracer("importer");
//! tracer.in_span("import", |_context| {
//!     // A child of the current request's span.
//! });
//! # Ok::<(), obskit::Error>(())
//! ```
//!
//! Types of OpenTelemetry are those of version 0.33, which is exported as [`api`]. Another version
//! in the program has a context and a provider of its own, and its spans never meet these; the
//! doctor tells of it.

mod convert;
mod span;
mod tracer;

use ::opentelemetry::Context;
use ::opentelemetry::baggage::BaggageExt;
use ::opentelemetry::trace::TraceContextExt;

use crate::context::{RequestContext, SpanIds};

use super::tracing_layer::{innermost, request_around};
use convert::{baggage, span_context, theirs};

/// The crate `opentelemetry` in the version that the bridges speak.
pub use ::opentelemetry as api;
pub use span::Span;
pub use tracer::{Tracer, TracerProvider};

/// Where the running code is: OpenTelemetry's current context with the innermost span that is
/// recorded, else with the current request's, and with the request's baggage.
///
/// A span, or baggage, that OpenTelemetry's own context has already stays there: it was put there
/// within ours. Outside of requests and spans it is that context unchanged. What is made of it goes
/// on in the same trace, and by the same decision whether that is sampled.
///
/// ```
/// use obskit::opentelemetry::api::trace::TraceContextExt;
///
/// let context = obskit::opentelemetry::context();
/// let trace = context.span().span_context().trace_id();
/// # let _ = trace;
/// ```
pub fn context() -> Context {
    let request = RequestContext::current().or_else(request_around);
    let current = Context::current();
    let carried = request.as_ref().and_then(RequestContext::baggage);
    let current = match carried.filter(|_| current.baggage().is_empty()) {
        Some(carried) => current.with_baggage(baggage(carried)),
        None => current,
    };
    if current.span().span_context().is_valid() {
        return current;
    }
    match around(request.as_ref()) {
        Some(ids) => {
            let span = span_context(ids, request.as_ref());
            current.with_remote_span_context(theirs(&span))
        }
        None => current,
    }
}

/// What a span that begins now is within.
fn around(request: Option<&RequestContext>) -> Option<SpanIds> {
    innermost().or_else(|| request.map(RequestContext::ids))
}
