//! However a request ends, it is one report, or none.

use std::future::pending;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body::{Body, Frame};
use obskit_tests::lab::Lab;
use serde_json::Value;
use tower::{Layer, Service, service_fn};
use tracing::error;

use super::lab::Reported;

/// What a handler, or the body of its answer, does.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Act {
    Answers,
    Fails,
    PanicsInCall,
    PanicsInPoll,
    Hangs,
    BodyFails,
    BodyPanics,
    BodyIsGivenUp,
    GrpcInternal,
    GrpcNotFound,
}

/// A body that does that after its first bytes.
struct Acting(Act, u8);

impl Body for Acting {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        self.1 += 1;
        if self.1 == 1 {
            return Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"begun")))));
        }
        let status = |status| {
            let trailers = HeaderMap::from_iter([("grpc-status".parse().unwrap(), status)]);
            Poll::Ready(Some(Ok(Frame::trailers(trailers))))
        };
        match self.0 {
            Act::BodyFails => Poll::Ready(Some(Err(io::Error::other("torn")))),
            Act::BodyPanics => std::panic::resume_unwind(Box::new("in a body")),
            Act::BodyIsGivenUp => Poll::Pending,
            Act::GrpcInternal if self.1 == 2 => status(http::HeaderValue::from(13)),
            Act::GrpcNotFound if self.1 == 2 => status(http::HeaderValue::from(5)),
            _ => Poll::Ready(None),
        }
    }
}

/// Serves a request to its end, whatever that is.
fn serve(lab: &Lab, act: Act, status: StatusCode, logs: bool) {
    let handler = move |_: Request<()>| {
        if logs {
            error!("logged before");
        }
        if act == Act::PanicsInCall {
            std::panic::resume_unwind(Box::new("in a call"));
        }
        async move {
            match act {
                Act::PanicsInPoll => std::panic::resume_unwind(Box::new("in a poll")),
                Act::Hangs => pending().await,
                Act::Fails => return Err("no answer"),
                _ => {}
            }
            let grpc = matches!(act, Act::GrpcInternal | Act::GrpcNotFound);
            let kind = if grpc { "application/grpc" } else { "text/plain" };
            let response = Response::builder().status(status).header("content-type", kind);
            Ok(response.body(Acting(act, 0)).unwrap())
        }
    };
    let mut request = Request::new(());
    if matches!(act, Act::GrpcInternal | Act::GrpcNotFound) {
        request.headers_mut().insert("content-type", "application/grpc".parse().unwrap());
    }
    let mut service = lab.telemetry.layer().layer(service_fn(handler));
    let run = || {
        let mut context = Context::from_waker(Waker::noop());
        let mut future = Box::pin(service.call(request));
        let Poll::Ready(Ok(response)) = future.as_mut().poll(&mut context) else { return };
        let mut body = Box::pin(response.into_body());
        while let Poll::Ready(Some(Ok(_))) = body.as_mut().poll_frame(&mut context) {}
    };
    let _ = catch_unwind(AssertUnwindSafe(run));
}

fn title(event: &Value) -> &str {
    let error = &event["exception"]["values"][0]["type"];
    error.as_str().or(event["logentry"]["message"].as_str()).unwrap_or("?")
}

#[tokio::test]
async fn each_end_is_reported_once_or_not_at_all() {
    let ok = StatusCode::OK;
    for (act, status, bare, with_event) in [
        (Act::Answers, ok, None, true),
        (Act::Answers, StatusCode::SEE_OTHER, None, true),
        (Act::Answers, StatusCode::NOT_FOUND, None, false),
        (Act::Answers, StatusCode::SERVICE_UNAVAILABLE, Some("HTTP 503"), true),
        (Act::Fails, ok, Some("HTTP 500"), true),
        (Act::PanicsInCall, ok, Some("panic"), true),
        (Act::PanicsInPoll, ok, Some("panic"), true),
        (Act::Hangs, ok, None, true),
        (Act::BodyFails, ok, Some("BodyError"), true),
        (Act::BodyPanics, ok, Some("panic"), true),
        (Act::BodyIsGivenUp, ok, None, true),
        (Act::GrpcInternal, ok, Some("gRPC 13"), true),
        (Act::GrpcNotFound, ok, None, false),
    ] {
        let lab = Reported::start().await;
        let _events = lab.enter();
        serve(&lab, act, status, false);
        let events = lab.events();
        let titles: Vec<_> = events.iter().map(title).collect();
        assert_eq!(titles, bare.into_iter().collect::<Vec<_>>(), "{act:?} {status}");
        serve(&lab, act, status, true);
        let events = lab.events();
        let expected = usize::from(bare.is_some()) + usize::from(with_event);
        assert_eq!(events.len(), expected, "{act:?} {status}: {events:#?}");
    }
}

/// A handler that never answers, and whose client waits no longer.
#[tokio::test]
async fn a_cancelled_request_says_so() {
    let lab = Reported::start().await;
    let _events = lab.enter();
    serve(&lab, Act::Hangs, StatusCode::OK, true);
    let event = lab.event();
    assert_eq!(
        (&event["tags"]["outcome"], &event["level"]),
        (&"cancelled".into(), &"error".into())
    );
    serve(&lab, Act::PanicsInPoll, StatusCode::OK, false);
    let event = lab.events().pop().unwrap();
    assert_eq!((&event["tags"]["outcome"], &event["level"]), (&"panic".into(), &"fatal".into()));
}
