//! The span of a call, as any layer of a subscriber sees it; and exemplars, which need none.

use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::task::Poll;

use http::{Request, Response};
use obskit::metrics::{Format, Scrape};
use obskit::{Telemetry, instrument_dependency, instrument_endpoint, instrument_job};
use obskit_tests::lab::dispatch;
use std::convert::Infallible;
use tower::{Layer as _, ServiceExt, service_fn};
use tracing::span::{Attributes, Id};
use tracing::{Span, Subscriber, dispatcher};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

use crate::read::telemetry;

/// What happens to spans, in words.
#[derive(Clone, Debug, Default)]
struct Seen(Arc<Mutex<Vec<String>>>);

impl Seen {
    fn add<S>(&self, what: &str, id: &Id, context: &Context<'_, S>)
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let name = context.span(id).unwrap().name();
        self.0.lock().unwrap().push(format!("{what} {name}"));
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Seen {
    fn on_new_span(&self, new: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let metadata = new.metadata();
        let parent = context.span(id).unwrap().parent().map_or("nothing", |parent| parent.name());
        let fields: Vec<_> = metadata.fields().iter().map(|field| field.name()).collect();
        let (level, name, target) = (metadata.level(), metadata.name(), metadata.target());
        self.0.lock().unwrap().push(format!("{level} {name} {target} in {parent} of {fields:?}"));
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        self.add("enter", id, &context);
    }

    fn on_exit(&self, id: &Id, context: Context<'_, S>) {
        self.add("exit", id, &context);
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        self.add("close", &id, &context);
    }
}

#[instrument_endpoint(fields(set, twice = set * 2))]
async fn outer(set: u32) -> u32 {
    inner();
    let mut ready = false;
    poll_fn(|cx| {
        cx.waker().wake_by_ref();
        if std::mem::replace(&mut ready, true) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    set
}

#[instrument_dependency("sp_store")]
fn inner() {}

#[instrument_job("sp_job")]
async fn job() {
    inner();
}

/// Named after the function, at INFO, under the module's own target; entered at each poll alone.
#[tokio::test]
async fn spans_are_children_and_entered_at_polls() {
    let (telemetry, seen) = (telemetry(), Seen::default());
    let subscriber = dispatch(tracing_subscriber::registry().with(seen.clone()));
    let _default = dispatcher::set_default(&subscriber);
    let around = tracing::info_span!("around");
    seen.take();
    let call = tracing::Instrument::instrument(telemetry.scope(outer(7)), around);
    assert_eq!(call.await, 7);
    let target = module_path!();
    let expected = [
        "enter around".to_owned(),
        format!("INFO outer {target} in around of [\"set\", \"twice\"]"),
        "enter outer".to_owned(),
        format!("INFO sp_store inner {target} in outer of []"),
        "enter sp_store inner".to_owned(),
        "exit sp_store inner".to_owned(),
        "close sp_store inner".to_owned(),
        "exit outer".to_owned(),
        "exit around".to_owned(),
        "enter around".to_owned(),
        "enter outer".to_owned(),
        "exit outer".to_owned(),
        "close outer".to_owned(),
        "exit around".to_owned(),
    ];
    let mut found = seen.take();
    found.truncate(expected.len());
    assert_eq!(found, expected);
    assert!(Span::current().is_none());
    seen.take();
    telemetry.scope(job()).await;
    let found = seen.take();
    assert!(found.contains(&format!("INFO sp_store inner {target} in sp_job of []")), "{found:?}");
}

/// Without a subscriber, and with one that wants nothing, calls are counted all the same.
#[test]
fn counts_need_no_subscriber() {
    let telemetry = telemetry();
    let none = tracing::Dispatch::none();
    dispatcher::with_default(&none, || telemetry.sync_scope(inner));
    crate::read::dependency(&telemetry, "sp_store", "inner", "success=1");
}

/// R29: the bucket of a sampled request leads to its trace.
#[tokio::test]
async fn durations_have_exemplars() {
    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    for (flags, expected) in [("01", true), ("00", false)] {
        let telemetry = telemetry();
        let serve = service_fn(async |_: Request<String>| {
            outer(1).await;
            Ok::<_, Infallible>(Response::new(String::new()))
        });
        let request = Request::builder()
            .header("traceparent", format!("00-{TRACE}-00f067aa0ba902b7-{flags}"))
            .body(String::new());
        drop(telemetry.layer().layer(serve).oneshot(request.unwrap()).await.unwrap());
        let found = open_metrics(&telemetry);
        let mut lines = found.lines().filter(|line| line.contains("handler=\"outer\""));
        assert_eq!(lines.any(|line| line.contains(TRACE)), expected, "{found}");
    }
}

fn open_metrics(telemetry: &Telemetry) -> String {
    let names = vec!["handler_duration_seconds".to_owned()];
    let scrape = Scrape { format: Format::OpenMetrics, names, ..Scrape::default() };
    String::from_utf8(telemetry.metrics().scrape(&scrape).body().to_vec()).unwrap()
}
