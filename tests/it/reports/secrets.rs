//! What a request brings, and what a user's own calls of `sentry` say, leaves no secret either.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::routing::post;
use http::{Request, StatusCode};
use obskit::instrument_endpoint;
use sentry::protocol::{Event, Exception, Frame, LogEntry, Map, Stacktrace, Values};
use sentry::{Breadcrumb, Level, TransactionContext, User};
use serde_json::{Value, json};
use tower::ServiceExt;
use tracing::{error, info};

use super::lab::Reported;

const SECRET: &str = "hunterxyz";
/// A key whose parts no longer look like one.
const KEY: &str = "sk-proj-AbCdEfGh1-IjKlMnOpQrSt-UvWxYzAbCdEf2";

#[instrument_endpoint]
async fn refuse(Path(account): Path<String>, body: Bytes) -> Result<StatusCode, std::io::Error> {
    info!("asked for {} letters, {} bytes", account.len(), body.len());
    Err(std::io::Error::other("no ledger"))
}

async fn answer(path: Path<String>, body: Bytes) -> StatusCode {
    refuse(path, body).await.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Neither errors nor spans say what nobody has listed.
#[tokio::test]
async fn what_a_request_brings_stays_here() {
    let lab = Reported::with(|config| config.reports.traces_sample_rate = 1.0).await;
    let router = Router::new().route("/accounts/{account}/close", post(answer));
    let brought =
        ["ownpath", "ownquery", "ownheader", "ownbaggage", "ownbody", "ownstate", "own:pw"];
    let request = Request::post("http://own:pw@shop/accounts/ownpath/close?q=ownquery&ownquery=1")
        .header("x-mine", "ownheader")
        .header("cookie", "a=ownheader")
        .header("authorization", "Basic ownheader")
        .header("referer", "http://shop/ownpath?ownquery")
        .header("x-forwarded-for", "203.0.113.77")
        .header("baggage", "tenant=ownbaggage")
        .header("tracestate", "a=ownstate")
        .header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        .body(Body::from("ownbody"))
        .unwrap();
    let _entered = lab.enter();
    router.layer(lab.telemetry.layer()).oneshot(request).await.unwrap();
    let event = lab.event();
    assert_eq!(event["exception"]["values"][0]["value"], "no ledger");
    assert_eq!(event["request"]["url"], "http://shop/accounts/{account}/close");
    for brought in brought.iter().chain(&["203.0.113.77"]) {
        assert!(!lab.sentry.has_seen(brought), "{brought} in {event:#}");
    }
    assert!(lab.sentry.has_seen("asked for 7 letters, 7 bytes"), "{event:#}");
}

/// An event that says it in every place that a user may write to.
fn captured() -> Event<'static> {
    let said = format!("password={SECRET}");
    let named = || Map::from([("api_key".to_owned(), Value::from(SECRET))]);
    let frame = Frame { vars: named(), context_line: Some(said.clone()), ..Frame::default() };
    Event {
        message: Some(said.clone()),
        logentry: Some(LogEntry {
            message: format!("refused {KEY}"),
            params: vec![json!({ "password": SECRET }), said.clone().into()],
        }),
        level: Level::Error,
        culprit: Some(said.clone()),
        transaction: Some(format!("GET /a?token={SECRET}")),
        exception: Values::from(vec![Exception {
            ty: "Refused".to_owned(),
            value: Some(format!("{KEY} was refused")),
            stacktrace: Some(Stacktrace { frames: vec![frame], ..Stacktrace::default() }),
            ..Exception::default()
        }]),
        request: Some(sentry::protocol::Request {
            url: format!("https://me:{SECRET}@shop/a?token={SECRET}").parse().ok(),
            data: Some(said.clone()),
            query_string: Some(format!("a={SECRET}&b")),
            cookies: Some(format!("session={SECRET}")),
            headers: Map::from([("Authorization".to_owned(), format!("Bearer {SECRET}"))]),
            env: Map::from([("TOKEN".to_owned(), SECRET.to_owned())]),
            ..sentry::protocol::Request::default()
        }),
        extra: Map::from([("inner".to_owned(), json!([{ "pwd": [SECRET] }]))]),
        ..Event::default()
    }
}

fn set_scope(scope: &mut sentry::Scope) {
    scope.set_tag("password", SECRET);
    scope.set_extra("deep", json!({ "a": { "client_secret": { "b": SECRET } } }));
    let other = Map::from([("api_key".to_owned(), Value::from(SECRET))]);
    scope.set_user(Some(User { other: other.clone(), ..User::default() }));
    scope.set_context("mine", sentry::protocol::Context::Other(other));
    scope.set_fingerprint(Some(&["{{ default }}", &format!("token={SECRET}")]));
}

#[tokio::test]
async fn what_a_user_captures_is_clean() {
    let lab = Reported::with(|config| config.reports.traces_sample_rate = 1.0).await;
    let _entered = lab.enter();
    let work = async || {
        // By a fingerprint of obskit's.
        sentry::capture_message(&format!("refused {KEY}"), Level::Error);
        sentry::configure_scope(set_scope);
        sentry::add_breadcrumb(Breadcrumb {
            message: Some(format!("said password={SECRET}")),
            data: Map::from([("token".to_owned(), Value::from(SECRET))]),
            ..Breadcrumb::default()
        });
        sentry::capture_event(captured());
        let context = TransactionContext::new(&format!("work?token={SECRET}"), "op");
        let transaction = sentry::start_transaction(context);
        transaction.set_data("password", SECRET.into());
        let span = transaction.start_child("db", &format!("login password={SECRET}"));
        span.set_data("api_key", SECRET.into());
        span.finish();
        transaction.finish();
        error!("and failed");
    };
    lab.call(work).await;
    let events = lab.events();
    assert!(events.len() >= 3, "{events:#?}");
    for part in KEY.rsplit('-').chain([SECRET]).filter(|part| part.len() > 4) {
        assert!(!lab.sentry.has_seen(part), "{part} in {events:#?}");
    }
}
