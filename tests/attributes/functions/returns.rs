//! Functions by what they return, called directly: the outcome is that of the value.

use std::error::Error;
use std::fmt;
use std::pin::Pin;

use axum::Json;
use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use obskit::context::Outcome;
use obskit::{Classify, instrument_endpoint};
use tokio_stream::{Stream, StreamExt};

use super::{called, ran};
use crate::panics::{caught, caught_in, unwind};
use crate::read::{handler, telemetry};

/// Says nothing of whose fault it is.
#[derive(Debug)]
struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("refused")
    }
}

impl Error for Refused {}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        StatusCode::CONFLICT.into_response()
    }
}

/// Says whose fault it is.
#[derive(Debug)]
struct Judged(Outcome);

impl Classify for Judged {
    fn classify(&self) -> Outcome {
        self.0
    }
}

fn code(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap()
}

#[instrument_endpoint]
async fn nothing() {}

#[instrument_endpoint]
async fn unit() -> () {}

#[instrument_endpoint]
async fn number(n: u32) -> u32 {
    n + 1
}

#[instrument_endpoint]
async fn borrowed(text: &str) -> &str {
    text.trim()
}

#[instrument_endpoint]
async fn optional(n: Option<u32>) -> Option<u32> {
    Some(n? + 1)
}

#[instrument_endpoint]
async fn plain_result(ok: bool) -> Result<u32, Refused> {
    if ok { Ok(1) } else { Err(Refused) }
}

#[instrument_endpoint]
async fn judged(outcome: Outcome) -> Result<u32, Judged> {
    Err(Judged(outcome))
}

#[instrument_endpoint]
async fn boxed_error(text: &str) -> Result<u32, Box<dyn Error + Send + Sync>> {
    Ok(text.parse::<u32>()?)
}

/// The values that classify nothing: a success, unless they are an `Err`.
#[tokio::test]
async fn plain_values() {
    called("nothing", "success=1", nothing()).await;
    called("unit", "success=1", unit()).await;
    assert_eq!(called("number", "success=1", number(1)).await, 2);
    let text = String::from(" squat ");
    assert_eq!(called("borrowed", "success=1", borrowed(&text)).await, "squat");
    assert_eq!(called("optional", "success=1", optional(Some(1))).await, Some(2));
    assert_eq!(called("optional", "success=1", optional(None)).await, None);
}

/// Outside of any request an `Err` that says nothing of itself is the service's.
#[tokio::test]
async fn results() {
    called("plain_result", "success=1", plain_result(true)).await.unwrap();
    called("plain_result", "server_error=1", plain_result(false)).await.unwrap_err();
    assert_eq!(called("boxed_error", "success=1", boxed_error("7")).await.unwrap(), 7);
    called("boxed_error", "server_error=1", boxed_error("seven")).await.unwrap_err();
    for (outcome, expected) in [
        (Outcome::Success, "success=1"),
        (Outcome::ClientError, "client_error=1"),
        (Outcome::ServerError, "server_error=1"),
    ] {
        called("judged", expected, judged(outcome)).await.unwrap_err();
    }
}

#[instrument_endpoint]
async fn status(of: u16) -> StatusCode {
    code(of)
}

#[instrument_endpoint]
async fn response(of: u16) -> Response {
    code(of).into_response()
}

#[instrument_endpoint]
async fn response_of_bytes(of: u16) -> http::Response<Vec<u8>> {
    http::Response::builder().status(of).body(Vec::new()).unwrap()
}

#[instrument_endpoint]
async fn pair(of: u16) -> (StatusCode, &'static str) {
    (code(of), "text")
}

#[instrument_endpoint]
async fn triple(of: u16) -> (StatusCode, [(http::HeaderName, &'static str); 1], Json<u32>) {
    (code(of), [(CONTENT_TYPE, "application/workout")], Json(1))
}

#[instrument_endpoint]
async fn refused_by_status(of: u16) -> Result<Json<u32>, StatusCode> {
    Err(code(of))
}

#[instrument_endpoint]
async fn refused_by_pair(of: u16) -> Result<&'static str, (StatusCode, String)> {
    Err((code(of), "why".to_owned()))
}

#[instrument_endpoint]
async fn well_or_refused(of: u16) -> Result<Response, StatusCode> {
    Ok(code(of).into_response())
}

#[instrument_endpoint]
async fn responding(of: u16) -> impl IntoResponse {
    (code(of), Html("<b>squat</b>"))
}

/// Where the trait is not imported.
mod by_path {
    #[obskit::instrument_endpoint]
    pub(super) async fn responding_by_path(of: u16) -> impl axum::response::IntoResponse + Send {
        (super::code(of), "text")
    }
}

#[instrument_endpoint]
async fn result_of_responding(of: u16) -> Result<impl IntoResponse, Refused> {
    if of == 0 {
        return Err(Refused);
    }
    Ok((code(of), "text"))
}

#[instrument_endpoint]
async fn result_of_both(of: u16, ok: bool) -> Result<impl IntoResponse, impl IntoResponse> {
    if ok { Ok((code(of), "text")) } else { Err(code(of)) }
}

/// Every way to name a status, by each class of statuses.
#[tokio::test]
async fn statuses() {
    for (of, expected) in [
        (200, "success=1"),
        (304, "success=1"),
        (404, "client_error=1"),
        (500, "server_error=1"),
        (503, "server_error=1"),
    ] {
        assert_eq!(called("status", expected, status(of)).await.as_u16(), of);
        assert_eq!(called("response", expected, response(of)).await.status(), of);
        let bytes = called("response_of_bytes", expected, response_of_bytes(of)).await;
        assert_eq!(bytes.status(), of);
        assert_eq!(called("pair", expected, pair(of)).await.1, "text");
        assert_eq!(called("triple", expected, triple(of)).await.2.0, 1);
        let status = called("refused_by_status", expected, refused_by_status(of)).await;
        assert_eq!(status.unwrap_err(), of);
        let pair = called("refused_by_pair", expected, refused_by_pair(of)).await;
        assert_eq!(pair.unwrap_err().1, "why");
        let well = called("well_or_refused", expected, well_or_refused(of)).await;
        assert_eq!(well.unwrap().status(), of);
    }
}

/// What is declared as `impl IntoResponse` becomes the response that it would have become.
#[tokio::test]
async fn opaque_responses() {
    for (of, expected) in [(201, "success=1"), (410, "client_error=1"), (502, "server_error=1")] {
        let response = called("responding", expected, responding(of)).await.into_response();
        assert_eq!(response.status(), of);
        assert_eq!(response.headers()[CONTENT_TYPE], HTML);
        let response =
            called("responding_by_path", expected, by_path::responding_by_path(of)).await;
        assert_eq!(response.into_response().status(), of);
        let response = called("result_of_responding", expected, result_of_responding(of)).await;
        assert_eq!(response.unwrap().into_response().status(), of);
        for ok in [true, false] {
            let result = called("result_of_both", expected, result_of_both(of, ok)).await;
            assert_eq!((result.is_ok(), result.into_response().status().as_u16()), (ok, of));
        }
    }
    let refused = called("result_of_responding", "server_error=1", result_of_responding(0)).await;
    assert!(refused.is_err());
}

const HTML: &str = "text/html; charset=utf-8";

#[instrument_endpoint]
async fn dynamic(plus: u32) -> Box<dyn Fn(u32) -> u32 + Send> {
    Box::new(move |n| n + plus)
}

#[instrument_endpoint]
async fn dynamic_error(ok: bool) -> Result<Box<dyn fmt::Display + Send>, Box<dyn Error>> {
    if ok { Ok(Box::new(7)) } else { Err(Box::new(Refused)) }
}

#[instrument_endpoint]
async fn streaming(to: u32) -> impl Stream<Item = u32> {
    tokio_stream::iter(0..to)
}

#[instrument_endpoint]
fn streaming_at_once(to: u32) -> impl Stream<Item = u32> {
    tokio_stream::iter(0..to)
}

#[instrument_endpoint]
async fn boxed_stream(to: u32) -> Pin<Box<dyn Stream<Item = u32> + Send>> {
    Box::pin(tokio_stream::iter(0..to))
}

#[instrument_endpoint]
async fn iterating(texts: &[String]) -> impl Iterator<Item = &str> + use<'_> {
    texts.iter().map(String::as_str)
}

#[instrument_endpoint]
fn closure(plus: u32) -> impl Fn(u32) -> u32 {
    move |n| n + plus
}

#[tokio::test]
async fn dynamic_and_opaque_values() {
    assert_eq!(called("dynamic", "success=1", dynamic(1)).await(2), 3);
    let shown = called("dynamic_error", "success=1", dynamic_error(true)).await;
    assert_eq!(shown.unwrap().to_string(), "7");
    assert!(called("dynamic_error", "server_error=1", dynamic_error(false)).await.is_err());
    let numbers = called("streaming", "success=1", streaming(3)).await;
    assert_eq!(numbers.collect::<Vec<_>>().await, [0, 1, 2]);
    let numbers = ran("streaming_at_once", "success=1", || streaming_at_once(2));
    assert_eq!(numbers.collect::<Vec<_>>().await, [0, 1]);
    let numbers = called("boxed_stream", "success=1", boxed_stream(1)).await;
    assert_eq!(numbers.collect::<Vec<_>>().await, [0]);
    let texts = ["a".to_owned(), "b".to_owned()];
    let found = called("iterating", "success=1", iterating(&texts)).await;
    assert_eq!(found.collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(ran("closure", "success=1", || closure(1))(2), 3);
}

#[instrument_endpoint]
async fn for_ever(end: &'static str) -> std::convert::Infallible {
    unwind(end)
}

#[instrument_endpoint]
fn diverging(end: &'static str) -> ! {
    unwind(end)
}

/// What never returns ends all the same.
#[tokio::test]
async fn diverging_functions() {
    let telemetry = telemetry();
    assert_eq!(caught(|| telemetry.sync_scope(|| diverging("one"))), "one");
    handler(&telemetry, "diverging", "panic=1");
    assert_eq!(caught_in(telemetry.scope(for_ever("other"))).await, "other");
    handler(&telemetry, "for_ever", "panic=1");
}
