//! `ServerLayer`: what every request of a service passes.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use http::{Extensions, Method, Request, Uri};
use tower_layer::Layer;

use crate::config::Trust;
use crate::context::{Acceptor, RequestContext, Routes, Verb};

use super::framework;
use super::service::ServerService;

/// The layer around a service; made by [`Telemetry::layer`](crate::Telemetry::layer).
///
/// Put it outermost, so that what other layers answer (a timeout's 504, a 413) is recorded too.
/// With axum, `Router::layer` as the last call does it and still sees the matched route. Around a
/// router as a whole, where no route is known yet, add it to the router once more: the inner one
/// only names the route, and the request is still recorded once.
///
/// A request's endpoint is axum's `MatchedPath`, else what [`matcher`](Self::matcher) says, else
/// its path if that was declared with [`route`](Self::route), else `unmatched`.
#[derive(Clone)]
pub struct ServerLayer {
    server: Arc<Server>,
    matcher: Option<Matcher>,
}

/// The peer's address, as a request's extension, for servers other than axum's: it decides
/// whether the caller is trusted.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// What the layers of one telemetry share.
pub(crate) struct Server {
    pub(crate) acceptor: Arc<Acceptor>,
    /// Told of every declared method and endpoint, so that its series exist.
    pub(crate) declare: Declare,
}

/// An endpoint that is known before its first request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Declared<'a> {
    pub(crate) verb: Verb,
    pub(crate) template: &'a str,
    pub(crate) is_grpc: bool,
}

pub(crate) type Declare = Box<dyn Fn(Declared<'_>) + Send + Sync>;

pub(super) type Matcher =
    Arc<dyn for<'a> Fn(&'a Method, &'a Uri) -> Option<Cow<'a, str>> + Send + Sync>;

impl ServerLayer {
    pub(crate) fn new(server: Arc<Server>) -> Self {
        Self { server, matcher: None }
    }

    /// Declares an endpoint: its series exist at 0 from the first scrape, and it has a place
    /// whatever the limits.
    #[must_use]
    pub fn route(self, method: &Method, template: &str) -> Self {
        self.server.routes().declare(template);
        (self.server.declare)(Declared { verb: Verb::of(method), template, is_grpc: false });
        self
    }

    /// Declares a gRPC method, such as `/shop.Orders/Place`: its series exist at 0 with the gRPC
    /// statuses OK, unknown, internal and unavailable, and its path is its endpoint also where no
    /// framework tells a route.
    #[must_use]
    pub fn grpc_route(self, path: &str) -> Self {
        self.server.routes().declare(path);
        (self.server.declare)(Declared { verb: Verb::Post, template: path, is_grpc: true });
        self
    }

    /// Declares several endpoints; see [`route`](Self::route).
    #[must_use]
    pub fn routes<'a>(self, routes: impl IntoIterator<Item = (Method, &'a str)>) -> Self {
        routes.into_iter().fold(self, |layer, (method, template)| layer.route(&method, template))
    }

    /// Names the endpoint of requests whose route no framework tells.
    ///
    /// It must answer with templates, of which there are few; past the endpoint limit (1,000) they
    /// share one that is called `overflow`.
    #[must_use]
    pub fn matcher<F>(mut self, matcher: F) -> Self
    where
        F: for<'a> Fn(&'a Method, &'a Uri) -> Option<Cow<'a, str>> + Send + Sync + 'static,
    {
        self.matcher = Some(Arc::new(matcher));
        self
    }

    /// Leaves an endpoint out of metrics, traces and access logs, as a health check's.
    #[must_use]
    pub fn exclude(self, template: &str) -> Self {
        self.server.routes().exclude(template);
        self
    }

    /// Says that an endpoint's responses last as long as somebody listens, so that they stay out
    /// of latency. Server-sent events and upgrades are recognised without it.
    #[must_use]
    pub fn streaming(self, template: &str) -> Self {
        self.server.routes().stream(template);
        self
    }
}

impl<S> Layer<S> for ServerLayer {
    type Service = ServerService<S>;

    fn layer(&self, inner: S) -> ServerService<S> {
        ServerService::new(inner, Arc::clone(&self.server), self.matcher.clone())
    }
}

impl Server {
    pub(super) fn routes(&self) -> &Routes {
        &self.acceptor.routes
    }

    /// The context of a request that has just arrived.
    #[inline]
    pub(super) fn accept<B>(
        &self,
        request: &Request<B>,
        matcher: Option<&Matcher>,
    ) -> RequestContext {
        let peer = match self.acceptor.policy.trust {
            Trust::Networks(_) => peer(request.extensions()),
            Trust::All | Trust::None => None,
        };
        let (method, headers) = (request.method(), request.headers());
        if let Some(template) = framework::template(request.extensions()) {
            return self.acceptor.accept(method, headers, peer, Some(template));
        }
        let template = matcher.and_then(|matcher| matcher(method, request.uri()));
        let declared = || self.routes().declared(request.uri().path());
        self.acceptor.accept(method, headers, peer, template.as_deref().or_else(declared))
    }
}

/// Names the route of a request that another layer of the same telemetry has accepted.
pub(super) fn refine<B>(context: &RequestContext, request: &Request<B>, matcher: Option<&Matcher>) {
    let matched = || matcher.and_then(|matcher| matcher(request.method(), request.uri()));
    if let Some(template) = framework::template(request.extensions()) {
        context.set_route(template);
    } else if let Some(template) = matched() {
        context.set_route(&template);
    }
}

impl fmt::Debug for ServerLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerLayer").field("server", &self.server).finish_non_exhaustive()
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("routes", self.routes()).finish_non_exhaustive()
    }
}

pub(super) fn peer(extensions: &Extensions) -> Option<IpAddr> {
    let told = extensions.get::<Peer>().map(|peer| peer.0);
    told.or_else(|| framework::peer(extensions))
}
