//! A request under way: whatever ends it, it becomes exactly one `Exchange`.

use std::sync::Arc;
use std::time::Duration;

use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use http_body::Body;

use crate::context::{
    Entered, Exchange, Outcome, Place, RequestContext, Route, Shape, Verb, X_REQUEST_ID,
};

use super::ResponseBody;
use super::body::Watch;
use super::grpc;
use super::layer::Server;

/// Held by the request's future, then by the response's body, which ends it, or its drop does.
#[derive(Debug)]
pub struct PendingExchange {
    server: Arc<Server>,
    /// In the current context's place while the service runs.
    context: Option<RequestContext>,
    place: Option<(usize, Place)>,
    is_grpc: bool,
    request_bytes: Option<u64>,
    head: Option<Head>,
    response_bytes: u64,
    /// Set while the service runs, so that it is left set by a panic and by nothing else.
    is_running: bool,
    end: Option<End>,
    is_recorded: bool,
}

#[derive(Clone, Copy, Debug)]
struct Head {
    status: StatusCode,
    grpc_status: Option<u8>,
    shape: Shape,
    after: Duration,
}

#[derive(Clone, Copy, Debug)]
enum End {
    Complete,
    BodyFailed,
    /// The service gave an error in place of a response.
    ServiceFailed,
}

/// The client closed the connection before the head was sent; nginx's code for it.
const CLIENT_CLOSED_REQUEST: u16 = 499;

impl PendingExchange {
    pub(super) fn begin<B>(
        server: &Arc<Server>,
        context: RequestContext,
        request: &Request<B>,
    ) -> Self {
        let at = server.routes.age(context.start().at);
        let place = context.route().map(|route| (route.position(), route.in_flight.begin(at)));
        Self {
            server: Arc::clone(server),
            context: Some(context),
            place,
            is_grpc: grpc::is_grpc(request.headers()),
            request_bytes: content_length(request.headers()),
            head: None,
            response_bytes: 0,
            is_running: false,
            end: None,
            is_recorded: false,
        }
    }

    /// The response on its way: named by its request's ID and watched to its end.
    pub(super) fn respond<R: Body>(mut self, response: Response<R>) -> Response<ResponseBody<R>> {
        let (mut parts, body) = response.into_parts();
        self.head = Some(self.head_of(parts.status, &parts.headers));
        let left = self.left(&parts.headers, &body);
        let ends_here = self.is(Verb::Head) || is_bodiless(parts.status) || left == Some(0);
        if let Some(context) = &self.context {
            parts.headers.insert(&X_REQUEST_ID, context.request_id().as_header().clone());
        }
        if ends_here || self.is_upgrade() || body.is_end_stream() {
            self.end(true);
        }
        Response::from_parts(parts, ResponseBody::new(body, left, self))
    }

    pub(super) fn fail(mut self) {
        self.end = Some(End::ServiceFailed);
    }

    /// Makes the record, once.
    fn finish(&mut self) {
        if std::mem::replace(&mut self.is_recorded, true) {
            return;
        }
        let duration = self.elapsed();
        let Some(context) = self.context.clone() else { return };
        if let Some((position, place)) = self.place.take()
            && let Some(route) = self.server.routes.at(position)
        {
            route.in_flight.end(place);
        }
        let excluded_route = context.route().is_some_and(Route::is_excluded);
        if !excluded_route && !context.is_excluded() {
            let mut slot = Some(context.clone());
            let _entered = Entered::new(&mut slot);
            self.record(&context, duration);
        }
    }

    fn head_of(&self, status: StatusCode, headers: &HeaderMap) -> Head {
        let grpc_status = if self.is_grpc { grpc::status(headers) } else { None };
        Head { status, grpc_status, shape: self.shape(status, headers), after: self.elapsed() }
    }

    /// How many bytes of the body make it complete: those that a server announces, having read
    /// the head or asked the body. What a gRPC call ends with comes after them.
    fn left(&self, headers: &HeaderMap, body: &impl Body) -> Option<u64> {
        let has_trailers = self.is_grpc && grpc::is_grpc(headers);
        let announced = || content_length(headers).or_else(|| body.size_hint().exact());
        if has_trailers { None } else { announced() }
    }

    fn shape(&self, status: StatusCode, headers: &HeaderMap) -> Shape {
        let route = self.context.as_ref().and_then(RequestContext::route);
        let is_tunnel = self.is(Verb::Connect) && status.is_success();
        if status == StatusCode::SWITCHING_PROTOCOLS || is_tunnel {
            Shape::Upgrade
        } else if is_event_stream(headers) || route.is_some_and(Route::is_streaming) {
            Shape::Stream
        } else {
            Shape::Unary
        }
    }

    fn is(&self, verb: Verb) -> bool {
        self.context.as_ref().is_some_and(|context| context.verb() == verb)
    }

    fn is_upgrade(&self) -> bool {
        self.head.is_some_and(|head| head.shape == Shape::Upgrade)
    }

    fn elapsed(&self) -> Duration {
        let now = self.server.acceptor.clock.now();
        let start = self.context.as_ref().map(|context| context.start().at);
        start.map_or(Duration::ZERO, |start| now.saturating_duration_since(start))
    }

    fn record(&self, context: &RequestContext, duration: Duration) {
        let (outcome, status, grpc_status) = self.verdict(context);
        let exchange = Exchange {
            context,
            outcome,
            status,
            grpc_status,
            shape: self.head.map_or(Shape::Unary, |head| head.shape),
            started: context.start().wall,
            duration,
            time_to_head: self.head.map(|head| head.after),
            request_bytes: self.request_bytes,
            response_bytes: self.response_bytes,
        };
        self.server.records.iter().for_each(|record| record.record(&exchange));
    }

    fn verdict(&self, context: &RequestContext) -> (Outcome, u16, Option<u8>) {
        let sent = self.head.map(|head| head.status.as_u16());
        let status = sent.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR.as_u16());
        // A call that ends without its status has ended in an unknown way; an answer other than
        // 200 is none to a call.
        let unknown = (self.is_grpc && sent == Some(200)).then_some(grpc::UNKNOWN);
        let grpc = self.head.and_then(|head| head.grpc_status).or(unknown);
        match self.end {
            _ if self.is_running => (Outcome::Panicked, status, grpc),
            None => {
                let cancelled = self.is_grpc.then_some(grpc::CANCELLED);
                (Outcome::Cancelled, sent.unwrap_or(CLIENT_CLOSED_REQUEST), cancelled)
            }
            Some(End::ServiceFailed) => (Outcome::ServerError, status, grpc),
            Some(End::BodyFailed) => (Outcome::BodyError, status, grpc),
            Some(End::Complete) => {
                let outcome = grpc.map_or(Outcome::of_http(status), Outcome::of_grpc);
                // Somebody within turned a panic into this answer.
                let panicked = outcome.is_failure() && context.has_panicked();
                (if panicked { Outcome::Panicked } else { outcome }, status, grpc)
            }
        }
    }
}

impl Watch for PendingExchange {
    #[inline]
    fn enter<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let _entered = Entered::new(&mut self.context);
        work()
    }

    #[inline]
    fn run<T>(&mut self, work: impl FnOnce() -> T) -> T {
        self.is_running = true;
        let result = self.enter(work);
        self.is_running = false;
        result
    }

    fn data(&mut self, bytes: u64) {
        self.response_bytes += bytes;
    }

    fn trailers(&mut self, trailers: &HeaderMap) {
        if let Some(head) = self.head.as_mut().filter(|_| self.is_grpc) {
            head.grpc_status = grpc::status(trailers).or(head.grpc_status);
        }
    }

    fn end(&mut self, complete: bool) {
        if !self.is_recorded {
            self.end = Some(if complete { End::Complete } else { End::BodyFailed });
            self.finish();
        }
    }
}

impl Drop for PendingExchange {
    fn drop(&mut self) {
        self.finish();
    }
}

fn is_event_stream(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    content_type.is_some_and(|value| {
        value.starts_with(b"text/event-stream") || value.starts_with(b"multipart/x-mixed-replace")
    })
}

/// RFC 9110: no body follows these, so a server never polls it.
fn is_bodiless(status: StatusCode) -> bool {
    status.is_informational()
        || status == StatusCode::NO_CONTENT
        || status == StatusCode::NOT_MODIFIED
}

fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
