//! `grpc.health.v1.Health` from the same checks as the probes.

mod message;
mod watch;

use std::borrow::Cow;
use std::convert::Infallible;
use std::future::{Ready, ready};
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use tonic::body::Body;
use tonic::server::{Grpc, NamedService, ServerStreamingService, UnaryService};
use tower_service::Service;

use crate::context::RequestContext;

use super::state::Health;
use super::status::{Probe, Status};
use message::{Answer, Asked, Codec};
use watch::{Places, Watching};

/// The gRPC health service (`grpc.health.v1.Health`: Check, List and Watch), for tonic's router;
/// made by [`Telemetry::grpc_health`](crate::Telemetry::grpc_health).
///
/// The empty name, `readiness` and each [`service`](Self::service) serve while `/readyz` says 200,
/// `liveness` while `/livez` does, and `startup` while `/startupz` does. On the way down everything
/// that goes by readiness is told not to serve, and each Watch ends.
///
/// Its requests are left out of every metric, and it tells nothing but whether a service serves.
///
/// ```
/// use obskit::Telemetry;
/// use obskit::config::Config;
///
/// let telemetry = Telemetry::build(Config::default())?;
/// let health = telemetry.grpc_health().service("workouts.v1.Workouts");
/// // tonic::transport::Server::builder().layer(telemetry.layer()).add_service(health)
/// # drop(health);
/// # Ok::<(), obskit::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct GrpcHealth {
    health: Health,
    /// What is answered for beside the names that are always there.
    services: Arc<RwLock<Vec<Cow<'static, str>>>>,
    places: Places,
}

/// The names that are always there, and what they go by.
const PROBES: [(&str, Probe); 4] = [
    ("", Probe::Ready),
    ("readiness", Probe::Ready),
    ("liveness", Probe::Live),
    ("startup", Probe::Startup),
];
/// Of a request, whose only member is a name.
const MAX_REQUEST: usize = 1_024;

impl GrpcHealth {
    pub(crate) fn new(health: &Health) -> Self {
        Self { health: health.clone(), services: Arc::default(), places: Places::default() }
    }

    /// Answers for a service of this name, too: it serves while the whole is ready. Clones made
    /// before answer for it as well, and a Watch that asked for it before is told.
    #[must_use]
    pub fn service(self, name: impl Into<Cow<'static, str>>) -> Self {
        let name = name.into();
        let mut services = self.services.write().unwrap_or_else(PoisonError::into_inner);
        if !services.contains(&name) {
            services.push(name);
        }
        drop(services);
        self.health.state.changes.tell();
        self
    }

    /// The same by the type that tonic generates for the service.
    #[must_use]
    pub fn service_of<S: NamedService>(self) -> Self {
        self.service(S::NAME)
    }

    /// Nothing if it is not known.
    fn serving(&self, name: &str) -> Option<Answer> {
        let known = PROBES.iter().find(|(known, _)| *known == name).map(|(_, probe)| *probe);
        let is_service = || self.services().iter().any(|known| *known == name);
        let probe = known.or_else(|| is_service().then_some(Probe::Ready))?;
        let fails = self.health.status(probe) == Status::Fail;
        Some(if fails { Answer::NotServing } else { Answer::Serving })
    }

    fn list(&self) -> Bytes {
        // Not read while it is held, or who waits to write it would keep both from going on.
        let services = self.services().clone();
        let probes = PROBES.iter().map(|(name, _)| *name);
        let names = probes.chain(services.iter().map(|name| &**name));
        message::list(names.filter_map(|name| Some((name, self.serving(name)?))))
    }

    fn services(&self) -> RwLockReadGuard<'_, Vec<Cow<'static, str>>> {
        self.services.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl NamedService for GrpcHealth {
    const NAME: &'static str = "grpc.health.v1.Health";
}

impl<B> Service<Request<B>> for GrpcHealth
where
    B: http_body::Body + Send + 'static,
    B::Error: Into<super::check::BoxError> + Send,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let health = self.clone();
        Box::pin(async move { Ok(health.answer(request).await) })
    }
}

impl GrpcHealth {
    async fn answer<B>(self, request: Request<B>) -> Response<Body>
    where
        B: http_body::Body + Send + 'static,
        B::Error: Into<super::check::BoxError> + Send,
    {
        // A probe is no traffic of the service's.
        if let Some(context) = RequestContext::current() {
            context.exclude();
        }
        let mut grpc = Grpc::new(Codec).max_decoding_message_size(MAX_REQUEST);
        match request.uri().path().strip_prefix("/grpc.health.v1.Health/") {
            Some("Check") => grpc.unary(Check(self), request).await,
            Some("List") => grpc.unary(List(self), request).await,
            Some("Watch") => grpc.server_streaming(Watch(self), request).await,
            _ => tonic::Status::unimplemented("").into_http(),
        }
    }
}

/// What a method answers at once.
type Answered<T> = Ready<Result<tonic::Response<T>, tonic::Status>>;

struct Check(GrpcHealth);

struct List(GrpcHealth);

struct Watch(GrpcHealth);

impl UnaryService<Asked> for Check {
    type Response = Bytes;
    type Future = Answered<Bytes>;

    fn call(&mut self, request: tonic::Request<Asked>) -> Self::Future {
        let serving = self.0.serving(&request.get_ref().service);
        let unknown = || tonic::Status::not_found("the service is not known");
        ready(serving.map(message::status).map(tonic::Response::new).ok_or_else(unknown))
    }
}

impl UnaryService<Asked> for List {
    type Response = Bytes;
    type Future = Answered<Bytes>;

    fn call(&mut self, _request: tonic::Request<Asked>) -> Self::Future {
        ready(Ok(tonic::Response::new(self.0.list())))
    }
}

impl ServerStreamingService<Asked> for Watch {
    type Response = Bytes;
    type ResponseStream = Watching;
    type Future = Answered<Watching>;

    fn call(&mut self, request: tonic::Request<Asked>) -> Self::Future {
        let full = || tonic::Status::resource_exhausted("too many watch");
        let place = self.0.places.take().ok_or_else(full);
        let service = request.into_inner().service;
        let watch = |place| tonic::Response::new(Watching::new(self.0.clone(), service, place));
        ready(place.map(watch))
    }
}
