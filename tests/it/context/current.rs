//! When there is a current request, and when there is none.

use super::lab::{call, current_id, finished, get, request, telemetry, whole};
use axum::body::Body;
use axum::extract::Path;
use axum::{Router, routing};
use bytes::Bytes;
use http::{Method, Request, Response};
use http_body::Frame;
use std::convert::Infallible;
use std::future::pending;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::task::{Context, Poll, Waker};
use tokio::sync::Barrier;
use tokio::task::{JoinSet, yield_now};
use tower::{Layer, Service, ServiceExt, service_fn};
use tracing::subscriber::{NoSubscriber, with_default};
use tracing_subscriber::EnvFilter;

/// Tells the current ID when it is dropped.
struct TellsOnDrop(Sender<String>);

impl Drop for TellsOnDrop {
    fn drop(&mut self) {
        // The receiver outlives every test's service.
        self.0.send(current_id()).unwrap();
    }
}

fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// A service that tells the current ID in `call`, at the first poll, and when it is dropped
/// there or in the middle.
fn telling(
    sender: Sender<String>,
) -> impl Service<
    Request<Body>,
    Response = Response<String>,
    Error = Infallible,
    Future: Future<Output = Result<Response<String>, Infallible>>,
> + Clone {
    service_fn(move |_: Request<Body>| {
        sender.send(current_id()).unwrap();
        let (sender, guard) = (sender.clone(), TellsOnDrop(sender.clone()));
        async move {
            let _guard = guard;
            sender.send(current_id()).unwrap();
            pending().await
        }
    })
}

fn told(receiver: &Receiver<String>) -> Vec<String> {
    receiver.try_iter().collect()
}

#[test]
fn the_request_is_current_while_its_future_is_dropped() {
    let telemetry = telemetry();
    let (sender, receiver) = channel();
    let mut service = telemetry.layer().layer(telling(sender));
    let named = |id| request(Method::GET, "/", &[("x-request-id", id)]);
    drop(service.call(named("unpolled")));
    assert_eq!(told(&receiver), ["unpolled"; 2]);
    {
        let mut future = pin!(service.call(named("polled")));
        assert!(poll_once(future.as_mut()).is_pending());
        assert_eq!(current_id(), "", "between polls");
    }
    assert_eq!(told(&receiver), ["polled"; 3]);
    assert_eq!(current_id(), "");
    assert_eq!(finished(&telemetry), ["GET unmatched 499 cancelled 2"]);
}

#[test]
fn the_request_dropped_within_another_leaves_that_current() {
    let telemetry = telemetry();
    let (sender, receiver) = channel();
    let mut inner = telemetry.layer().layer(telling(sender));
    let inner = inner.call(request(Method::GET, "/", &[("x-request-id", "inner")]));
    let mut held = Some(Box::pin(inner));
    let outer = service_fn(move |_: Request<Body>| {
        assert!(poll_once(held.as_mut().unwrap().as_mut()).is_pending());
        drop(held.take());
        async { Ok::<_, Infallible>(Response::new(current_id())) }
    });
    let mut outer = telemetry.layer().layer(outer);
    let mut future = pin!(outer.call(request(Method::GET, "/", &[("x-request-id", "outer")])));
    let Poll::Ready(Ok(response)) = poll_once(future.as_mut()) else { panic!("not answered") };
    assert_eq!(response.headers()["x-request-id"], "outer");
    assert_eq!(told(&receiver), ["inner"; 3]);
}

/// A body of `left` frames, each the current ID.
struct IdBody {
    left: u8,
    _tells: TellsOnDrop,
}

impl http_body::Body for IdBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        self.left -= 1;
        Poll::Ready(Some(Ok(Frame::data(current_id().into()))))
    }
}

#[tokio::test]
async fn the_request_is_current_within_its_body() {
    let telemetry = telemetry();
    let (sender, receiver) = channel();
    let service = telemetry.layer().layer(service_fn(move |_: Request<Body>| {
        let tells = TellsOnDrop(sender.clone());
        async { Ok::<_, Infallible>(Response::new(IdBody { left: 3, _tells: tells })) }
    }));
    let named = |id| request(Method::GET, "/", &[("x-request-id", id)]);
    let response = service.clone().oneshot(named("whole")).await.unwrap();
    assert_eq!(current_id(), "");
    assert_eq!(whole(response).await.text(), "whole".repeat(3));
    assert_eq!(finished(&telemetry), ["GET unmatched 200 success 1"]);
    // What is left to be dropped after the end is not part of the request any more.
    assert_eq!(told(&receiver).len(), 1);
    drop(service.oneshot(named("unread")).await.unwrap());
    assert_eq!(told(&receiver), ["unread"]);
    let expected = ["GET unmatched 200 cancelled 1", "GET unmatched 200 success 1"];
    assert_eq!(finished(&telemetry), expected);
}

const REQUESTS: usize = 50;

/// Holds on until all are under way, then looks again and again.
async fn check_id(barrier: Arc<Barrier>, id: String) -> String {
    barrier.wait().await;
    for _ in 0..10 {
        assert_eq!(current_id(), id);
        yield_now().await;
    }
    current_id()
}

#[tokio::test(flavor = "current_thread")]
async fn requests_on_one_thread_do_not_see_each_other() {
    let telemetry = telemetry();
    let barrier = Arc::new(Barrier::new(REQUESTS + 1));
    let shared = Arc::clone(&barrier);
    let handler = async move |Path(id): Path<String>| check_id(shared, id).await;
    let router = Router::new().route("/{id}", routing::get(handler)).layer(telemetry.layer());
    let router = Arc::new(router);
    let mut tasks = JoinSet::new();
    for n in 0..REQUESTS {
        let router = Arc::clone(&router);
        tasks.spawn(async move {
            let (id, path) = (format!("id-{n}"), format!("/id-{n}"));
            let request = request(Method::GET, &path, &[("x-request-id", &id)]);
            let reply = call(&*router, request).await;
            assert_eq!(current_id(), "");
            assert_eq!((reply.header("x-request-id"), reply.text()), (&*id, &*id));
        });
    }
    barrier.wait().await;
    while !tasks.is_empty() {
        assert_eq!(current_id(), "", "a task that is part of no request");
        tasks.try_join_next().transpose().unwrap();
        yield_now().await;
    }
    assert_eq!(finished(&telemetry), [format!("GET /{{id}} 200 success {REQUESTS}")]);
}

#[tokio::test]
async fn requests_in_one_task_do_not_see_each_other() {
    let router = Router::new()
        .route(
            "/",
            routing::get(async || {
                let before = current_id();
                yield_now().await;
                format!("{before} {}", current_id())
            }),
        )
        .layer(telemetry().layer());
    let one = async |id: &str| {
        let reply = call(&router, request(Method::GET, "/", &[("x-request-id", id)])).await;
        assert_eq!(reply.text(), format!("{id} {id}"));
        assert_eq!(current_id(), "");
    };
    tokio::join!(one("a"), one("b"), one("c"));
}

/// One request, with whatever subscriber is in force: its ID everywhere, and counted.
fn check_one_request() {
    let telemetry = telemetry();
    let router = Router::new()
        .route("/", routing::get(async || super::carried::tasks().await))
        .layer(telemetry.layer());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let reply = runtime.block_on(call(&router, get("/")));
    let id = reply.header("x-request-id");
    assert_eq!(reply.text(), format!("{id} {id}"));
    assert_eq!(finished(&telemetry), ["GET / 200 success 1"]);
}

#[test]
fn no_subscriber_is_needed() {
    with_default(NoSubscriber::default(), check_one_request);
}

#[test]
fn no_log_level_takes_it_away() {
    let off = tracing_subscriber::fmt().with_env_filter(EnvFilter::new("off")).finish();
    with_default(off, check_one_request);
}
