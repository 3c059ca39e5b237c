//! One failure has one identity: in its lines, its spans, its records and its report.

use std::convert::Infallible;
use std::error::Error;
use std::fmt;

use http::{Request, Response, StatusCode};
use obskit::config::{Exporter, LogFormat};
use obskit::context::RequestContext;
use obskit_tests::collector::Collector;
use obskit_tests::lab::{Lab, field};
use sentry::Level;
use serde_json::Value;
use tower::{Layer, ServiceExt, service_fn};
use tracing::{error, info_span};

use super::lab::Reported;

#[derive(Debug)]
struct Declined;

impl fmt::Display for Declined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("card declined")
    }
}

impl Error for Declined {}

fn declined() -> &'static (dyn Error + 'static) {
    &Declined
}

/// One request that is answered so, having done `work`.
async fn answer(lab: &Lab, status: u16, work: impl Fn()) {
    let handler = async |_: Request<String>| {
        work();
        let mut response = Response::new(String::new());
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        Ok::<_, Infallible>(response)
    };
    let service = lab.telemetry.layer().layer(service_fn(handler));
    drop(service.oneshot(Request::new(String::new())).await.unwrap());
}

/// The identity that an event has at Sentry.
#[track_caller]
fn of(event: &Value) -> String {
    let id = field(event, "event_id").replace('-', "");
    assert!(id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
    id.to_ascii_lowercase()
}

#[tokio::test]
async fn a_failure_is_the_same_in_its_lines_spans_records_and_report() {
    let collector = Collector::start().await;
    let lab = Reported::with(|config| {
        collector.config(config);
        config.logs.exporter = Exporter::Otlp;
    })
    .await;
    let _entered = lab.enter();
    answer(&lab, 503, || {
        let _span = info_span!("payment").entered();
        error!(error = declined(), "not paid");
    })
    .await;
    let id = of(&lab.event());
    let lines = lab.lines();
    assert_eq!(lines.len(), 2, "{lines:#?}");
    for line in &lines {
        assert_eq!(line["error"]["id"], *id, "{line}");
    }
    let records = collector.records();
    assert_eq!(records.len(), 2, "{records:#?}");
    assert!(records.iter().all(|record| record.attributes["error.id"] == *id), "{records:#?}");
    let spans = collector.spans();
    let [payment, request] = spans.as_slice() else { panic!("{spans:#?}") };
    assert_eq!(payment.events[0].attributes["error.id"], *id, "{payment:#?}");
    assert_eq!(payment.status_message, format!("card declined (error.id {id})"));
    assert_eq!(request.attributes["error.id"], *id, "{request:#?}");
    assert_eq!(request.status_message, format!("error.id {id}"));
}

#[tokio::test]
async fn every_format_names_it() {
    let named = |format, line: &str, id: &str| {
        let key = match format {
            LogFormat::Logfmt | LogFormat::Pretty => format!("error.id={id}"),
            LogFormat::App | LogFormat::Gcp => format!(r#""id":"{id}""#),
            _ => format!(r#""error.id":"{id}""#),
        };
        assert!(line.contains(&key), "{format:?}: {line}");
    };
    for format in [
        LogFormat::App,
        LogFormat::Otel,
        LogFormat::Ecs,
        LogFormat::Gcp,
        LogFormat::Logfmt,
        LogFormat::Pretty,
    ] {
        let lab = Reported::with(|config| config.logs.format = format).await;
        let _entered = lab.enter();
        answer(&lab, 500, || error!(error = declined(), error.id = 7, "not paid")).await;
        let (event, lines) = (lab.event(), String::from_utf8(lab.bytes()).unwrap());
        let lines: Vec<_> = lines.lines().collect();
        assert_eq!(lines.len(), 2, "{lines:#?}");
        for line in &lines {
            named(format, line, &of(&event));
        }
        // A user's field of that name stands aside.
        let aside = match format {
            LogFormat::App | LogFormat::Gcp => r#""error.id":7"#,
            LogFormat::Logfmt | LogFormat::Pretty => "attr.error.id=7",
            _ => r#""attr.error.id":7"#,
        };
        assert!(lines[0].contains(aside), "{format:?}: {}", lines[0]);
    }
}

#[tokio::test]
async fn a_bare_status_is_named_on_the_requests_line() {
    let lab = Reported::start().await;
    let _entered = lab.enter();
    answer(&lab, 502, || ()).await;
    let (event, lines) = (lab.event(), lab.lines());
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert_eq!(lines[0]["error"]["id"], *of(&event), "{lines:#?}");
    assert_eq!(lines[0]["error"].as_object().unwrap().len(), 1);
}

#[tokio::test]
async fn what_does_not_fail_has_none() {
    let lab = Reported::start().await;
    let _entered = lab.enter();
    answer(&lab, 204, || tracing::warn!("late")).await;
    answer(&lab, 404, || ()).await;
    let lines = lab.lines();
    assert_eq!(lines.len(), 3, "{lines:#?}");
    assert!(lines.iter().all(|line| line.get("error").is_none()), "{lines:#?}");
    assert!(lab.events().is_empty());
}

#[tokio::test]
async fn a_handler_may_show_it() {
    let lab = Reported::start().await;
    let _entered = lab.enter();
    let shown = std::sync::Mutex::new(None);
    answer(&lab, 500, || {
        let context = RequestContext::current().unwrap();
        *shown.lock().unwrap() = Some(context.report_id());
        error!("no answer");
        assert_eq!(shown.lock().unwrap().unwrap(), context.report_id());
    })
    .await;
    let shown = shown.lock().unwrap().unwrap().to_string();
    assert_eq!(of(&lab.event()), shown);
    let lines = lab.lines();
    assert!(lines.iter().all(|line| line["error"]["id"] == *shown), "{lines:#?}");
}

#[tokio::test]
async fn outside_of_requests_each_error_has_its_own() {
    let lab = Reported::start().await;
    lab.run(|| {
        error!("no leader");
        error!(error = declined(), "no payment");
    });
    let (events, lines) = (lab.events(), lab.lines());
    assert_eq!((events.len(), lines.len()), (2, 2));
    let id = |line: &Value| field(&line["error"], "id").to_owned();
    assert_ne!(id(&lines[0]), id(&lines[1]));
    assert_eq!([of(&events[0]), of(&events[1])], [id(&lines[0]), id(&lines[1])]);
}

#[tokio::test]
async fn what_a_user_captures_is_the_requests_report() {
    for level in [Level::Error, Level::Fatal] {
        let lab = Reported::start().await;
        let _entered = lab.enter();
        let captured = std::sync::Mutex::new(None);
        answer(&lab, 500, || {
            let id = sentry::with_scope(
                |scope| scope.set_level(Some(level)),
                || sentry::capture_error(&Declined),
            );
            *captured.lock().unwrap() = Some(id);
            assert_eq!(sentry::last_event_id(), Some(id));
            // The same once more.
            error!(error = declined(), "not paid");
        })
        .await;
        let event = lab.event();
        let captured = captured.lock().unwrap().unwrap().simple().to_string();
        assert_eq!(of(&event), captured);
        assert_eq!(event["exception"]["values"][0]["value"], "card declined");
        let lines = lab.lines();
        assert_eq!(lines.len(), 2, "{lines:#?}");
        assert!(lines.iter().all(|line| line["error"]["id"] == *captured), "{lines:#?}");
    }
}

/// Both are reported, and it is known by the panic.
#[tokio::test]
async fn a_panic_behind_what_a_user_has_captured_is_another_failure() {
    let lab = Reported::start().await;
    let _entered = lab.enter();
    let handler = async |_: Request<String>| -> Result<Response<String>, Infallible> {
        sentry::capture_error(&Declined);
        // As a panic without a hook.
        std::panic::resume_unwind(Box::new("lost"))
    };
    let service = lab.telemetry.layer().layer(service_fn(handler));
    tokio::spawn(service.oneshot(Request::new(String::new()))).await.unwrap_err();
    let events = lab.events();
    assert_eq!(events.len(), 2, "{events:#?}");
    let panic = events.iter().find(|event| event["level"] == "fatal").unwrap();
    let lines = lab.lines();
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert_eq!(lines[0]["error"]["id"], *of(panic));
}

#[tokio::test]
async fn what_a_user_captures_below_errors_is_none_of_it() {
    let lab = Reported::start().await;
    let _entered = lab.enter();
    answer(&lab, 500, || {
        sentry::capture_message("low stock", Level::Warning);
    })
    .await;
    let events = lab.events();
    assert_eq!(events.len(), 2, "{events:#?}");
    let lines = lab.lines();
    let failed: Vec<_> = events.iter().filter(|event| event["level"] != "warning").collect();
    assert_eq!(failed.len(), 1, "{events:#?}");
    assert_eq!(lines[0]["error"]["id"], *of(failed[0]));
}

#[tokio::test]
async fn without_sentry_there_is_none() {
    let lab = Lab::new(|_| ());
    let _entered = lab.enter();
    answer(&lab, 500, || error!(error = declined(), "not paid")).await;
    let lines = lab.lines();
    assert_eq!(lines.len(), 2, "{lines:#?}");
    assert!(lines.iter().all(|line| line["error"].get("id").is_none()), "{lines:#?}");
}
