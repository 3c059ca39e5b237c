//! Failed calls as they are told: once each, by whoever was nearest, with what is known of them.

use std::error::Error;
use std::fmt;

use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::get as on_get;
use http::StatusCode;
use obskit::context::Outcome;
use obskit::{Classify, instrument_endpoint};
use obskit_tests::lab::Lab;
use serde_json::Value;

use crate::read::{ask, get, summary, told};

const SECRET: &str = "sw0rdf1sh-Sw0rdf1sh";

/// An error with a cause, which becomes a response of its status.
#[derive(Debug)]
struct Refused {
    status: u16,
    cause: Option<Box<Refused>>,
}

impl Refused {
    fn new(status: u16) -> Self {
        let cause = Some(Box::new(Self { status: 0, cause: None }));
        Self { status, cause }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused by {}", self.status)
    }
}

impl Error for Refused {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        StatusCode::from_u16(self.status).unwrap().into_response()
    }
}

/// Says whose fault it is, and can be shown.
#[derive(Debug)]
struct Judged(Outcome);

impl Classify for Judged {
    fn classify(&self) -> Outcome {
        self.0
    }
}

impl fmt::Display for Judged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "judged {}", self.0.as_str())
    }
}

fn summaries(lab: &Lab) -> Vec<String> {
    told(lab, module_path!()).iter().map(summary).collect()
}

#[instrument_endpoint]
async fn refusing(status: u16) -> Result<u32, Refused> {
    if status == 200 { Ok(1) } else { Err(Refused::new(status)) }
}

#[instrument_endpoint]
async fn judging(outcome: Outcome) -> Result<u32, Judged> {
    Err(Judged(outcome))
}

#[instrument_endpoint(report = errors)]
async fn judging_aloud(outcome: Outcome) -> Result<u32, Judged> {
    Err(Judged(outcome))
}

#[instrument_endpoint(report = never)]
async fn judging_in_silence(outcome: Outcome) -> Result<u32, Judged> {
    Err(Judged(outcome))
}

#[instrument_endpoint(report = errors)]
async fn answering(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap()
}

/// By default the service's failures alone are told, once each.
#[tokio::test]
async fn failures_by_report() {
    let lab = Lab::new(|_| {});
    let _entered = lab.enter();
    let telemetry = &lab.telemetry;
    for outcome in [Outcome::Success, Outcome::ClientError, Outcome::ServerError] {
        let _ = telemetry.scope(judging(outcome)).await;
        let _ = telemetry.scope(judging_aloud(outcome)).await;
        let _ = telemetry.scope(judging_in_silence(outcome)).await;
    }
    assert_eq!(
        summaries(&lab),
        [
            "warn judging_aloud failed judged client_error",
            "error judging failed judged server_error",
            "error judging_aloud failed judged server_error",
        ]
    );
    for code in [200, 404, 500] {
        telemetry.scope(answering(code)).await;
    }
    let found = summaries(&lab);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("warn answering failed") && found[0].contains("404"), "{found:?}");
    assert!(
        found[1].starts_with("error answering failed") && found[1].contains("500"),
        "{found:?}"
    );
}

/// An error is told with its causes, under its type, where the function stands.
#[tokio::test]
async fn failures_have_their_error() {
    let lab = Lab::new(|_| {});
    let _entered = lab.enter();
    lab.telemetry.scope(refusing(500)).await.unwrap_err();
    let [line] = <[Value; 1]>::try_from(told(&lab, module_path!())).unwrap();
    assert_eq!(summary(&line), "error refusing failed refused by 500: refused by 0");
    assert_eq!(line["error"]["type"], "Refused", "{line}");
    assert_eq!(line.get("requestId"), None);
}

/// What the request makes of an error that says nothing itself.
#[tokio::test]
async fn unsaid_failures_are_told_with_the_request() {
    let lab = Lab::new(|_| {});
    let _entered = lab.enter();
    let router =
        Router::new().route("/{code}", on_get(async |Path(code)| shown(refusing(code).await)));
    for (code, expected) in [(404, None), (503, Some("503: refused by 0")), (200, None)] {
        let request = get(&format!("/{code}"));
        let reply = ask(&lab.telemetry, &router, request).await;
        assert_eq!(reply.status, code);
        let lines = lab.lines();
        let access = lines.iter().find(|line| line["target"] == "obskit::access").unwrap();
        let mut told = lines.iter().filter(|line| line["target"] != "obskit::access");
        let one = told.next();
        assert_eq!(
            one.map(summary),
            expected.map(|by| format!("error refusing failed refused by {by}"))
        );
        assert_eq!(told.count(), 0);
        if let Some(line) = one {
            assert_eq!(line["requestId"], access["requestId"]);
            assert_eq!(line["endpoint"], "/{code}");
        }
    }
}

/// What axum makes a response of.
fn shown(found: Result<u32, Refused>) -> Result<String, Refused> {
    found.map(|found| found.to_string())
}

#[instrument_endpoint]
async fn outermost(status: u16) -> Result<u32, Refused> {
    middle(status).await
}

#[instrument_endpoint]
async fn middle(status: u16) -> Result<u32, Refused> {
    tokio::task::yield_now().await;
    let found = refusing(status).await?;
    Ok(found)
}

#[instrument_endpoint]
async fn judged_outermost(outcome: Outcome) -> Result<u32, Judged> {
    judging(outcome).await
}

#[instrument_endpoint]
async fn handling(outcome: Outcome) -> Result<u32, Judged> {
    let _ = judging(outcome).await;
    let _ = plainly().await;
    judging_again(outcome).await
}

#[instrument_endpoint]
async fn plainly() -> u32 {
    1
}

#[instrument_endpoint]
async fn judging_again(outcome: Outcome) -> Result<u32, Judged> {
    Err(Judged(outcome))
}

/// A failure that goes up is told by the innermost function alone; a later one is another.
#[tokio::test]
async fn nested_failures_are_told_once() {
    let lab = Lab::new(|_| {});
    let _entered = lab.enter();
    let _ = lab.call(|| judged_outermost(Outcome::ServerError)).await;
    assert_eq!(summaries(&lab), ["error judging failed judged server_error"]);
    let _ = lab.call(|| handling(Outcome::ServerError)).await;
    let both = ["judging", "judging_again"];
    assert_eq!(
        summaries(&lab),
        both.map(|name| format!("error {name} failed judged server_error"))
    );
    let router = Router::new().route("/", on_get(async || shown(outermost(502).await)));
    ask(&lab.telemetry, &router, get("/")).await;
    let lines = lab.lines();
    let told: Vec<_> = lines.iter().filter(|line| line["target"] != "obskit::access").collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(summary(told[0]), "error refusing failed refused by 502: refused by 0");
}

#[instrument_endpoint]
async fn judging_later(outcome: Outcome) -> Result<u32, Judged> {
    tokio::task::yield_now().await;
    let judged = judging(outcome).await;
    tokio::task::yield_now().await;
    judged
}

/// Calls side by side know nothing of each other, and a request is not needed for any of it.
#[tokio::test]
async fn failures_side_by_side_are_told_each() {
    let lab = Lab::new(|_| {});
    let _entered = lab.enter();
    let outcome = Outcome::ServerError;
    let both = async || tokio::join!(judging_later(outcome), judging_again(outcome));
    let expected = ["judging_again", "judging"];
    let expected = expected.map(|name| format!("error {name} failed judged server_error"));
    let _ = lab.call(both).await;
    let mut found = summaries(&lab);
    found.sort_unstable_by(|one, other| other.cmp(one));
    assert_eq!(found, expected, "within a request");
    let _ = lab.telemetry.scope(both()).await;
    let mut found = summaries(&lab);
    found.sort_unstable_by(|one, other| other.cmp(one));
    assert_eq!(found, expected, "outside of one");
    let _ = lab.telemetry.scope(judged_outermost(outcome)).await;
    assert_eq!(summaries(&lab), ["error judging failed judged server_error"]);
}

#[instrument_endpoint(report = errors)]
async fn refusing_aloud(status: u16) -> Result<u32, Refused> {
    Err(Refused::new(status))
}

#[instrument_endpoint(report = never)]
async fn refusing_in_silence(status: u16) -> Result<u32, Refused> {
    Err(Refused::new(status))
}

/// What waits for the request is told as its attribute wants.
#[tokio::test]
async fn unsaid_failures_by_report() {
    let lab = Lab::new(|_| {});
    let _entered = lab.enter();
    let router = Router::new()
        .route("/aloud/{code}", on_get(async |Path(code)| shown(refusing_aloud(code).await)))
        .route("/silent/{code}", on_get(async |Path(code)| shown(refusing_in_silence(code).await)));
    for (path, expected) in [
        ("/aloud/404", Some("warn refusing_aloud failed refused by 404: refused by 0")),
        ("/aloud/500", Some("error refusing_aloud failed refused by 500: refused by 0")),
        ("/silent/500", None),
    ] {
        ask(&lab.telemetry, &router, get(path)).await;
        assert_eq!(summaries(&lab), expected.into_iter().collect::<Vec<_>>(), "{path}");
    }
}

#[instrument_endpoint]
async fn boxed_error(text: &str) -> Result<u32, Box<dyn Error + Send + Sync>> {
    Ok(text.parse::<u32>()?)
}

#[instrument_endpoint]
async fn local_error() -> Result<u32, Box<dyn Error>> {
    Err(Box::new(Refused::new(1)))
}

#[instrument_endpoint]
async fn text_error() -> Result<u32, String> {
    Err("in words".to_owned())
}

/// Not to be shown in any way.
struct Silent(#[expect(dead_code, reason = "what is not to be shown")] &'static str);

#[instrument_endpoint]
async fn silent_error() -> Result<u32, Silent> {
    Err(Silent(SECRET))
}

#[instrument_endpoint]
async fn pair_error() -> Result<u32, (StatusCode, String)> {
    Err((StatusCode::BAD_GATEWAY, "no answer".to_owned()))
}

#[instrument_endpoint(error_if = *result > 3)]
async fn too_many() -> u32 {
    4
}

/// Whatever an error is, it is told as well as can be.
#[tokio::test]
async fn errors_of_every_kind() {
    let lab = Lab::new(|_| {});
    let _entered = lab.enter();
    let telemetry = &lab.telemetry;
    telemetry.scope(boxed_error("seven")).await.unwrap_err();
    assert_eq!(summaries(&lab), ["error boxed_error failed invalid digit found in string"]);
    telemetry.scope(local_error()).await.unwrap_err();
    assert_eq!(summaries(&lab), ["error local_error failed refused by 1: refused by 0"]);
    telemetry.scope(text_error()).await.unwrap_err();
    assert_eq!(summaries(&lab), ["error text_error failed in words"]);
    assert!(telemetry.scope(silent_error()).await.is_err());
    let line = told(&lab, module_path!()).remove(0);
    assert!(summary(&line).contains("Silent") && !line.to_string().contains(SECRET), "{line}");
    telemetry.scope(pair_error()).await.unwrap_err();
    let found = summaries(&lab);
    assert!(found.len() == 1 && found[0].starts_with("error pair_error failed"), "{found:?}");
    telemetry.scope(too_many()).await;
    let found = summaries(&lab);
    assert!(found.len() == 1 && found[0].starts_with("error too_many failed"), "{found:?}");
}

/// A failure is told also where spans are not wanted.
#[tokio::test]
async fn failures_below_the_level_of_spans() {
    let lab = Lab::new(|config| config.logs.level = tracing::Level::ERROR);
    let _entered = lab.enter();
    let _ = lab.telemetry.scope(judging(Outcome::ServerError)).await;
    let _ = lab.telemetry.scope(judging_aloud(Outcome::ClientError)).await;
    assert_eq!(summaries(&lab), ["error judging failed judged server_error"]);
}
