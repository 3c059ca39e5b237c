//! What is told when no end is waited for: outside of requests, in streams, in tasks that outlive
//! their request.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::vec;

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame};
use http_body_util::BodyExt;
use obskit::config::Config;
use obskit::context::{self, RequestContext};
use obskit_tests::lab::{Lab, dispatch};
use serde_json::Value;
use tokio::sync::oneshot;
use tower::{Layer, ServiceExt, service_fn};
use tracing::instrument::WithSubscriber;
use tracing::{Dispatch, error, info};
use tracing_subscriber::layer::SubscriberExt;

use super::lab::Reported;

#[tokio::test]
async fn outside_of_requests_each_error_is_reported_at_once() {
    let lab = Reported::start().await;
    let _events = lab.enter();
    info!("no error");
    error!(disk = 1, "disk is full");
    error!(error = "refused", "cannot connect");
    let events = lab.events();
    let [message, failure] = &*events else { panic!("{events:#?}") };
    assert_eq!(message["logentry"]["message"], "disk is full");
    assert_eq!(message["extra"]["disk"], 1);
    assert_eq!(failure["exception"]["values"][0]["value"], "refused");
    for event in &events {
        assert_eq!((&event["transaction"], &event["request"]), (&Value::Null, &Value::Null));
        assert_eq!(event["breadcrumbs"]["values"].as_array().map_or(0, Vec::len), 0);
    }
    assert_ne!(message["event_id"], failure["event_id"]);
}

/// Serves one request whose handler spawns a task, which logs when it is told to.
async fn outlived(lab: &Lab, before: Option<&'static str>, after: &'static str) -> String {
    let (end, ended) = oneshot::channel::<()>();
    let task = async move {
        ended.await.unwrap();
        error!(error = after, "in the background");
    };
    let call = lab.call(async || {
        let id = RequestContext::current().unwrap().report_id().to_string();
        info!("begun");
        if let Some(before) = before {
            error!(error = before, "in the handler");
        }
        (id, context::spawn(task))
    });
    let (id, task) = call.await;
    end.send(()).unwrap();
    task.await.unwrap();
    id
}

#[tokio::test]
async fn tasks_that_outlive_their_request_report_with_its_data() {
    let lab = Reported::start().await;
    let _events = lab.enter();
    let id = outlived(&lab, None, "disk full").await;
    let event = lab.event();
    assert_eq!(
        (&event["event_id"], &event["exception"]["values"][0]["value"]),
        (&id.into(), &"disk full".into())
    );
    assert_eq!(event["transaction"], "GET");
    assert_eq!(event["breadcrumbs"]["values"][0]["message"], "begun");
}

#[tokio::test]
async fn the_same_error_is_not_reported_again() {
    for (before, after, expected) in [
        ("disk full", "disk full", 1),
        ("disk full", "not saved: disk full", 1),
        ("not saved: disk full", "disk full", 1),
        ("disk full", "disk fuller", 2),
        ("disk full", "refused", 2),
    ] {
        let lab = Reported::start().await;
        let _events = lab.enter();
        let id = outlived(&lab, Some(before), after).await;
        let events = lab.events();
        assert_eq!(events.len(), expected, "{before} {after}");
        assert_eq!(events[0]["event_id"], id);
        assert!(events.get(1).is_none_or(|second| second["event_id"] != id));
    }
}

/// Whoever comes first, the request's end or its task's error, it is one report and no more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_that_comes_with_the_end_is_reported_once() {
    const REQUESTS: usize = 300;
    let set = |config: &mut Config| {
        (config.reports.limit, config.reports.queue_size) = (0, REQUESTS);
    };
    let lab = Reported::with(set).await;
    let dispatch =
        Dispatch::new(tracing_subscriber::registry().with(lab.telemetry.tracing_layer().unwrap()));
    let mut tasks = Vec::new();
    for _ in 0..REQUESTS {
        let task = async { error!(error = "disk full", "at the end") };
        let call = lab.call(async || context::spawn(task.with_subscriber(dispatch.clone())));
        tasks.push(call.await);
    }
    for task in tasks {
        task.await.unwrap();
    }
    let events = lab.events();
    let mut requests: Vec<_> =
        events.iter().map(|event| event["tags"]["request_id"].as_str().unwrap()).collect();
    requests.sort_unstable();
    requests.dedup();
    assert_eq!((events.len(), requests.len()), (REQUESTS, REQUESTS));
}

/// What a stream does for each frame.
#[derive(Clone, Copy)]
enum Step {
    Goes,
    Logs(&'static str),
    Breaks,
}

/// A stream of those steps.
struct Steps(vec::IntoIter<Step>);

impl Body for Steps {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        Poll::Ready(match self.0.next() {
            None => None,
            Some(Step::Breaks) => Some(Err(io::Error::other("torn"))),
            Some(step) => {
                if let Step::Logs(text) = step {
                    error!(error = text, "in the stream");
                }
                Some(Ok(Frame::data(Bytes::from_static(b"data: x\n\n"))))
            }
        })
    }
}

/// The answer of a stream, before the first of its steps.
async fn stream(
    lab: &Lab,
    before: Option<&'static str>,
    steps: &[Step],
) -> impl Body<Data = Bytes> + Unpin {
    let steps = steps.to_vec();
    let handler = async |_: Request<String>| {
        if let Some(text) = before {
            error!(error = text, "before the head");
        }
        let response = Response::builder().header("content-type", "text/event-stream");
        Ok::<_, Infallible>(response.body(Steps(steps.clone().into_iter())).unwrap())
    };
    let service = lab.telemetry.layer().layer(service_fn(handler));
    service.oneshot(Request::new(String::new())).await.unwrap().into_body()
}

#[tokio::test]
async fn a_stream_reports_while_it_lasts() {
    let lab = Reported::start().await;
    let _events = lab.enter();
    let steps = [Step::Logs("first"), Step::Goes, Step::Logs("second"), Step::Logs("second")];
    let mut body = stream(&lab, Some("at the head"), &steps).await;
    let mut reported = vec![lab.events().len()];
    while body.frame().await.is_some() {
        reported.push(lab.events().len());
    }
    drop(body);
    reported.push(lab.events().len());
    assert_eq!(reported, [1, 2, 2, 3, 3, 3]);
    let mut ids: Vec<_> = lab.events().iter().map(|event| event["event_id"].clone()).collect();
    ids.dedup();
    assert_eq!(ids.len(), 3);
}

#[tokio::test]
async fn a_stream_that_breaks_is_one_failure() {
    for (steps, expected) in [
        (&[Step::Goes, Step::Goes][..], &[][..]),
        (&[Step::Goes, Step::Breaks], &["BodyError"]),
        (&[Step::Logs("torn"), Step::Breaks], &["Error"]),
    ] {
        let lab = Reported::start().await;
        let _events = lab.enter();
        let mut body = stream(&lab, None, steps).await;
        while let Some(Ok(_)) = body.frame().await {}
        drop(body);
        let events = lab.events();
        let titles: Vec<_> =
            events.iter().map(|event| &event["exception"]["values"][0]["type"]).collect();
        assert_eq!(titles, expected);
    }
}

/// A request of a telemetry that reports nothing, or elsewhere, is a foreign one.
#[tokio::test]
async fn telemetries_side_by_side_report_for_themselves() {
    let (lab, other) = (Reported::start().await, Reported::start().await);
    let layers = tracing_subscriber::registry()
        .with(lab.telemetry.tracing_layer().unwrap())
        .with(other.telemetry.tracing_layer().unwrap());
    let dispatch = dispatch(layers);
    let _events = tracing::dispatcher::set_default(&dispatch);
    lab.call(async || error!("in the one's request")).await;
    let (own, foreign) = (lab.event(), other.event());
    assert_eq!((&own["transaction"], &foreign["transaction"]), (&"GET".into(), &Value::Null));
}
