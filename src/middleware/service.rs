//! The service that `ServerLayer` makes.

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response};
use http_body::Body;
use tower_service::Service;

use crate::context::RequestContext;

use super::ResponseBody;
use super::body::Watch;
use super::future::ServerFuture;
use super::layer::{Matcher, Server, refine};
use super::pending::PendingExchange;

/// A service whose requests are recorded.
#[derive(Clone)]
pub struct ServerService<S> {
    inner: S,
    server: Arc<Server>,
    matcher: Option<Matcher>,
}

impl<S> ServerService<S> {
    pub(super) fn new(inner: S, server: Arc<Server>, matcher: Option<Matcher>) -> Self {
        Self { inner, server, matcher }
    }

    /// The context that a layer of the same telemetry, further out, gave this request.
    fn outer<'a, B>(&self, request: &'a Request<B>) -> Option<&'a RequestContext> {
        let outer = request.extensions().get::<RequestContext>()?;
        std::ptr::eq(outer.routes(), self.server.routes()).then_some(outer)
    }
}

impl<S, B, R> Service<Request<B>> for ServerService<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    R: Body,
{
    type Response = Response<ResponseBody<R>>;
    type Error = S::Error;
    type Future = ServerFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        if let Some(outer) = self.outer(&request) {
            refine(outer, &request, self.matcher.as_ref());
            return ServerFuture::new(self.inner.call(request), None);
        }
        let context = self.server.accept(&request, self.matcher.as_ref());
        let mut pending = PendingExchange::begin(context.clone(), &request);
        request.extensions_mut().insert(context);
        let future = pending.run(|| self.inner.call(request));
        ServerFuture::new(future, Some(pending))
    }
}

impl<S: fmt::Debug> fmt::Debug for ServerService<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerService").field("inner", &self.inner).finish_non_exhaustive()
    }
}
