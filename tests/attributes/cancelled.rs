//! Calls that nobody waits for any more, and calls that panic.

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::Version;
use obskit::{Telemetry, instrument_dependency, instrument_endpoint};
use obskit_tests::connection::Connection;
use obskit_tests::serve::Server;
use obskit_tests::settings;
use obskit_tests::wait::soon;
use std::future::{pending, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use tokio::sync::Notify;

use crate::panics::{caught, caught_in, unwind};
use crate::read::{ask, dependency, get as request, handler, in_flight, series, telemetry, value};

#[instrument_endpoint(counter(ca_started_total, "Started", when = always))]
async fn hanging(State(started): State<Arc<Notify>>) {
    started.notify_one();
    pending::<()>().await;
}

/// R4: a client that is gone before the head.
#[tokio::test]
async fn by_a_client_that_is_gone() {
    let (telemetry, exchanges) = Telemetry::build_captured(settings::local()).unwrap();
    let started = Arc::new(Notify::new());
    for (version, expected) in [(Version::HTTP_11, "cancelled=1"), (Version::HTTP_2, "cancelled=2")]
    {
        let router = Router::new().route("/", get(hanging)).with_state(Arc::clone(&started));
        let router = router.layer(telemetry.layer());
        let server = Server::start(router).await;
        let mut connection = Connection::open(server.address, version).await;
        tokio::select! {
            answer = connection.get("/") => panic!("{answer:?}"),
            () = started.notified() => {}
        }
        assert_eq!(in_flight(&telemetry, "hanging"), 1);
        connection.vanish().await;
        soon("the exchange", exchanges.next()).await;
        handler(&telemetry, "hanging", expected);
    }
    assert_eq!(series(&telemetry, "ca_started_total"), ["0"]);
}

#[instrument_endpoint(counter(ca_steps_total, "Steps"), histogram(ca_size, "Sizes", value = steps))]
async fn stepping(steps: u32) -> u32 {
    for _ in 0..steps {
        yielding().await;
    }
    steps
}

#[instrument_dependency("disk", operation = "seek")]
async fn seeking() {
    pending::<()>().await;
}

#[instrument_endpoint]
fn boxed_step() -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move { pending().await })
}

#[instrument_endpoint]
fn boxed_at_once() -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(pending())
}

async fn yielding() {
    let mut ready = false;
    poll_fn(|_| if std::mem::replace(&mut ready, true) { Poll::Ready(()) } else { Poll::Pending })
        .await;
}

fn poll<F: Future + ?Sized>(future: &mut Pin<Box<F>>) -> Poll<F::Output> {
    future.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

/// R1, R3: whenever a future is dropped, nothing is left under way.
#[test]
fn futures_dropped_at_every_point() {
    let telemetry = telemetry();
    drop(telemetry.scope(stepping(1)));
    handler(&telemetry, "stepping", "");
    for polls in 1..=3 {
        let mut future = Box::pin(telemetry.scope(stepping(3)));
        for _ in 0..polls {
            assert_eq!(poll(&mut future), Poll::Pending);
        }
        assert_eq!(in_flight(&telemetry, "stepping"), 1);
        drop(future);
        handler(&telemetry, "stepping", &format!("cancelled={polls}"));
    }
    assert_eq!(series(&telemetry, "ca_steps_total"), ["0"]);
    assert_eq!(series(&telemetry, "ca_size_count"), ["0"]);
    let mut future = Box::pin(telemetry.scope(stepping(1)));
    assert_eq!(poll(&mut future), Poll::Pending);
    assert_eq!(poll(&mut future), Poll::Ready(1));
    handler(&telemetry, "stepping", "success=1 cancelled=3");
    drop(future);
    handler(&telemetry, "stepping", "success=1 cancelled=3");
    assert_eq!(series(&telemetry, "ca_steps_total"), ["1"]);
}

#[test]
fn dependencies_and_boxed_futures_dropped() {
    let telemetry = telemetry();
    drop(telemetry.scope(seeking()));
    telemetry.sync_scope(|| drop(boxed_step()));
    let mut future = Box::pin(telemetry.scope(seeking()));
    assert_eq!(poll(&mut future), Poll::Pending);
    drop(future);
    dependency(&telemetry, "disk", "seek", "cancelled=1");
    let mut future = Box::pin(telemetry.scope(async { boxed_step().await }));
    assert_eq!(poll(&mut future), Poll::Pending);
    drop(future);
    handler(&telemetry, "boxed_step", "cancelled=1");
    // A function that makes its future in another way than by a block has begun when it is called.
    telemetry.sync_scope(|| drop(boxed_at_once()));
    handler(&telemetry, "boxed_at_once", "cancelled=1");
}

/// What begins in one telemetry ends there, wherever it is dropped.
#[test]
fn dropped_outside_of_the_telemetry() {
    let (one, other) = (telemetry(), telemetry());
    let mut future = Box::pin(stepping(2));
    assert_eq!(one.sync_scope(|| poll(&mut future)), Poll::Pending);
    assert_eq!(poll(&mut future), Poll::Pending);
    other.sync_scope(|| drop(future));
    handler(&one, "stepping", "cancelled=1");
    handler(&other, "stepping", "");
}

#[instrument_endpoint(counter(ca_panics_total, "Calls", when = always))]
async fn panicking(first: bool) -> u32 {
    if first {
        unwind("at once");
    }
    yielding().await;
    unwind("later")
}

#[instrument_endpoint]
fn panicking_at_once(n: u32) -> u32 {
    if n == 0 { unwind("zero") } else { n }
}

/// R11: a panic counts once, in the call and in the request.
#[tokio::test]
async fn panics() {
    let telemetry = telemetry();
    assert_eq!(caught_in(telemetry.scope(panicking(true))).await, "at once");
    handler(&telemetry, "panicking", "panic=1");
    let mut future = Box::pin(telemetry.scope(panicking(false)));
    assert_eq!(poll(&mut future), Poll::Pending);
    assert_eq!(caught(|| poll(&mut future)), "later");
    drop(future);
    handler(&telemetry, "panicking", "panic=2");
    assert_eq!(series(&telemetry, "ca_panics_total"), ["0"]);
    assert_eq!(caught(|| telemetry.sync_scope(|| panicking_at_once(0))), "zero");
    telemetry.sync_scope(|| panicking_at_once(1));
    handler(&telemetry, "panicking_at_once", "success=1 panic=1");
    let router = Router::new().route("/", get(async || panicking(true).await.to_string()));
    assert_eq!(caught_in(ask(&telemetry, &router, request("/"))).await, "at once");
    handler(&telemetry, "panicking", "panic=3");
    assert_eq!(value::<u64>(&telemetry, "http_requests_total", &[("outcome", "panic")]), 1);
}

/// A call that is dropped while its thread panics has not panicked itself.
#[test]
fn dropped_by_a_panic_elsewhere() {
    let telemetry = telemetry();
    let work = || {
        let mut future = Box::pin(telemetry.scope(stepping(2)));
        assert_eq!(poll(&mut future), Poll::Pending);
        unwind("elsewhere")
    };
    assert_eq!(caught(work), "elsewhere");
    handler(&telemetry, "stepping", "cancelled=1");
}
