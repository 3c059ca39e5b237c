//! A request under way: whatever ends it, it becomes exactly one `Exchange`.

use std::time::Duration;

use http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, Version};
use http_body::Body;
use tracing::Span;
use tracing::level_filters::LevelFilter;

use crate::context::{
    Entered, Exchange, Outcome, Place, RequestContext, Route, Seen, Shape, Verb, X_REQUEST_ID,
};

use super::ResponseBody;
use super::body::Watch;
use super::grpc;
use super::reported::see_head;
use super::seen::seen;

/// Held by the request's future, then by the response's body, which ends it, or its drop does.
#[derive(Debug)]
pub struct PendingExchange {
    /// In the current context's place while the service runs.
    context: Option<RequestContext>,
    /// Entered whenever the context is the current one.
    span: Span,
    place: Option<(usize, Place)>,
    is_grpc: bool,
    version: Version,
    request_bytes: Option<u64>,
    seen: Seen,
    head: Option<Head>,
    response_bytes: u64,
    /// Set while the service runs, so that it is left set by a panic and by nothing else.
    is_running: bool,
    end: Option<End>,
    is_recorded: bool,
}

/// What headers say of the body that follows: the first value of each, as a lookup gives it.
#[derive(Default)]
struct Said<'a> {
    content_type: Option<&'a HeaderValue>,
    content_length: Option<&'a HeaderValue>,
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

/// A client that keeps its connection would come by it to the end.
const CLOSE: HeaderValue = HeaderValue::from_static("close");
/// The client closed the connection before the head was sent; nginx's code for it.
const CLIENT_CLOSED_REQUEST: u16 = 499;

impl PendingExchange {
    pub(super) fn begin<B>(context: RequestContext, request: &Request<B>) -> Self {
        let at = context.start().age;
        let begin = |route: &Route| route.in_flight.begin(at, context.trace_id());
        let place = context.route().map(|route| (route.position(), begin(route)));
        let said = Said::by(request.headers());
        let seen = seen(&context, request);
        see_head(&context, request);
        let mut context = Some(context);
        Self {
            span: open_span(&mut context),
            context,
            place,
            is_grpc: grpc::is_content_type(said.content_type),
            version: request.version(),
            request_bytes: said.content_length(),
            seen,
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
        let said = Said::by(&parts.headers);
        self.head = Some(self.head_of(parts.status, &parts.headers, &said));
        let left = self.left(&said, &body);
        let ends_here = self.is(Verb::Head) || is_bodiless(parts.status) || left == Some(0);
        if let Some(context) = &self.context {
            parts.headers.insert(&X_REQUEST_ID, context.request_id().as_header().clone());
            // Later versions have no such header, but frames that the server sends by itself.
            let is_http1 = self.version <= Version::HTTP_11;
            if context.is_service_leaving() && is_http1 && !self.is_upgrade() {
                parts.headers.insert(CONNECTION, CLOSE);
            }
        }
        if ends_here || self.is_upgrade() || body.is_end_stream() {
            self.end(true);
        } else if self.head.is_some_and(Head::begins_stream) {
            self.begin_stream();
        }
        Response::from_parts(parts, ResponseBody::new(body, left, self))
    }

    pub(super) fn fail(mut self) {
        self.end = Some(End::ServiceFailed);
    }

    fn begin_stream(&mut self) {
        let Some(context) = self.context.clone() else { return };
        let _entered = Entered::new(&mut self.context);
        context.records().iter().for_each(|record| record.begin_stream(&context));
    }

    /// Makes the record, once.
    fn finish(&mut self) {
        if std::mem::replace(&mut self.is_recorded, true) {
            return;
        }
        let Some(context) = self.context.clone() else { return };
        let duration = context.elapsed();
        if let Some((position, place)) = self.place.take()
            && let Some(route) = context.routes().at(position)
        {
            route.in_flight.end(place);
        }
        let is_excluded = context.is_excluded() || context.route().is_some_and(Route::is_excluded);
        let seen = std::mem::take(&mut self.seen);
        let exchange = self.exchange(&context, duration, &seen);
        let _entered = Entered::new(&mut self.context);
        for record in context.records() {
            if is_excluded {
                record.record_excluded(&exchange);
            } else {
                record.record(&exchange);
            }
        }
    }

    fn head_of(&self, status: StatusCode, headers: &HeaderMap, said: &Said<'_>) -> Head {
        let grpc_status = if self.is_grpc { grpc::status(headers) } else { None };
        let after = self.context.as_ref().map_or(Duration::ZERO, RequestContext::elapsed);
        Head { status, grpc_status, shape: self.shape(status, said), after }
    }

    /// How many bytes of the body make it complete: those that a server announces, having read
    /// the head or asked the body. What a gRPC call ends with comes after them.
    fn left(&self, said: &Said<'_>, body: &impl Body) -> Option<u64> {
        let has_trailers = self.is_grpc && grpc::is_content_type(said.content_type);
        let announced = || said.content_length().or_else(|| body.size_hint().exact());
        if has_trailers { None } else { announced() }
    }

    fn shape(&self, status: StatusCode, said: &Said<'_>) -> Shape {
        let route = self.context.as_ref().and_then(RequestContext::route);
        let is_tunnel = self.is(Verb::Connect) && status.is_success();
        if status == StatusCode::SWITCHING_PROTOCOLS || is_tunnel {
            Shape::Upgrade
        } else if said.is_event_stream() || route.is_some_and(Route::is_streaming) {
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

    fn exchange<'a>(
        &self,
        context: &'a RequestContext,
        duration: Duration,
        seen: &'a Seen,
    ) -> Exchange<'a> {
        let (outcome, status, grpc_status) = self.verdict(context);
        Exchange {
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
            is_grpc: self.is_grpc,
            version: self.version,
            seen,
        }
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

impl Head {
    /// A refusal or a failure is over soon, whatever its route is.
    fn begins_stream(self) -> bool {
        let Self { status, shape, .. } = self;
        shape == Shape::Stream && !status.is_client_error() && !status.is_server_error()
    }
}

impl Watch for PendingExchange {
    #[inline]
    fn enter<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let _current = Entered::new(&mut self.context);
        let _entered = self.span.enter();
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

impl<'a> Said<'a> {
    /// One pass, which costs less than two lookups where the headers are few, and no more where
    /// they are many.
    fn by(headers: &'a HeaderMap) -> Self {
        let mut said = Self::default();
        for (name, value) in headers {
            if *name == CONTENT_TYPE {
                said.content_type.get_or_insert(value);
            } else if *name == CONTENT_LENGTH {
                said.content_length.get_or_insert(value);
            }
        }
        said
    }

    fn content_length(&self) -> Option<u64> {
        self.content_length?.to_str().ok()?.parse().ok()
    }

    fn is_event_stream(&self) -> bool {
        self.content_type.map(HeaderValue::as_bytes).is_some_and(|value| {
            value.starts_with(b"text/event-stream")
                || value.starts_with(b"multipart/x-mixed-replace")
        })
    }
}

/// Made within the request, so that it carries it.
#[inline]
fn open_span(context: &mut Option<RequestContext>) -> Span {
    // Where nobody listens, this is all it costs.
    if LevelFilter::current() == LevelFilter::OFF {
        return Span::none();
    }
    let Some(request) = context.clone() else { return Span::none() };
    let _current = Entered::new(context);
    request.span()
}

/// RFC 9110: no body follows these, so a server never polls it.
fn is_bodiless(status: StatusCode) -> bool {
    status.is_informational()
        || status == StatusCode::NO_CONTENT
        || status == StatusCode::NOT_MODIFIED
}
