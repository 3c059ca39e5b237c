//! Spans of functions with an attribute, as a collector gets them.

use std::error::Error;
use std::fmt;
use std::future::pending;
use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

use axum::body::Body;
use http::{Request, Response, StatusCode};
use obskit::{Classify, instrument_dependency, instrument_endpoint, instrument_job};
use obskit_tests::collector::{Collector, Span};
use obskit_tests::lab::Lab;
use serde_json::{Value, json};
use std::convert::Infallible;
use tower::{Layer, ServiceExt, service_fn};

use crate::panics::{caught, unwind};

/// A telemetry with a collector.
struct Rig {
    lab: Lab,
    collector: Collector,
}

impl Rig {
    async fn new() -> Self {
        let collector = Collector::start().await;
        let lab = Lab::new(|config| collector.config(config));
        Self { lab, collector }
    }

    /// The spans of a request with this handler, the earliest first.
    async fn serve<F: Future>(&self, handler: impl FnOnce() -> F) -> Vec<Span> {
        let _entered = self.lab.enter();
        self.lab.call(handler).await;
        self.spans()
    }

    fn spans(&self) -> Vec<Span> {
        assert!(self.lab.telemetry.flush(Duration::from_secs(20)), "spans arrive");
        let mut spans = self.collector.spans();
        spans.sort_by_key(|span| span.start);
        spans
    }
}

#[derive(Debug, Classify)]
#[classify(server_error)]
struct Broken(&'static str);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "broken by {}", self.0)
    }
}

impl Error for Broken {}

#[derive(Debug, Classify)]
#[classify(client_error)]
struct NotThere;

impl fmt::Display for NotThere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not there")
    }
}

impl Error for NotThere {}

#[instrument_dependency("tr_store", operation = "load", fields(rows = 7))]
async fn load(fails: Option<&'static str>) -> Result<u32, Broken> {
    fails.map_or(Ok(7), |who| Err(Broken(who)))
}

#[instrument_dependency("tr_store")]
fn find() -> Result<(), NotThere> {
    Err(NotThere)
}

#[instrument_dependency("tr_store")]
async fn hang() {
    pending::<()>().await;
}

#[instrument_dependency("tr_store")]
fn fall() {
    unwind("it falls");
}

#[instrument_endpoint]
async fn tr_show(fails: Option<&'static str>) -> Result<(), Broken> {
    load(fails).await.map(drop)
}

#[instrument_endpoint]
async fn tr_refuse() -> StatusCode {
    StatusCode::SERVICE_UNAVAILABLE
}

#[instrument_endpoint]
async fn tr_reject() -> StatusCode {
    StatusCode::CONFLICT
}

#[instrument_job("tr_backup")]
async fn back_up(fails: Option<&'static str>) -> Result<(), Broken> {
    load(fails).await.map(drop)
}

#[track_caller]
fn named<'a>(spans: &'a [Span], name: &str) -> &'a Span {
    let found = spans.iter().find(|span| span.name == name);
    found.unwrap_or_else(|| panic!("no span is called {name}: {spans:#?}"))
}

/// A call to a dependency is a client's span in its handler's.
#[tokio::test]
async fn calls_are_within_their_handlers() {
    let rig = Rig::new().await;
    let spans = rig.serve(|| tr_show(None)).await;
    assert_eq!(spans.len(), 3, "{spans:#?}");
    let server = spans.iter().find(|span| span.kind == "server").unwrap();
    let (handler, call) = (named(&spans, "tr_show"), named(&spans, "load tr_store"));
    assert_eq!((handler.kind, &handler.parent), ("internal", &server.span_id));
    assert_eq!((call.kind, &call.parent), ("client", &handler.span_id));
    assert!(spans.iter().all(|span| span.status == "unset" && span.events.is_empty()));
    assert_eq!(json!(handler.attributes), json!({}));
    let expected =
        json!({ "service.peer.name": "tr_store", "obskit.operation": "load", "rows": 7 });
    assert_eq!(json!(call.attributes), expected);
}

/// A failure stands once in the trace as an exception, where its line has it; each span that failed
/// says so.
#[tokio::test]
async fn a_failure_is_told_once() {
    let rig = Rig::new().await;
    let spans = rig.serve(|| tr_show(Some("password=hunter2"))).await;
    assert!(!format!("{spans:?}").contains("hunter2"), "{spans:#?}");
    let call = named(&spans, "load tr_store");
    assert_eq!(call.status, "error");
    assert!(call.status_message.starts_with("broken by password="), "{call:#?}");
    assert_eq!(call.attribute("error.type"), Some(&json!("Broken")));
    let events = |span: &'_ Span| span.events.iter().map(|event| event.name.clone()).collect();
    let names: Vec<Vec<_>> = spans.iter().map(events).collect();
    assert_eq!(names, [vec![], vec!["exception".to_owned()], vec![]], "{spans:#?}");
    let handler = named(&spans, "tr_show");
    assert_eq!((handler.status, &handler.status_message), ("error", &call.status_message));
    assert_eq!(handler.attribute("error.type"), Some(&json!("Broken")));
}

/// What is the caller's fault is the call's error, as of a client over HTTP.
#[tokio::test]
async fn whose_fault_it_is_decides_for_handlers_alone() {
    let rig = Rig::new().await;
    let spans = rig.serve(|| async { find().is_err() }).await;
    let call = named(&spans, "find tr_store");
    assert_eq!((call.status, &*call.status_message), ("error", "not there"));
    let spans = Rig::new().await.serve(tr_refuse).await;
    let handler = named(&spans, "tr_refuse");
    assert_eq!((handler.status, &*handler.status_message), ("error", "503 Service Unavailable"));
    let spans = Rig::new().await.serve(tr_reject).await;
    assert_eq!(named(&spans, "tr_reject").status, "unset");
}

#[tokio::test]
async fn what_was_given_up_or_fell_says_so() {
    let rig = Rig::new().await;
    let spans = rig
        .serve(|| async {
            let mut hanging = Box::pin(hang());
            let polled = pin!(&mut hanging).poll(&mut Context::from_waker(Waker::noop()));
            assert!(polled.is_pending());
            drop(hanging);
            assert!(!caught(fall).is_empty());
        })
        .await;
    let told = |name: &str| {
        let span = named(&spans, name);
        (span.status, span.attribute("obskit.outcome").and_then(Value::as_str).map(str::to_owned))
    };
    assert_eq!(told("hang tr_store"), ("unset", Some("cancelled".to_owned())));
    assert_eq!(told("fall tr_store"), ("error", Some("panic".to_owned())));
}

#[tokio::test]
async fn a_run_is_a_trace() {
    for (fails, status) in [(None, "unset"), (Some("a disk"), "error")] {
        let rig = Rig::new().await;
        let entered = rig.lab.enter();
        assert_eq!(rig.lab.telemetry.scope(back_up(fails)).await.is_err(), fails.is_some());
        drop(entered);
        let spans = rig.spans();
        let root = spans.iter().find(|span| span.parent.is_empty()).unwrap();
        assert_eq!((&*root.name, root.status), ("tr_backup", status), "{spans:#?}");
        assert!(spans.iter().all(|span| span.trace_id == root.trace_id), "{spans:#?}");
        assert_eq!(named(&spans, "load tr_store").status, status);
    }
}

/// Nothing of a trace that nobody keeps.
#[tokio::test]
async fn without_sampling_there_is_nothing() {
    let rig = Rig::new().await;
    let _entered = rig.lab.enter();
    let service = service_fn(async |_: Request<Body>| {
        let _ = tr_show(Some("a disk")).await;
        Ok::<_, Infallible>(Response::new(Body::empty()))
    });
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
    let request = Request::builder().header("traceparent", parent).body(Body::empty()).unwrap();
    drop(rig.lab.telemetry.layer().layer(service).oneshot(request).await.unwrap());
    assert_eq!(rig.spans(), []);
}
