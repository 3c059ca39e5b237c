//! Relay's normaliser, and Sentry's schema, find nothing to correct in anything that is sent.

use http::{Request, Response, StatusCode};
use obskit::Telemetry;
use obskit::context::RequestContext;
use obskit_tests::exporter::Exporter;
use obskit_tests::http as client;
use obskit_tests::lab::Lab;
use obskit_tests::relay::Relay;
use obskit_tests::sentry::Sentry;
use serde_json::Value;
use std::convert::Infallible;
use std::error::Error;
use std::io;
use tower::{Layer, ServiceExt, service_fn};
use tracing::{error, info, info_span};

use super::{DEADLINE, KINDS, fail};

const PATHS: [&str; 4] =
    ["/api/workouts", "/api/workouts/4711", "/api/ppl/today", "/api/reports/weekly"];

#[tokio::test]
async fn nothing_of_the_exporter_is_corrected() {
    let sentry = Sentry::start().await;
    let dsn = sentry.dsn();
    let variables = [("SENTRY_DSN", dsn.as_str()), ("SENTRY_TRACES_SAMPLE_RATE", "1")];
    let exporter = Exporter::start_with(0, &variables).await;
    for path in PATHS {
        client::get(&format!("{}{path}", exporter.service)).await;
    }
    fail(&exporter, 1).await;
    assert!(exporter.stop().await.success());
    let (events, transactions) = (sentry.events(), sentry.transactions());
    assert_eq!(events.len(), KINDS.len());
    assert!(transactions.len() >= PATHS.len() + KINDS.len(), "{transactions:#?}");
    are_flawless(events.iter().chain(&transactions));
}

/// What is longer than the server takes, and what it does not take as it is.
#[tokio::test]
async fn nothing_of_whatever_is_said_is_corrected() {
    let sentry = Sentry::start().await;
    let lab = Lab::new(|config| {
        sentry.config(config);
        config.reports.traces_sample_rate = 1.0;
        config.reports.limit = 0;
        config.service.name = "a service / with \u{1f6b2}".to_owned();
        config.service.version = Some("1.0/beta 2".to_owned());
        config.service.environment = Some("none".to_owned());
    });
    let texts = [
        String::new(),
        " ".to_owned(),
        "two\nlines\r\n\tand a tab".to_owned(),
        "\u{0}\u{1}\u{7f}\u{85}\u{2028}\u{feff}".to_owned(),
        "\u{1f6b2}".repeat(3_000),
        "long".repeat(10_000),
    ];
    for text in &texts {
        let _entered = lab.enter();
        ask(&lab.telemetry, text).await;
    }
    assert!(lab.telemetry.flush(DEADLINE));
    let (events, transactions) = (sentry.events(), sentry.transactions());
    assert_eq!((events.len(), transactions.len()), (texts.len(), texts.len()));
    are_flawless(events.iter().chain(&transactions));
}

/// A request that says a text wherever it can, and fails.
async fn ask(telemetry: &Telemetry, text: &str) {
    let service = telemetry.layer().layer(service_fn(async |_: Request<String>| {
        let context = RequestContext::current().unwrap();
        context.set_user(text);
        context.set_tag("size", text);
        context.set_tag(text, "size");
        context.set_feature(text, true);
        info!(text, "crumb {text}");
        info_span!("within", text).in_scope(|| {
            let cause = io::Error::other(text.to_owned());
            error!(error = &cause as &dyn Error, text, "{text}");
        });
        let mut answer = Response::new(String::new());
        *answer.status_mut() = StatusCode::from_u16(599).unwrap();
        Ok::<_, Infallible>(answer)
    }));
    let request = Request::builder().method("BREW").uri("/users/1?q=1");
    let request =
        request.header("user-agent", "a\u{e9}\tb".as_bytes()).body(String::new()).unwrap();
    drop(service.oneshot(request).await.unwrap());
}

fn are_flawless<'a>(sent: impl Iterator<Item = &'a Value>) {
    let mut relay = Relay::start();
    for sent in sent {
        let faults = relay.faults(sent);
        assert!(faults.is_empty(), "{faults:#?} in {sent:#}");
    }
}
