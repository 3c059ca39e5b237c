//! What a request drops at its end still belongs to it, however it ends (R5).

use http::{Request, Response, Version};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use obskit::Telemetry;
use obskit::context::{Outcome, RequestContext, spawn};
use obskit::testing::Exchanges;
use obskit_tests::connection::Connection;
use obskit_tests::scripted::{Scripted, Step};
use obskit_tests::serve::Server;
use obskit_tests::settings;
use obskit_tests::wait::soon;
use std::convert::Infallible;
use std::future::{pending, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tower::{BoxError, Layer, ServiceExt, service_fn};

type Seen = UnboundedSender<Option<String>>;

/// Tells which request it is dropped in.
struct Guard(Seen);

impl Drop for Guard {
    fn drop(&mut self) {
        let context = RequestContext::current();
        let _ = self.0.send(context.map(|context| context.request_id().to_string()));
    }
}

/// A body that has something to drop.
struct Guarded {
    inner: Scripted,
    _guard: Guard,
}

impl Body for Guarded {
    type Data = bytes::Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, BoxError>>> {
        Pin::new(&mut self.inner).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

struct Bench {
    exchanges: Exchanges,
    server: Server,
    dropped: UnboundedReceiver<Option<String>>,
}

impl Bench {
    /// Serves what `path` says, in a handler and a body that each hold a guard.
    async fn start() -> Self {
        let (telemetry, exchanges) = Telemetry::build_captured(settings::local()).unwrap();
        let (seen, dropped) = unbounded_channel();
        let service = service_fn(move |request: Request<Incoming>| {
            let guards = (Guard(seen.clone()), Guard(seen.clone()));
            async move {
                let _guard = guards.0;
                let body = body(request.uri().path()).await;
                Ok::<_, Infallible>(Response::new(Guarded { inner: body, _guard: guards.1 }))
            }
        });
        let server = Server::start(telemetry.layer().layer(service)).await;
        Self { exchanges, server, dropped }
    }

    /// Both drops, of handler and body.
    async fn check(&mut self, what: &str, outcome: Outcome) {
        for _ in 0..2 {
            let id = soon(what, self.dropped.recv()).await.unwrap();
            assert_eq!(id.as_deref(), Some("the-one"), "{what}");
        }
        let ended = soon(what, self.exchanges.next()).await;
        assert_eq!(ended.outcome, outcome, "{what}");
    }
}

async fn body(path: &str) -> Scripted {
    let hello = Step::Data("hello");
    match path {
        "/hangs" => pending().await,
        "/read" => Scripted::new([hello]),
        "/read-knowing-its-end" => Scripted::new([hello]).knowing_its_end(true),
        "/read-by-length" => Scripted::new([hello]).with_length(Some(5)),
        "/fails" => Scripted::new([hello, Step::Fail]),
        "/panics" => Scripted::new([hello, Step::Panic]),
        _ => Scripted::new([hello, Step::Hang]),
    }
}

fn request(method: &str, path: &str) -> Request<Full<bytes::Bytes>> {
    let request = Request::builder().method(method).uri(path);
    request.header("x-request-id", "the-one").body(Full::default()).unwrap()
}

#[tokio::test]
async fn by_a_response_that_is_read_or_breaks() {
    let mut bench = Bench::start().await;
    for version in [Version::HTTP_11, Version::HTTP_2] {
        for (method, path, outcome) in [
            ("GET", "/read", Outcome::Success),
            ("GET", "/read-knowing-its-end", Outcome::Success),
            ("GET", "/read-by-length", Outcome::Success),
            ("HEAD", "/read-by-length", Outcome::Success),
            ("GET", "/fails", Outcome::BodyError),
            ("GET", "/panics", Outcome::Panicked),
        ] {
            let mut connection = Connection::open(bench.server.address, version).await;
            read(&mut connection, request(method, path)).await;
            connection.vanish().await;
            bench.check(&format!("{method} {path} over {version:?}"), outcome).await;
        }
    }
}

#[tokio::test]
async fn by_a_client_that_is_gone() {
    let mut bench = Bench::start().await;
    for version in [Version::HTTP_11, Version::HTTP_2] {
        let mut connection = Connection::open(bench.server.address, version).await;
        let response = connection.send(request("GET", "/stays")).await.unwrap();
        let mut body = response.into_body();
        body.frame().await.unwrap().unwrap();
        connection.vanish().await;
        bench.check(&format!("mid-body over {version:?}"), Outcome::Cancelled).await;
    }
}

/// To the end or the error of the answer, if there is one.
async fn read(connection: &mut Connection, request: Request<Full<bytes::Bytes>>) {
    if let Ok(response) = connection.send(request).await {
        let _ = response.into_body().collect().await;
    }
}

type Started = UnboundedSender<JoinHandle<()>>;

/// Hangs, and so does a task of it.
async fn hang(guards: (Guard, Guard), started: Started) -> Result<Response<Scripted>, Infallible> {
    let (_guard, within) = guards;
    let task = async move {
        let _within = within;
        pending::<()>().await;
    };
    started.send(spawn(task)).unwrap();
    pending().await
}

/// The handler, and a task of the request that outlives it.
#[tokio::test]
async fn by_a_client_that_is_gone_before_the_head() {
    for version in [Version::HTTP_11, Version::HTTP_2] {
        let (telemetry, exchanges) = Telemetry::build_captured(settings::local()).unwrap();
        let (seen, mut dropped) = unbounded_channel();
        let (started, mut tasks) = unbounded_channel();
        let service = service_fn(move |_: Request<Incoming>| {
            hang((Guard(seen.clone()), Guard(seen.clone())), started.clone())
        });
        let server = Server::start(telemetry.layer().layer(service)).await;
        let mut connection = Connection::open(server.address, version).await;
        let task = tokio::select! {
            answer = connection.send(request("GET", "/")) => panic!("{answer:?}"),
            task = tasks.recv() => task.unwrap(),
        };
        connection.vanish().await;
        let id = soon("the handler's drop", dropped.recv()).await.unwrap();
        assert_eq!(id.as_deref(), Some("the-one"), "{version:?}");
        let ended = soon("the exchange", exchanges.next()).await;
        assert_eq!((ended.outcome, ended.status), (Outcome::Cancelled, 499), "{version:?}");
        task.abort();
        let id = soon("the task's drop", dropped.recv()).await.unwrap();
        assert_eq!(id.as_deref(), Some("the-one"), "{version:?}");
    }
}

/// What a layer gave up and answers for, as one that limits time does, while it still holds it.
#[tokio::test]
async fn by_an_answer_in_its_place() {
    let (telemetry, exchanges) = Telemetry::build_captured(settings::local()).unwrap();
    let (seen, mut dropped) = unbounded_channel();
    let service = service_fn(move |_: Request<Full<bytes::Bytes>>| {
        let guard = Guard(seen.clone());
        let mut handler = Box::pin(async move {
            let _guard = guard;
            pending::<()>().await;
        });
        poll_fn(move |cx| {
            assert!(handler.as_mut().poll(cx).is_pending());
            Poll::Ready(Ok::<_, Infallible>(Response::new(Full::<bytes::Bytes>::default())))
        })
    });
    let answer = telemetry.layer().layer(service).oneshot(request("GET", "/"));
    drop(answer.await.unwrap());
    assert_eq!(dropped.recv().await.unwrap().as_deref(), Some("the-one"));
    assert_eq!(exchanges.next().await.outcome, Outcome::Success);
}
