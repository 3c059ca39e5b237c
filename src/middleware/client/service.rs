//! The service that `ClientLayer` makes.

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Instant, SystemTime};

use http::{Request, Response};
use http_body::Body;
use tower_service::Service;

use crate::context::{
    Answered, CallSpan, Outgoing, RequestContext, SpanContext, SpanIds, TracePlace, Verb, extract,
    inject, withhold,
};
use crate::middleware::grpc::is_grpc;

use super::ClientBody;
use super::asked::{Resends, asked, host, operation};
use super::call::PendingCall;
use super::future::ClientFuture;
use super::layer::Client;

/// A client whose calls are recorded and carry the current request's context.
#[derive(Clone)]
pub struct ClientService<S> {
    inner: S,
    client: Arc<Client>,
}

impl<S> ClientService<S> {
    pub(super) fn new(inner: S, client: Arc<Client>) -> Self {
        Self { inner, client }
    }
}

impl<S, B, R> Service<Request<B>> for ClientService<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    R: Body,
{
    type Response = Response<ClientBody<R>>;
    type Error = S::Error;
    type Future = ClientFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let operation = operation(&request);
        let operation = operation.unwrap_or_else(|| Verb::of(request.method()).as_str());
        let is_grpc = is_grpc(request.headers());
        let began = self.client.clock.now();
        let span = self.client.trace(&mut request, is_grpc, began);
        let call = PendingCall::begin(&self.client, operation, is_grpc, (began, span));
        ClientFuture::new(self.inner.call(request), call)
    }
}

impl Client {
    /// Finds the call's place in a trace, and hands it on.
    fn trace<B>(
        &self,
        request: &mut Request<B>,
        is_grpc: bool,
        began: Instant,
    ) -> Option<Box<CallSpan>> {
        let resends = Resends::next(request);
        let context = RequestContext::current().or_else(|| self.places.request());
        let carried = || self.carried(request, context.as_ref());
        let place = self.places.place(context.as_ref(), &carried);
        self.hand_on(context.as_ref(), place.map(|place| place.ids), request);
        let TracePlace { ids, parent, .. } = place.filter(|place| place.is_recorded)?;
        let asked = asked(request, is_grpc, resends, self.wanted);
        let answered = Answered::default();
        let started = self.time_of_day(context.as_ref(), began);
        Some(Box::new(CallSpan { ids, parent, context, started, asked, answered }))
    }

    /// By the monotonic clock since the request began, so that the times of one trace go together.
    fn time_of_day(&self, context: Option<&RequestContext>, at: Instant) -> SystemTime {
        let in_request = context.and_then(|context| {
            let start = context.start();
            start.wall.checked_add(at.saturating_duration_since(start.at))
        });
        in_request.unwrap_or_else(|| self.clock.wall())
    }

    /// The span that a request's headers name: of a layer around this one, or of somebody else who
    /// traces. A proxy may have copied those of its own caller, which are not about this call.
    fn carried<B>(
        &self,
        request: &Request<B>,
        context: Option<&RequestContext>,
    ) -> Option<SpanIds> {
        let SpanContext { trace_id, span_id, flags, .. } = self.named(request)?;
        let is_callers = context.is_some_and(|context| context.parent_span_id() == Some(span_id));
        (!is_callers).then_some(SpanIds { trace_id, span_id, flags })
    }

    /// The span that a request's headers name.
    fn named<B>(&self, request: &Request<B>) -> Option<SpanContext> {
        extract(request.headers(), &self.policy.propagators, true)?.parent
    }

    /// Writes the context into the request's headers, as far as its host may have it; what may
    /// not go there and was copied from the caller is taken away.
    fn hand_on<B>(
        &self,
        context: Option<&RequestContext>,
        ids: Option<SpanIds>,
        request: &mut Request<B>,
    ) {
        let Some(ids) = ids else { return };
        let Some((to_host, with_baggage)) = self.allowed(request) else { return };
        let request_id = context.map(RequestContext::request_id);
        if !to_host {
            withhold(request.headers_mut(), &self.policy.propagators, request_id);
            return;
        }
        let of_trace = context.filter(|context| context.trace_id() == ids.trace_id);
        // Outside of requests a call may go on from what its headers say.
        let named = if of_trace.is_none() { self.named(request) } else { None };
        let named = named.filter(|span| span.trace_id == ids.trace_id);
        let state = of_trace.and_then(RequestContext::tracestate);
        let outgoing = Outgoing {
            trace_id: ids.trace_id,
            span_id: ids.span_id,
            flags: ids.flags,
            tracestate: state.or_else(|| named.as_ref()?.tracestate.as_ref()),
            baggage: context.and_then(RequestContext::baggage),
            request_id,
        };
        inject(request.headers_mut(), &self.policy.propagators, &outgoing, with_baggage);
    }

    /// Whether the host may have the context, and the baggage; `None` without a host.
    fn allowed<B>(&self, request: &Request<B>) -> Option<(bool, bool)> {
        let host = host(request)?;
        let egress = &self.policy.egress;
        Some((egress.context_to(host), egress.baggage_to(host)))
    }
}

impl<S: fmt::Debug> fmt::Debug for ClientService<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientService").field("inner", &self.inner).finish_non_exhaustive()
    }
}
