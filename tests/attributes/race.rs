//! A call that ends while its request does.

use axum::Router;
use axum::routing::get;
use http::StatusCode;
use obskit::context::RequestContext;
use obskit::instrument_endpoint;
use obskit_tests::samples::count;
use std::io;
use std::pin::pin;
use std::sync::mpsc::{Sender, channel};
use std::task::{Context, Poll, Waker};
use std::thread::{self, JoinHandle};

use crate::read::{ask, get as request, telemetry};

#[instrument_endpoint]
async fn late() -> Result<(), io::Error> {
    Err(io::Error::other("disk full"))
}

/// Answers, and fails on another thread meanwhile.
fn answers(late: &Sender<JoinHandle<()>>) -> StatusCode {
    let context = RequestContext::current().unwrap();
    late.send(thread::spawn(|| fails_in(context))).unwrap();
    StatusCode::NOT_FOUND
}

fn fails_in(request: RequestContext) {
    let polled = pin!(request.scope(late())).poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(polled, Poll::Ready(Err(_))));
}

/// Either the call sees that the request is over, or the request's end sees the call.
#[tokio::test]
async fn an_error_at_the_very_end_is_counted_once() {
    const REQUESTS: usize = 1_000;
    let telemetry = telemetry();
    let (sender, late) = channel();
    let router = Router::new().route("/", get(async move || answers(&sender)));
    for _ in 0..REQUESTS {
        ask(&telemetry, &router, request("/")).await;
        late.recv().unwrap().join().unwrap();
    }
    assert_eq!(count(&telemetry, "handler_calls_total", &["handler=\"late\""]), REQUESTS);
}
