//! What must not leave does not stand in what is sent, wherever it was planted.

use std::error::Error;
use std::fmt;

use axum::Router;
use axum::body::Body;
use axum::routing::post;
use http::{Request, StatusCode};
use obskit::config::Capture;
use obskit::context::RequestContext;
use sentry::Breadcrumb;
use sentry::protocol::{Context, Event, Map, User};
use serde_json::{Value, json};
use tower::ServiceExt;
use tracing::{error, info, info_span};

use super::lab::Reported;

const SECRET: &str = "hunter2xyz";
const CARD: &str = "4111111111111111";
const TOKEN: &str = "ghp_0123456789abcdefABCDEF0123456789";
const PATTERN: &str = "EMP-123456";

struct Leaky;

impl fmt::Display for Leaky {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "login as postgres://admin:{SECRET}@db/app with {TOKEN} for {PATTERN}")
    }
}

impl fmt::Debug for Leaky {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Leaky {{ password: \"{SECRET}\" }}")
    }
}

#[derive(Debug)]
struct Outer(Leaky);

impl fmt::Display for Outer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "failed with api_key={SECRET}")
    }
}

impl Error for Leaky {}

impl Error for Outer {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

async fn leak() -> StatusCode {
    let request = RequestContext::current().unwrap();
    request.set_user(&format!("user password={SECRET}"));
    request.set_tag("password", SECRET);
    request.set_tag("note", format_args!("card {CARD} of {PATTERN}"));
    request.set_tag(&format!("token={SECRET}"), 1);
    request.set_feature("client_secret", SECRET);
    request.set_feature("theme", format_args!("pwd={SECRET}"));
    info!(password = SECRET, note = CARD, "crumb: {TOKEN} and {PATTERN}");
    let _entered = info_span!("around", api_key = SECRET, note = TOKEN).entered();
    let error: &(dyn Error + 'static) = &Outer(Leaky);
    error!(
        error,
        secret = SECRET,
        card = CARD,
        number = 4_111_111_111_111_111_u64,
        url = %format_args!("https://u:{SECRET}@host/?access_token={SECRET}"),
        debug = ?Leaky,
        "said: password={SECRET} {PATTERN}"
    );
    StatusCode::INTERNAL_SERVER_ERROR
}

const PLANTED: [&str; 4] = [SECRET, CARD, TOKEN, PATTERN];

#[tokio::test]
async fn nothing_that_was_planted_is_sent() {
    let lab = Reported::with(|config| {
        config.redaction.patterns.push(r"EMP-\d{6}".into());
        config.redaction.fields.push("number".into());
        let listed = ["authorization", "cookie", "referer", "x-api-key", "x-note"];
        config.reports.headers = listed.map(str::to_owned).to_vec();
        config.traces.capture = vec![Capture::UrlPath, Capture::UrlFull];
    })
    .await;
    let router = Router::new().route("/orders/{*rest}", post(leak));
    let request = Request::post(format!(
        "https://me:{SECRET}@shop/orders/password={SECRET}/{TOKEN}?token={SECRET}&a={CARD}"
    ));
    let request = request
        .header("authorization", format!("Bearer {SECRET}"))
        .header("cookie", format!("session={SECRET}"))
        .header("referer", format!("https://host/?a={SECRET}"))
        .header("x-api-key", SECRET)
        .header("x-note", format!("password={SECRET} {CARD}"))
        .body(Body::from(format!("password={SECRET}")))
        .unwrap();
    let _entered = lab.enter();
    router.layer(lab.telemetry.layer()).oneshot(request).await.unwrap();
    let event = lab.event();
    // It is the report of that request, whole.
    assert_eq!(event["exception"]["values"][1]["type"], "Outer");
    assert_eq!(event["breadcrumbs"]["values"].as_array().unwrap().len(), 1);
    assert_eq!(event["request"]["headers"].as_object().unwrap().len(), 5);
    assert_eq!(event["tags"]["password"], "[redacted]");
    assert_eq!(event["extra"]["api_key"], "[redacted]");
    for planted in PLANTED {
        assert!(!lab.sentry.has_seen(planted), "{planted} in {event:#}");
    }
}

#[tokio::test]
async fn a_list_shows_what_it_names() {
    let lab = Reported::with(|config| config.redaction.allow.push("gpio_pin".into())).await;
    lab.run(|| error!(gpio_pin = 7, pin = 8, "stuck"));
    let event = lab.event();
    assert_eq!(event["extra"]["gpio_pin"], 7);
    assert_eq!(event["extra"]["pin"], "[redacted]");
}

/// A name that a user has hidden may be one of the protocol's.
#[tokio::test]
async fn names_of_the_protocol_are_not_hidden() {
    let lab = Reported::with(|config| {
        let names = ["type", "value", "name", "release", "message", "function", "timestamp"];
        config.redaction.fields = names.map(str::to_owned).to_vec();
        config.reports.release = Some("orders@7".into());
    })
    .await;
    lab.run(|| error!(value = 7, error = "broken", "stuck"));
    let event = lab.event();
    assert_eq!(event["release"], "orders@7");
    assert_eq!(event["logentry"]["message"], "stuck");
    assert_eq!(event["exception"]["values"][0]["value"], "broken");
    assert_eq!(event["extra"]["value"], "[redacted]");
    assert!(event["timestamp"].is_number());
    let frames = &event["exception"]["values"][0]["stacktrace"]["frames"];
    assert!(frames[0]["function"].as_str().unwrap().contains("::"), "{frames}");
}

#[tokio::test]
async fn ids_are_whole() {
    let lab = Reported::start().await;
    let _entered = lab.enter();
    let id = lab.call(|| async {
        error!("stuck");
        RequestContext::current().unwrap().report_id().to_string()
    });
    let id = id.await;
    let event = lab.event();
    assert_eq!(event["event_id"], Value::from(id));
}

fn plant(scope: &mut sentry::Scope) {
    scope.set_tag("note", format!("password={SECRET}"));
    scope.set_tag(&format!("pwd={SECRET}"), CARD);
    scope.set_extra("a", json!([{ "b": { "token": [SECRET] } }, ["cookie", SECRET], TOKEN]));
    scope.set_extra(TOKEN, json!(1));
    let context = Map::from([
        ("secret".to_owned(), json!({ "a": SECRET })),
        ("url".to_owned(), json!(format!("https://u:{SECRET}@h/?a={SECRET}"))),
    ]);
    scope.set_context("shop", Context::Other(context));
    scope.set_user(Some(User {
        email: Some(format!("{TOKEN}@shop")),
        other: Map::from([("api_key".to_owned(), json!(SECRET))]),
        ..User::default()
    }));
    scope.set_transaction(Some(&format!("/login?password={SECRET}")));
    scope.set_fingerprint(Some(&["a", &format!("token={SECRET}")]));
    scope.add_event_processor(planted);
}

#[expect(clippy::unnecessary_wraps, reason = "as an event processor")]
fn planted(mut event: Event<'static>) -> Option<Event<'static>> {
    event.request = Some(sentry::protocol::Request {
        url: format!("https://u:{SECRET}@h/a?token={SECRET}").parse().ok(),
        query_string: Some(format!("page={SECRET}&a={CARD}")),
        cookies: Some(format!("session={SECRET}")),
        data: Some(format!("{{\"password\":\"{SECRET}\"}}")),
        headers: Map::from([("x-api-key".to_owned(), SECRET.to_owned())]),
        env: Map::from([("DB_PASSWORD".to_owned(), SECRET.to_owned())]),
        ..sentry::protocol::Request::default()
    });
    event.modules.insert("password".to_owned(), SECRET.to_owned());
    event.server_name = Some(format!("postgres://u:{SECRET}@db").into());
    Some(event)
}

/// What `sentry`'s own means have set is the user's data as well.
#[tokio::test]
async fn nothing_that_was_planted_in_a_scope_is_sent() {
    let lab = Reported::start().await;
    let _entered = lab.enter();
    lab.request(|| {
        sentry::configure_scope(plant);
        let data = Map::from([("authorization".to_owned(), json!(SECRET))]);
        let message = Some(format!("crumb of {TOKEN}"));
        sentry::add_breadcrumb(Breadcrumb { message, data, ..Breadcrumb::default() });
        error!("failed");
    })
    .await;
    let event = lab.event();
    assert_eq!(event["contexts"]["shop"]["secret"], "[redacted]", "{event:#}");
    assert_eq!(event["request"]["query_string"], "page=[redacted]&a=[redacted]");
    assert_eq!(event["breadcrumbs"]["values"].as_array().unwrap().len(), 1);
    for planted in [SECRET, CARD, TOKEN] {
        assert!(!lab.sentry.has_seen(planted), "{planted} in {event:#}");
    }
}
