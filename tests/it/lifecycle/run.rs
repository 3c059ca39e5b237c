//! Runs rows of the matrix: each against a server of its own.

use super::case::{Act, Case, Client, Reply, Stack};
use crate::logging::exchange;
use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode, Version};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use obskit::testing::{Captured, Exchanges};
use obskit::{Telemetry, context::Outcome};
use obskit_tests::connection::Connection;
use obskit_tests::lines::Lines;
use obskit_tests::samples::in_flight;
use obskit_tests::scripted::Scripted;
use obskit_tests::serve::Server;
use obskit_tests::settings;
use obskit_tests::wait::soon;
use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tower::util::BoxCloneSyncService;
use tower::{BoxError, Layer, ServiceBuilder, service_fn};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;

type AnyBody = UnsyncBoxBody<Bytes, BoxError>;
type AnyService = BoxCloneSyncService<Request<Incoming>, Response<AnyBody>, BoxError>;

/// A row under way, with what it needs.
struct Run {
    case: Case,
    telemetry: Telemetry,
    exchanges: Exchanges,
    arrived: Arc<Notify>,
    lines: Lines,
}

pub async fn all(cases: Vec<Case>) {
    for case in cases {
        for version in case.versions.clone() {
            one(case.clone(), version).await;
        }
    }
}

async fn one(case: Case, version: Version) {
    let lines = Lines::default();
    let mut config = settings::local();
    config.logs.output = lines.output();
    let (telemetry, exchanges) = Telemetry::build_captured(config).unwrap();
    // Starts what writes; the request's own line is no event.
    let _layer = telemetry.tracing_layer().unwrap();
    let run = Run { case, telemetry, exchanges, arrived: Arc::default(), lines };
    let what = format!("{:?} over {version:?}", run.case.name);
    let server = Server::start(run.stack()).await;
    let mut connection = Connection::open(server.address, version).await;
    let head = soon(&what, run.ask(&mut connection)).await;
    if !run.case.client.stays() {
        soon(&what, connection.vanish()).await;
    }
    let ended = soon(&what, run.exchanges.next()).await;
    run.check(&ended, &what);
    run.check_line(&ended, &what);
    Run::check_request_id(head.as_ref(), &ended, &what);
    run.check_alone(server, version, &what).await;
}

impl Run {
    fn stack(&self) -> AnyService {
        let (layer, act) = (self.telemetry.layer(), self.case.act.clone());
        let arrived = Arc::clone(&self.arrived);
        let service = service_fn(move |request: Request<Incoming>| {
            let is_last = request.uri().path() == "/last";
            arrived.notify_one();
            let act = if is_last { last() } else { act.clone() };
            assert!(!matches!(act, Act::PanicInCall), "as asked");
            answer(act)
        });
        let catch = CatchPanicLayer::new();
        let timeout = TimeoutLayer::with_status_code(
            StatusCode::GATEWAY_TIMEOUT,
            Duration::from_millis(if self.is_slow() { 20 } else { 10_000 }),
        );
        let builder = ServiceBuilder::new();
        match self.case.stack {
            Stack::Bare => boxed(layer.layer(service)),
            Stack::Doubled => boxed(builder.layer(layer.clone()).layer(layer).service(service)),
            Stack::CatchPanicWithin => boxed(builder.layer(layer).layer(catch).service(service)),
            Stack::CatchPanicAround => boxed(builder.layer(catch).layer(layer).service(service)),
            Stack::TimeoutWithin => boxed(builder.layer(layer).layer(timeout).service(service)),
            Stack::TimeoutAround => boxed(builder.layer(timeout).layer(layer).service(service)),
        }
    }

    fn is_slow(&self) -> bool {
        matches!(self.case.act, Act::Hang)
    }

    /// What the client does; the head it got, if it got one.
    async fn ask(&self, connection: &mut Connection) -> Option<HeaderMap> {
        let mut request = Request::builder().method(&self.case.method).uri("/");
        for (name, value) in &self.case.headers {
            request = request.header(*name, *value);
        }
        let sent = connection.send(request.body(Full::default()).unwrap());
        if matches!(self.case.client, Client::GoesBeforeHead | Client::ResetsBeforeHead) {
            tokio::select! {
                answer = sent => panic!("{answer:?}"),
                () = self.arrived.notified() => return None,
            }
        }
        let (head, mut body) = sent.await.ok()?.into_parts();
        match self.case.client {
            Client::Reads => drop(body.collect().await),
            Client::GoesAfterFirstFrame | Client::ResetsAfterFirstFrame => {
                drop(body.frame().await.unwrap().unwrap());
            }
            _ => {}
        }
        Some(head.headers)
    }

    /// Nothing more comes before the next request, nor when everything is closed.
    async fn check_alone(&self, server: Server, version: Version, what: &str) {
        soon(what, plain(server.address, version)).await;
        let next = soon(what, self.exchanges.next()).await;
        assert_eq!((next.outcome, next.status), (Outcome::Success, 299), "after {what}: {next:?}");
        self.check_line(&next, what);
        soon(what, server.stop()).await;
        let more = self.exchanges.drain();
        assert!(more.is_empty(), "{what}: {more:?}");
        let more = self.lines.take(&self.telemetry);
        assert!(more.is_empty(), "{what}: {more:?}");
        assert_eq!(in_flight(&self.telemetry), 0, "{what}: {}", self.telemetry.metrics().text());
    }

    /// One line, which says what the exchange does.
    #[track_caller]
    fn check_line(&self, ended: &Captured, what: &str) {
        match self.lines.take(&self.telemetry).as_slice() {
            [line] => exchange::check(line, ended, what),
            lines => panic!("{what}: {lines:?}"),
        }
    }

    #[track_caller]
    fn check(&self, ended: &Captured, what: &str) {
        let found = super::case::Ends {
            outcome: ended.outcome,
            status: ended.status,
            grpc_status: ended.grpc_status,
            shape: ended.shape,
            response_bytes: ended.response_bytes,
        };
        assert_eq!(found, self.case.ends, "{what}");
        assert_eq!(ended.context.method(), self.case.method.as_str(), "{what}");
        assert_eq!(ended.context.endpoint(), "unmatched", "{what}");
        let times = (ended.time_to_head.unwrap_or_default(), ended.duration);
        assert!(times.0 <= times.1, "{what}: {times:?}");
    }

    /// Every response carries the ID, once; what a layer further out makes up cannot.
    #[track_caller]
    fn check_request_id(head: Option<&HeaderMap>, ended: &Captured, what: &str) {
        let Some(head) = head else { return };
        let ids: Vec<_> = head.get_all("x-request-id").iter().collect();
        if ended.time_to_head.is_some() {
            assert_eq!(ids, [ended.context.request_id().as_header()], "{what}");
        } else {
            assert!(ids.is_empty(), "{what}: {ids:?}");
        }
    }
}

impl Client {
    fn stays(self) -> bool {
        matches!(self, Self::ResetsBeforeHead | Self::ResetsAfterFirstFrame)
    }
}

fn boxed<S, B>(service: S) -> AnyService
where
    S: tower::Service<Request<Incoming>, Response = Response<B>> + Clone + Send + Sync + 'static,
    S::Future: Send,
    S::Error: Into<BoxError>,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    let boxed = ServiceBuilder::new()
        .map_response(|response: Response<B>| {
            response.map(|body| body.map_err(Into::into).boxed_unsync())
        })
        .map_err(Into::into)
        .service(service);
    BoxCloneSyncService::new(boxed)
}

/// Answers with the same service as the row, in a way of its own.
async fn plain(address: SocketAddr, version: Version) {
    let mut connection = Connection::open(address, version).await;
    let answer = connection.get("/last").await.unwrap();
    answer.into_body().collect().await.unwrap();
}

fn last() -> Act {
    Act::Answer(Reply { status: 299, ..Reply::default() })
}

async fn answer(act: Act) -> Result<Response<Scripted>, BoxError> {
    match act {
        Act::Answer(reply) => Ok(response(reply)),
        Act::Fail => Err("as asked".into()),
        Act::Hang => pending().await,
        Act::PanicInCall | Act::PanicInPoll => {
            tokio::task::yield_now().await;
            panic!("as asked")
        }
    }
}

fn response(reply: Reply) -> Response<Scripted> {
    let mut response = Response::builder().status(reply.status);
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    let body = Scripted::new(reply.steps).with_length(reply.length);
    response.body(body.knowing_its_end(reply.knows_end)).unwrap()
}
