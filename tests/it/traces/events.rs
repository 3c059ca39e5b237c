//! Events of `tracing` within spans, and the errors that they tell of.

use super::client::Rig;
use obskit::config::Sampler;
use obskit_tests::collector::{Event, Span};
use serde_json::json;
use std::error::Error;
use std::fmt;
use tracing::field::Empty;
use tracing::level_filters::LevelFilter;
use tracing::{debug, error, info, info_span, warn};

#[derive(Debug)]
struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the database refused postgres://me:hunter2@db/x")
    }
}

impl Error for Refused {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&fmt::Error)
    }
}

const REFUSED: &str = "the database refused postgres://[redacted]@db/x: an error occurred when \
                       formatting an argument";

fn as_error(error: &Refused) -> &(dyn Error + 'static) {
    error
}

#[track_caller]
fn only(spans: Vec<Span>) -> Span {
    let [span] = <[Span; 1]>::try_from(spans).unwrap_or_else(|spans| panic!("{spans:#?}"));
    span
}

fn names(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| &*event.name).collect()
}

#[tokio::test]
async fn an_error_is_an_exception_of_its_span() {
    let rig = Rig::new().await;
    rig.lab.run(|| {
        let _span = info_span!("work").entered();
        error!(error = as_error(&Refused), attempt = 3, "no answer");
    });
    let span = only(rig.spans());
    assert_eq!((span.status, &*span.status_message), ("error", REFUSED));
    let [event] = &*span.events else { panic!("{span:#?}") };
    assert_eq!(event.name, "exception");
    assert!(span.start <= event.time && event.time <= span.end, "{span:#?}");
    let expected = json!({
        "exception.type": "Refused", "exception.message": REFUSED, "message": "no answer",
        "level": "ERROR", "target": module_path!(), "attempt": 3,
    });
    assert_eq!(json!(event.attributes), expected);
}

/// R29 for spans: by `%`, by `?`, and as a text with its stack.
#[tokio::test]
async fn errors_are_taken_apart_however_they_are_recorded() {
    let rig = Rig::new().await;
    let stacked = "late\n\nCaused by:\n    0: no route\n\nStack backtrace:\n   0: main";
    rig.lab.run(|| {
        let _span = info_span!("work").entered();
        error!(err = %Refused, "shown");
        error!(exception = ?fmt::Error, "debugged");
        error!(error = stacked, "as a text");
    });
    let span = only(rig.spans());
    let told: Vec<_> = span
        .events
        .iter()
        .map(|event| {
            let told = |key: &str| event.attributes.get(key).and_then(|value| value.as_str());
            ["exception.type", "exception.message", "exception.stacktrace"].map(told)
        })
        .collect();
    let shown = "the database refused postgres://[redacted]@db/x";
    assert_eq!(
        told,
        [
            [None, Some(shown), None],
            [Some("Error"), Some("Error"), None],
            [None, Some("late: no route"), Some("   0: main")],
        ]
    );
    // Of several the last.
    assert_eq!(span.status_message, "late: no route");
}

#[tokio::test]
async fn what_a_span_says_of_its_status_stands() {
    let rig = Rig::new().await;
    rig.lab.run(|| {
        let fail = || error!(error = %"lost", "failed");
        info_span!("ok", otel.status_code = "ok").in_scope(fail);
        info_span!("unset", otel.status_code = "unset").in_scope(fail);
        let late = info_span!("late", otel.status_code = Empty);
        late.in_scope(fail);
        late.record("otel.status_code", "ok");
        drop(late);
        info_span!("described", otel.status_description = "mine").in_scope(fail);
        info_span!("coped").in_scope(|| warn!(error = %"lost", "tried again"));
        info_span!("said").in_scope(|| error!("no error in it"));
    });
    let spans = rig.spans();
    let statuses: Vec<_> =
        spans.iter().map(|span| (&*span.name, span.status, &*span.status_message)).collect();
    let expected = [
        ("ok", "ok", ""),
        ("unset", "unset", ""),
        ("late", "ok", ""),
        ("described", "error", "mine"),
        ("coped", "unset", ""),
        ("said", "unset", ""),
    ];
    assert_eq!(statuses, expected);
}

#[tokio::test]
async fn other_events_are_called_by_their_message() {
    let all = |config: &mut obskit::config::Config| config.traces.events = LevelFilter::INFO;
    let rig = Rig::with(all).await;
    rig.lab.run(|| {
        let _span = info_span!("work").entered();
        info!(set = 3, password = "hunter2", "set {} done", 3);
        info!(name: "named", done = true);
        warn!(error = %"lost", "tried again");
        debug!("too much");
        let _unwanted = tracing::trace_span!("unwanted").entered();
        tracing::info!(target: "elsewhere", "in the unwanted");
    });
    let span = only(rig.spans());
    assert_eq!(names(&span.events), ["set 3 done", "named", "exception", "in the unwanted"]);
    let told = |n: usize| json!(span.events[n].attributes);
    let here = module_path!();
    let first = json!({ "level": "INFO", "target": here, "set": 3, "password": "[redacted]" });
    assert_eq!(told(0), first);
    assert_eq!(told(1), json!({ "level": "INFO", "target": here, "done": true }));
    let expected = json!({ "exception.message": "lost", "message": "tried again", "level": "WARN",
        "target": here });
    assert_eq!(told(2), expected);
    assert_eq!(told(3)["target"], "elsewhere");
}

/// The collector takes no attribute twice.
#[tokio::test]
async fn a_field_counts_before_what_is_told_of_every_event() {
    let rig = Rig::new().await;
    rig.lab.run(|| {
        let _span = info_span!("work").entered();
        error!(level = 9000, target = "the moon", "it is over");
        error!(error = %"lost", exception.message = "mine", exception.r#type = "Mine");
    });
    let span = only(rig.spans());
    let told = |n: usize| json!(span.events[n].attributes);
    assert_eq!(told(0), json!({ "level": 9000, "target": "the moon" }));
    let own = json!({ "exception.message": "mine", "exception.type": "Mine", "level": "ERROR",
        "target": module_path!() });
    assert_eq!(told(1), own);
}

#[tokio::test]
async fn none_is_noted_unless_it_is_wanted() {
    let none = |config: &mut obskit::config::Config| config.traces.events = LevelFilter::OFF;
    let rig = Rig::with(none).await;
    rig.lab.run(|| info_span!("work").in_scope(|| error!(error = %"lost", "failed")));
    let span = only(rig.spans());
    assert_eq!((span.status, span.events.len()), ("unset", 0));
}

/// Where no span is nearer.
#[tokio::test]
async fn an_error_in_a_request_is_of_its_own_span() {
    let rig = Rig::new().await;
    let _entered = rig.lab.enter();
    rig.lab.request(|| error!(error = as_error(&Refused), "no answer")).await;
    error!(error = %"outside", "of nobody");
    let span = only(rig.spans());
    assert_eq!((names(&span.events), span.kind), (vec!["exception"], "server"));
    assert_eq!(span.events[0].attributes["exception.message"], REFUSED);
    // The request was answered well.
    assert_eq!(span.status, "unset", "{span:#?}");
}

#[tokio::test]
async fn an_event_is_of_the_span_that_it_names() {
    let rig = Rig::new().await;
    let _entered = rig.lab.enter();
    rig.lab
        .request(|| {
            let named = info_span!("named");
            let _other = info_span!("other").entered();
            error!(parent: &named, "in the named");
            error!(parent: None, "in the request");
        })
        .await;
    let spans = rig.spans();
    let events = |name: &str| {
        let span = spans.iter().find(|span| span.name == name || span.kind == name).unwrap();
        names(&span.events)
    };
    assert_eq!((events("named"), events("other")), (vec!["in the named"], vec![]));
    assert_eq!(events("server"), ["in the request"]);
}

#[tokio::test]
async fn records_of_the_log_crate_are_events_too() {
    let rig = Rig::new().await;
    rig.lab.run(|| {
        let _span = info_span!("work").entered();
        let record = log::Record::builder()
            .args(format_args!("from log"))
            .level(log::Level::Error)
            .target("driver")
            .build();
        tracing_log::format_trace(&record).unwrap();
    });
    let span = only(rig.spans());
    let [event] = &*span.events else { panic!("{span:#?}") };
    assert_eq!(event.name, "from log");
    assert_eq!(json!(event.attributes), json!({ "level": "ERROR", "target": "driver" }));
}

#[tokio::test]
async fn without_sampling_no_event_is_looked_at() {
    struct Unlooked;
    impl fmt::Debug for Unlooked {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("looked at");
        }
    }
    let off = |config: &mut obskit::config::Config| {
        config.traces.sampler = Sampler::AlwaysOff;
        config.logs.directives = Some("off".into());
    };
    let rig = Rig::with(off).await;
    let _entered = rig.lab.enter();
    rig.lab
        .request(|| info_span!("work", a = ?Unlooked).in_scope(|| error!(error = ?Unlooked, "x")))
        .await;
    assert_eq!(rig.spans(), []);
}

/// Logs in the span that it is a field of.
struct Chatty;

impl fmt::Debug for Chatty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        error!(error = %"within", "while it is shown");
        f.write_str("chatty")
    }
}

/// Logs itself without end.
struct Endless;

impl fmt::Debug for Endless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        error!(error = ?Endless, "again");
        f.write_str("endless")
    }
}

#[tokio::test]
async fn a_field_may_log_while_it_is_shown() {
    let rig = Rig::new().await;
    let _entered = rig.lab.enter();
    rig.lab
        .request(|| {
            let span = info_span!("work", a = Empty).entered();
            error!(error = ?Chatty, "x");
            span.record("a", tracing::field::debug(Chatty));
            error!(a = ?Endless, "y");
        })
        .await;
    let spans = rig.spans();
    let work = spans.iter().find(|span| span.name == "work").unwrap();
    assert_eq!(work.attributes["a"], "chatty");
    let chatty =
        |event: &&Event| event.attributes.get("exception.message") == Some(&json!("chatty"));
    assert_eq!(work.events.iter().filter(chatty).count(), 1, "{work:#?}");
    assert!(work.events.len() < 100, "{}", work.events.len());
}
