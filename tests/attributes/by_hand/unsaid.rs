//! Errors that say nothing of whose fault they are, until the request's answer does.

use super::{instrument, lines, outcomes};
use http::{Request, Response, StatusCode};
use obskit::context::RequestContext;
use obskit_tests::lab::Lab;
use serde_json::json;
use std::convert::Infallible;
use std::io;
use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};
use std::thread;
use tower::{Layer, ServiceExt, service_fn};

const HERE: &str = module_path!();

async fn fails() -> Result<(), io::Error> {
    instrument!(endpoint("unsaid"), ServerErrors, Result<(), io::Error>, async { Err(io::Error::other("disk full")) })
}

async fn wraps() -> Result<(), io::Error> {
    instrument!(endpoint("wraps"), ServerErrors, Result<(), io::Error>, fails())
}

/// Serves a request by `handler`, and answers with `status` when that has returned.
async fn serve<F: Future>(lab: &Lab, status: StatusCode, handler: F) -> F::Output {
    let mut handler = Some(handler);
    let answer = Mutex::new(None);
    let serve = |_: Request<String>| {
        let (handler, answer) = (handler.take().unwrap(), &answer);
        async move {
            let answered = handler.await;
            *answer.lock().unwrap() = Some(answered);
            let mut response = Response::new(String::new());
            *response.status_mut() = status;
            Ok::<_, Infallible>(response)
        }
    };
    let service = lab.telemetry.layer().layer(service_fn(serve));
    drop(service.oneshot(Request::new(String::new())).await.unwrap());
    answer.into_inner().unwrap().unwrap()
}

#[tokio::test]
async fn the_answer_says_it() {
    for (status, outcome, told) in [
        (StatusCode::NOT_FOUND, "client_error", 0),
        (StatusCode::BAD_GATEWAY, "server_error", 1),
        (StatusCode::OK, "server_error", 0),
    ] {
        let lab = Lab::new(|_| {});
        let _entered = lab.enter();
        serve(&lab, status, wraps()).await.unwrap_err();
        assert_eq!(outcomes(&lab.telemetry, "unsaid"), [(outcome, 1)], "{status}");
        assert_eq!(outcomes(&lab.telemetry, "wraps"), [(outcome, 1)], "{status}");
        assert_eq!(lines(&lab, HERE).len(), told, "{status}");
    }
}

#[tokio::test]
async fn it_is_told_by_the_innermost_in_its_request() {
    let lab = Lab::new(|_| {});
    let _entered = lab.enter();
    serve(&lab, StatusCode::BAD_GATEWAY, wraps()).await.unwrap_err();
    let lines = lab.lines();
    let (told, access) = (&lines[0], &lines[1]);
    assert_eq!((&told["level"], &told["message"]), (&json!("error"), &json!("unsaid failed")));
    assert_eq!(told["error"], json!({"type": "Custom", "message": "disk full"}));
    assert_eq!(told["requestId"], access["requestId"]);
    assert_eq!(access["target"], "obskit::access");
    assert_eq!(lines.len(), 2, "{lines:?}");
}

#[tokio::test]
async fn time_is_taken_at_once_and_nothing_stays_in_flight() {
    let lab = Lab::new(|_| {});
    let handler = async {
        fails().await.unwrap_err();
        let labels = ["handler=\"unsaid\""];
        let count =
            obskit_tests::samples::count(&lab.telemetry, "handler_duration_seconds_count", &labels);
        assert_eq!((count, super::in_flight(&lab.telemetry, "unsaid")), (1, 0));
        assert_eq!(outcomes(&lab.telemetry, "unsaid"), []);
    };
    serve(&lab, StatusCode::NOT_FOUND, handler).await;
    assert_eq!(outcomes(&lab.telemetry, "unsaid"), [("client_error", 1)]);
}

#[tokio::test]
async fn past_the_bound_an_error_is_the_service_s() {
    let lab = Lab::new(|_| {});
    let handler = async {
        for _ in 0..20 {
            fails().await.unwrap_err();
        }
    };
    serve(&lab, StatusCode::NOT_FOUND, handler).await;
    assert_eq!(outcomes(&lab.telemetry, "unsaid"), [("client_error", 16), ("server_error", 4)]);
}

#[tokio::test]
async fn after_the_request_nobody_waits_for_it() {
    let lab = Lab::new(|_| {});
    let _entered = lab.enter();
    let context = lab.request(|| RequestContext::current().unwrap()).await;
    context.scope(fails()).await.unwrap_err();
    assert_eq!(outcomes(&lab.telemetry, "unsaid"), [("server_error", 1)]);
    assert_eq!(lines(&lab, HERE).len(), 1);
}

fn fails_in(request: RequestContext) {
    let polled = pin!(request.scope(fails())).poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(polled, Poll::Ready(Err(_))));
}

/// Whether the request's end sees it or it sees the request's end.
#[tokio::test]
async fn an_error_at_the_very_end_is_counted_once() {
    const REQUESTS: usize = 1_000;
    let lab = Lab::new(|_| {});
    for _ in 0..REQUESTS {
        let handler = async {
            let context = RequestContext::current().unwrap();
            thread::spawn(|| fails_in(context))
        };
        let late = serve(&lab, StatusCode::NOT_FOUND, handler).await;
        late.join().unwrap();
    }
    let counted = outcomes(&lab.telemetry, "unsaid").into_iter().map(|(_, count)| count);
    assert_eq!(counted.sum::<usize>(), REQUESTS);
}
