//! Each schema's lines, whole.

use super::lab::Lab;
use axum::Router;
use axum::body::Body;
use axum::routing::post;
use http::Request;
use http_body_util::BodyExt;
use obskit::config::{Clock, LogFormat};
use obskit::context::RequestContext;
use obskit_tests::golden;
use std::error::Error;
use std::fmt;
use std::time::Duration;
use tower::ServiceExt;
use tracing::{debug, error, info, info_span, warn};

#[derive(Debug)]
struct Declined;

impl fmt::Display for Declined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("card declined")
    }
}

impl Error for Declined {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&fmt::Error)
    }
}

const TICK: Duration = Duration::from_millis(1);

/// What a service says outside requests, one moment after the other.
fn say(clock: &Clock) {
    info!(target: "shop", port = 8080, ratio = 0.5, ready = true, zone = "two words", "started");
    clock.advance(TICK);
    warn!(target: "shop", timestamp = 1, level = "x", service.name = "y", attr.level = 2, "clash");
    clock.advance(TICK);
    debug!(target: "shop", lines = "a\nb\u{1b}[0m\u{2028}", max = u64::MAX, nan = f64::NAN, "odd");
}

/// What it says in one, in two spans.
fn pay(clock: &Clock) {
    clock.advance(Duration::from_micros(12_345));
    RequestContext::current().unwrap().set_user("u-1");
    let checkout = info_span!(target: "shop", "checkout", tenant = "eu", order = 7).entered();
    let payment = info_span!(target: "shop", "payment", order = 8).entered();
    error!(target: "shop", error = &Declined as &dyn Error, attempt = 3, "not paid");
    drop((payment, checkout));
    clock.advance(TICK);
}

#[tokio::test]
async fn lines_are_those_of_the_golden_files() {
    let formats = [
        (LogFormat::App, "app"),
        (LogFormat::Otel, "otel"),
        (LogFormat::Ecs, "ecs"),
        (LogFormat::Gcp, "gcp"),
        (LogFormat::Logfmt, "logfmt"),
        (LogFormat::Pretty, "pretty"),
    ];
    for (format, name) in formats {
        golden::check(&format!("tests/golden/logs.{name}"), &lines(format).await);
    }
}

async fn lines(format: LogFormat) -> String {
    let clock = Clock::manual();
    let lab = Lab::new(|config| {
        config.clock = clock.clone();
        config.logs.format = format;
        config.logs.level = tracing::Level::DEBUG;
        "shop".clone_into(&mut config.service.name);
        config.service.version = Some("1.2.3".to_owned());
        config.service.environment = Some("production".to_owned());
        config.service.attributes = vec![("gcp.project_id".to_owned(), "my-project".to_owned())];
    });
    lab.run(|| say(&clock));
    let _entered = lab.enter();
    let handler = async move || {
        pay(&clock);
        RequestContext::current().unwrap().span_id().to_string()
    };
    let router = Router::new().route("/orders/{id}/pay", post(handler));
    let request = Request::post("/orders/7/pay")
        .header("x-request-id", "request-1")
        .header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        .body(Body::empty());
    let response = router.layer(lab.telemetry.layer()).oneshot(request.unwrap()).await.unwrap();
    let span = response.into_body().collect().await.unwrap().to_bytes();
    let text = String::from_utf8(lab.bytes()).unwrap();
    moments_hidden(&text.replace(str::from_utf8(&span).unwrap(), "0123456789abcdef"))
}

/// The text with one moment for all: the only texts of their length that end in `Z`.
fn moments_hidden(text: &str) -> String {
    const MOMENT: &str = "2026-11-21T05:09:21.123456Z";
    let words = text.split_inclusive(['"', ' ', '=']);
    let is_moment = |word: &str| word.len() == MOMENT.len() && word.ends_with('Z');
    let hidden = words.map(|word| {
        let (word, end) = word.split_at(word.len() - 1);
        let start = word.rfind('\n').map_or(0, |at| at + 1);
        let (before, word) = word.split_at(start);
        let word = if is_moment(word) { MOMENT } else { word };
        [before, word, end].concat()
    });
    hidden.collect()
}
