//! Panics as reports: the hook is the process's, so these have one of their own.

use std::convert::Infallible;
use std::fmt;
use std::panic::catch_unwind;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::thread;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body::{Body, Frame};
use http_body_util::BodyExt;
use obskit::context::{self, RequestContext};
use obskit::{Telemetry, instrument_job};
use obskit_tests::lines::Lines;
use obskit_tests::sentry::{Answer, Sentry};
use obskit_tests::settings;
use serde_json::Value;
use tokio::sync::OnceCell;
use tower::ServiceExt;
use tower_http::catch_panic::CatchPanicLayer;
use tracing::error;

/// The process's telemetry, and the Sentry that it reports to.
struct Installed {
    telemetry: Telemetry,
    sentry: Sentry,
    lines: Lines,
}

/// What panics, and what becomes of it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Act {
    InPoll,
    /// Behind an error that is logged.
    AfterError,
    /// Caught by the handler, which answers that.
    Caught(u16),
    /// In a task of the request, whose end the handler logs.
    InTask,
    /// In one that is of no request.
    InForeignTask,
    InBody,
    InStream,
    /// While a value is logged.
    InValue,
}

struct Panics;

struct Acting {
    act: Act,
    name: String,
    polls: u8,
}

const PATIENCE: Duration = Duration::from_secs(20);

impl fmt::Debug for Panics {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("in a value")
    }
}

impl Body for Acting {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.polls += 1;
        match self.act {
            _ if self.polls == 1 => Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"x"))))),
            Act::InBody | Act::InStream => panic!("{} panics", self.name),
            _ => Poll::Ready(None),
        }
    }
}

impl Installed {
    /// Once in the process.
    async fn get() -> &'static Self {
        static INSTALLED: OnceCell<Installed> = OnceCell::const_new();
        let install = || async {
            count_panics();
            let (sentry, lines) = (Sentry::start().await, Lines::default());
            let mut config = settings::local();
            sentry.config(&mut config);
            config.logs.output = lines.output();
            (config.reports.limit, config.reports.queue_size) = (0, 1_000);
            Self { telemetry: obskit::init(config).unwrap(), sentry, lines }
        };
        INSTALLED.get_or_init(install).await
    }

    /// The reports in which that text stands.
    fn about(&self, text: &str) -> Vec<Value> {
        assert!(self.telemetry.flush(PATIENCE));
        let events = self.sentry.events().into_iter();
        events.filter(|event| event.to_string().contains(text)).collect()
    }
}

thread_local! {
    /// How often the hook that was there before has run.
    static HOOKED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// A name that is no number, or all would be alike.
async fn serve(act: Act, name: String) -> Response<Acting> {
    let mut status = StatusCode::OK;
    match act {
        Act::InPoll => panic!("{name} panics"),
        Act::AfterError => {
            error!(error = "before", "an error");
            panic!("{name} panics")
        }
        Act::Caught(answer) => {
            catch_unwind(|| panic!("{name} panics")).unwrap_err();
            status = StatusCode::from_u16(answer).unwrap();
        }
        Act::InTask | Act::InForeignTask => {
            let name = name.clone();
            let task = async move { panic!("{name} panics") };
            let is_foreign = act == Act::InForeignTask;
            let task = if is_foreign { tokio::spawn(task) } else { context::spawn(task) };
            let error: Result<(), _> = task.await;
            error!(error = %error.unwrap_err(), "the task has failed");
            status = StatusCode::INTERNAL_SERVER_ERROR;
        }
        Act::InValue => tracing::info!(value = ?Panics, "{name} logs"),
        Act::InBody | Act::InStream => {}
    }
    let kind = if act == Act::InStream { "text/event-stream" } else { "text/plain" };
    let response = Response::builder().status(status).header("content-type", kind);
    response.body(Acting { act, name, polls: 0 }).unwrap()
}

/// Serves a request to its end, by layers around the handler and around ours.
async fn ask(telemetry: &Telemetry, act: Act, name: &str, [within, around]: [bool; 2]) {
    let own = name.to_owned();
    let handler = move || async move { serve(act, own).await.map(axum::body::Body::new) };
    let mut app = Router::new().route("/panics", get(handler));
    if within {
        app = app.layer(CatchPanicLayer::new());
    }
    app = app.layer(telemetry.layer());
    if around {
        app = app.layer(CatchPanicLayer::new());
    }
    let request = Request::get("/panics").body(axum::body::Body::empty()).unwrap();
    let work = async move {
        let mut body = app.oneshot(request).await.unwrap().into_body();
        while let Some(Ok(_)) = body.frame().await {}
    };
    // Whatever panics that far ends its task.
    let _ = tokio::spawn(work).await;
}

/// The types and messages of the outermost errors.
fn titles(events: &[Value]) -> Vec<[&str; 2]> {
    events.iter().map(title).collect()
}

fn title(event: &Value) -> [&str; 2] {
    let error = event["exception"]["values"].as_array().and_then(|errors| errors.last());
    ["type", "value"].map(|name| error.and_then(|error| error[name].as_str()).unwrap_or("?"))
}

/// By a hook that is there before obskit's.
#[expect(clippy::disallowed_methods, reason = "obskit's hook is to call it")]
fn count_panics() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        HOOKED.with(|hooked| hooked.set(hooked.get() + 1));
        before(info);
    }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_is_one_report_whoever_catches_it() {
    let installed = Installed::get().await;
    let acts = [
        (Act::InPoll, "poll"),
        (Act::AfterError, "error"),
        (Act::Caught(200), "well"),
        (Act::Caught(404), "refused"),
        (Act::Caught(500), "badly"),
        (Act::InTask, "task"),
        (Act::InForeignTask, "foreign"),
        (Act::InBody, "body"),
        (Act::InStream, "stream"),
    ];
    for (act, kind) in acts {
        for (place, layers) in [
            ("nowhere", [false, false]),
            ("within", [true, false]),
            ("around", [false, true]),
            ("twice", [true, true]),
        ] {
            let name = format!("{kind} {place}");
            ask(&installed.telemetry, act, &name, layers).await;
            let events = installed.about(&name);
            let message = format!("{name} panics");
            assert_eq!(titles(&events), [["panic", &*message]], "{act:?} {layers:?}");
            let event = &events[0];
            let is_foreign = act == Act::InForeignTask;
            let transaction = Value::from((!is_foreign).then_some("GET /panics"));
            assert_eq!((&event["level"], &event["transaction"]), (&"fatal".into(), &transaction));
            let ended = act != Act::InStream && !is_foreign;
            assert_eq!(event["tags"]["outcome"].is_string(), ended, "{act:?}");
            let frames = event["exception"]["values"][0]["stacktrace"]["frames"].as_array();
            let innermost = frames.and_then(|frames| frames.last()).unwrap();
            let function = innermost["function"].as_str().unwrap();
            assert!(function.contains("panics::"), "{act:?}: {event:#}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_outside_of_requests_is_reported_at_once() {
    let installed = Installed::get().await;
    let work = || {
        let before = HOOKED.with(std::cell::Cell::get);
        let _ = catch_unwind(|| panic!("of a thread, password=hunter2"));
        HOOKED.with(std::cell::Cell::get) - before
    };
    let thread = thread::Builder::new().name("worker-of-mine".to_owned());
    assert_eq!(thread.spawn(work).unwrap().join().unwrap(), 1, "the hook before has run");
    let events = installed.about("of a thread");
    assert_eq!(titles(&events), [["panic", "of a thread, password=[redacted]"]]);
    assert_eq!(events[0]["threads"]["values"][0]["name"], "worker-of-mine");
    assert_eq!(events[0]["request"], Value::Null);
    assert!(!installed.sentry.has_seen("hunter2"));
    let line = installed.lines.take(&installed.telemetry).into_iter();
    let mut line = line.filter(|line| line["message"].as_str().unwrap().contains("of a thread"));
    let line = line.next().unwrap();
    assert_eq!(line["error"]["id"], events[0]["event_id"], "{line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_within_a_value_that_is_logged_is_none() {
    let installed = Installed::get().await;
    ask(&installed.telemetry, Act::InValue, "value", [false; 2]).await;
    assert_eq!(installed.about("in a value").len(), 0);
}

#[instrument_job("pa_job")]
async fn job(name: &str) {
    panic!("{name} panics");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_panics_is_one_report() {
    let installed = Installed::get().await;
    tokio::spawn(job("a job")).await.unwrap_err();
    let events = installed.about("a job panics");
    assert_eq!(titles(&events), [["panic", "a job panics"]]);
    assert_eq!(events[0]["transaction"], "pa_job");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_is_more_than_an_error_in_the_same_words() {
    let Installed { telemetry, .. } = Installed::get().await;
    let (keep, kept) = tokio::sync::mpsc::unbounded_channel();
    let handler = move || async move {
        error!("out of rope");
        keep.send(RequestContext::current().unwrap()).unwrap();
    };
    let app = Router::new().route("/rope", get(handler)).layer(telemetry.layer());
    let request = Request::get("/rope").body(axum::body::Body::empty()).unwrap();
    app.oneshot(request).await.unwrap().into_body().collect().await.unwrap();
    let context = { kept }.recv().await.unwrap();
    context.sync_scope(|| catch_unwind(|| panic!("out of rope"))).unwrap_err();
    let events = Installed::get().await.about("out of rope");
    let levels: Vec<_> = events.iter().map(|event| event["level"].as_str().unwrap()).collect();
    assert_eq!(levels, ["error", "fatal"], "{events:#?}");
    assert_ne!(events[0]["event_id"], events[1]["event_id"]);
}

/// The hook only gathers and posts, whatever the server does.
#[tokio::test(flavor = "multi_thread")]
async fn the_hook_waits_for_nobody() {
    const PANICS: u32 = 50;
    let installed = Installed::get().await;
    installed.sentry.always(Answer::Slow(Duration::from_millis(500)));
    let begun = Instant::now();
    for _ in 0..PANICS {
        let _ = catch_unwind(|| panic!("many a panic"));
    }
    let each = begun.elapsed() / PANICS;
    installed.sentry.always(Answer::Taken);
    assert!(each < Duration::from_millis(100), "{each:?}");
    assert_eq!(installed.about("many a panic").len(), PANICS as usize);
}
