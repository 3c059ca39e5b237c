//! Lines as records at a collector.

use std::convert::Infallible;
use std::time::Duration;

use http::{Request, Response, StatusCode};
use obskit::config::{Config, Exporter, FlightRecorder};
use obskit::context::RequestContext;
use obskit_tests::collector::{Collector, LogRecord};
use obskit_tests::lab::Lab;
use obskit_tests::samples::count;
use serde_json::{Value, json};
use tower::{Layer, ServiceExt, service_fn};
use tracing::field::Empty;
use tracing::{Level, debug, error, info, info_span, warn};

const PATIENCE: Duration = Duration::from_secs(10);

/// A lab whose lines go to a collector, too.
async fn lab(set: impl FnOnce(&mut Config)) -> (Lab, Collector) {
    let collector = Collector::start().await;
    let lab = Lab::new(|config| {
        collector.config(config);
        config.traces.exporter = Exporter::None;
        config.logs.exporter = Exporter::Otlp;
        set(config);
    });
    (lab, collector)
}

fn records(lab: &Lab, collector: &Collector) -> Vec<LogRecord> {
    assert!(lab.telemetry.flush(PATIENCE));
    collector.records()
}

/// The attributes of the only record, but for its target.
fn attributes(lab: &Lab, collector: &Collector) -> Value {
    let records = records(lab, collector);
    assert_eq!(records.len(), 1, "{records:#?}");
    let mut attributes = records[0].attributes.clone();
    assert_eq!(attributes.remove("target"), Some(json!("it::traces::records")));
    attributes.into_iter().collect()
}

#[tokio::test]
async fn an_event_is_a_record_with_its_place() {
    let (lab, collector) = lab(|config| config.logs.access.enabled = false).await;
    let _entered = lab.enter();
    let line = lab
        .request(|| {
            let _span = info_span!("set", exercise = "squat", reps = 5, load = Empty).entered();
            tracing::Span::current().record("load", 102.5);
            info!(reps = 8, "set {}", 3);
            let request = RequestContext::current().unwrap();
            (request.request_id().to_string(), request.trace_id(), request.span_id())
        })
        .await;
    let (id, trace, span) = line;
    let mut records = records(&lab, &collector);
    assert_eq!(records.len(), 1, "{records:#?}");
    let record = records.remove(0);
    assert_eq!((record.severity, record.severity_text.as_str()), (9, "INFO"));
    assert_eq!(record.body, json!("set 3"));
    assert_eq!((record.trace_id, record.span_id), (trace.to_string(), span.to_string()));
    assert_eq!(record.flags, 1, "sampled");
    assert!(record.time > 0 && record.time == record.observed);
    let expected = json!({
        "target": "it::traces::records",
        "request_id": id,
        "exercise": "squat",
        "reps": 8,
        "load": 102.5,
    });
    assert_eq!(record.attributes.into_iter().collect::<Value>(), expected);
    assert_eq!(record.resource["service.name"], Config::default().service.name);
    assert_eq!(record.resource["telemetry.sdk.name"], "obskit");
}

#[tokio::test]
async fn values_keep_their_types() {
    let (lab, collector) = lab(|_| {}).await;
    lab.run(|| {
        info!(
            positive = u64::MAX,
            negative = i64::MIN,
            wide = i128::MAX,
            narrow = 7_u128,
            share = 0.25,
            yes = true,
            text = "a\u{1f600}\n\"",
            shown = %"shown",
            debugged = ?Some(1),
            "types"
        );
    });
    let expected = json!({
        "positive": u64::MAX.to_string(),
        "negative": i64::MIN,
        "wide": i128::MAX.to_string(),
        "narrow": 7,
        "share": 0.25,
        "yes": true,
        "text": "a\u{1f600}\n\"",
        "shown": "shown",
        "debugged": "Some(1)",
    });
    assert_eq!(attributes(&lab, &collector), expected);
}

#[tokio::test]
async fn an_error_is_an_exception() {
    let (lab, collector) = lab(|_| {}).await;
    let failure = std::io::Error::other("no such exercise");
    lab.run(|| error!(error = &failure as &dyn std::error::Error, "not saved"));
    let expected = json!({
        "exception.type": "Custom",
        "exception.message": "no such exercise",
    });
    assert_eq!(attributes(&lab, &collector), expected);
}

#[tokio::test]
async fn names_of_our_own_are_never_a_users() {
    let (lab, collector) = lab(|_| {}).await;
    lab.run(|| info!(request_id = "mine", trace_id = "t", timestamp = 1, user_id = 7, "clash"));
    let expected = json!({
        "attr.request_id": "mine",
        "trace_id": "t",
        "timestamp": 1,
        "user.id": 7,
    });
    assert_eq!(attributes(&lab, &collector), expected);
}

#[tokio::test]
async fn secrets_are_hidden() {
    let (lab, collector) = lab(|_| {}).await;
    lab.run(|| info!(password = "hunter2", note = "see https://a:hunter2@b/", "token=hunter2"));
    let records = records(&lab, &collector);
    assert_eq!(records[0].attributes["password"], "[redacted]");
    assert!(!format!("{records:?}").contains("hunter2"), "{records:#?}");
}

#[tokio::test]
async fn a_request_is_one_record() {
    let (lab, collector) = lab(|_| {}).await;
    let _entered = lab.enter();
    lab.request(|| ()).await;
    let records = records(&lab, &collector);
    assert_eq!(records.len(), 1, "{records:#?}");
    let LogRecord { body, attributes, severity, .. } = &records[0];
    assert_eq!((body, *severity), (&json!("GET unmatched 200"), 9));
    assert_eq!(attributes["target"], "obskit::access");
    assert_eq!(attributes["http.request.method"], "GET");
    assert_eq!(attributes["http.response.status_code"], 200);
    assert_eq!(attributes["obskit.outcome"], "success");
    assert!(attributes["http.server.request.duration"].is_f64(), "{attributes:?}");
    assert!(!attributes.contains_key("http.route"), "none matched: {attributes:?}");
}

#[tokio::test]
async fn attributes_are_limited_by_number_and_length() {
    let (lab, collector) = lab(|config| {
        config.logs.limits.attributes = 3;
        config.logs.limits.attribute_value_length = Some(4);
    })
    .await;
    lab.run(|| info!(a = "123456", b = "ü2345", c = 123_456, d = 1, "a message has no such limit"));
    let records = records(&lab, &collector);
    let LogRecord { body, attributes, dropped_attributes, .. } = &records[0];
    assert_eq!(body, "a message has no such limit");
    let attributes: Value = attributes.clone().into_iter().collect();
    assert_eq!(attributes, json!({ "target": "it::", "a": "1234", "b": "ü234" }));
    assert_eq!(*dropped_attributes, 2);
}

#[tokio::test]
async fn a_record_is_bounded_in_bytes() {
    let (lab, collector) = lab(|config| config.logs.limits.attributes = u32::MAX).await;
    let long = "x".repeat(15 << 10);
    lab.run(|| {
        let _a = info_span!("a", a = %long, b = %long).entered();
        let _b = info_span!("b", c = %long, d = %long).entered();
        info!(e = %long, "long");
    });
    let records = records(&lab, &collector);
    assert_eq!((records[0].attributes.len(), records[0].dropped_attributes), (5, 1));
    let labels = [r#"signal="log_record""#, r#"reason="cut""#];
    assert_eq!(count(&lab.telemetry, "obskit_dropped_total", &labels), 1);
}

#[tokio::test]
async fn what_makes_no_line_makes_no_record() {
    let (lab, collector) = lab(|config| {
        config.logs.level = Level::WARN;
        config.logs.flood.lines = 2;
    })
    .await;
    lab.run(|| {
        info!("below the level");
        (0..5).for_each(|round| warn!(round, "again"));
    });
    let records = records(&lab, &collector);
    assert_eq!(records.len(), 2, "{records:#?}");
}

#[tokio::test]
async fn nothing_is_sent_unless_asked_for() {
    let (lab, collector) = lab(|config| config.logs.exporter = Exporter::None).await;
    lab.run(|| info!("a line"));
    assert!(lab.telemetry.flush(PATIENCE));
    assert_eq!((collector.exports().len(), lab.lines().len()), (0, 1));
}

#[tokio::test]
async fn what_the_flight_recorder_gives_back_is_sent() {
    let (lab, collector) =
        lab(|config| config.logs.recorder = Some(FlightRecorder::default())).await;
    let _entered = lab.enter();
    lab.request(|| debug!(step = 1, "kept and forgotten")).await;
    let service = service_fn(async |_: Request<String>| {
        debug!(step = 2, "kept and told");
        let mut response = Response::new(String::new());
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        Ok::<_, Infallible>(response)
    });
    drop(lab.telemetry.layer().layer(service).oneshot(Request::new(String::new())).await);
    let records = records(&lab, &collector);
    let steps: Vec<_> = records.iter().filter_map(|record| record.attributes.get("step")).collect();
    assert_eq!(steps, [&json!(2)], "{records:#?}");
}
