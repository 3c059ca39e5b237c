//! The service that `ClientLayer` makes.

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::header::HOST;
use http::{HeaderValue, Request, Response};
use http_body::Body;
use tower_service::Service;

use crate::context::{Outgoing, RequestContext, Verb, inject, withhold};
use crate::middleware::grpc::is_grpc;

use super::ClientBody;
use super::call::PendingCall;
use super::future::ClientFuture;
use super::layer::{Client, Operation};

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
        if let Some(context) = RequestContext::current() {
            self.client.hand_on(&context, &mut request);
        }
        let named = request.extensions().get::<Operation>().map(|operation| operation.0);
        let operation = named.unwrap_or_else(|| Verb::of(request.method()).as_str());
        let call = PendingCall::begin(&self.client, operation, is_grpc(request.headers()));
        ClientFuture::new(self.inner.call(request), call)
    }
}

impl Client {
    /// Writes the context into the request's headers, as far as its host may have it; what may
    /// not go there and was copied from the caller is taken away.
    fn hand_on<B>(&self, context: &RequestContext, request: &mut Request<B>) {
        let Some((to_host, with_baggage)) = self.allowed(request) else { return };
        let start = context.start();
        if !to_host {
            withhold(request.headers_mut(), &self.policy.propagators, &start.request_id);
            return;
        }
        let outgoing = Outgoing {
            trace_id: start.trace_id,
            span_id: start.span_id,
            flags: start.flags,
            tracestate: context.tracestate(),
            baggage: context.baggage(),
            request_id: Some(&start.request_id),
        };
        inject(request.headers_mut(), &self.policy.propagators, &outgoing, with_baggage);
    }

    /// Whether the host may have the context, and the baggage; `None` without a host.
    fn allowed<B>(&self, request: &Request<B>) -> Option<(bool, bool)> {
        let header = || request.headers().get(HOST).map(HeaderValue::to_str)?.ok();
        let host = request.uri().host().or_else(|| header().map(without_port))?;
        let egress = &self.policy.egress;
        Some((egress.context_to(host), egress.baggage_to(host)))
    }
}

impl<S: fmt::Debug> fmt::Debug for ClientService<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientService").field("inner", &self.inner).finish_non_exhaustive()
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}
