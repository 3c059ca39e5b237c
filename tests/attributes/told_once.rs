//! A failure is told once however it comes back, and another one is told besides.

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get as on_get;
use http::StatusCode;
use obskit::{instrument_dependency, instrument_endpoint, instrument_job};
use obskit_tests::lab::Lab;
use std::error::Error;
use std::fmt;
use std::io;

use crate::read::{ask, get, summary, told};

/// An error that keeps its cause.
#[derive(Debug)]
struct NotSaved(io::Error);

/// One that stands for its cause.
#[derive(Debug)]
struct Transparent(io::Error);

/// One that nobody can read.
struct Opaque;

impl fmt::Display for NotSaved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not saved")
    }
}

impl Error for NotSaved {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

impl From<io::Error> for NotSaved {
    fn from(error: io::Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for NotSaved {
    fn into_response(self) -> Response {
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    }
}

impl fmt::Display for Transparent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for Transparent {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

#[instrument_dependency("to_disk", report = server_errors)]
async fn save(text: &str) -> Result<(), io::Error> {
    tokio::task::yield_now().await;
    if text.is_empty() { Ok(()) } else { Err(io::Error::other(text)) }
}

/// A failure with a cause of its own.
#[instrument_endpoint]
async fn keep(text: &str) -> Result<(), NotSaved> {
    Ok(save(text).await?)
}

#[instrument_endpoint(report = never)]
async fn keep_in_silence(text: &str) -> Result<(), NotSaved> {
    Ok(save(text).await?)
}

/// The lines of what has failed: by whom, and how.
fn summaries(lab: &Lab) -> Vec<String> {
    let lines = told(lab, module_path!());
    lines.iter().map(|line| summary(line).replacen("error ", "", 1)).collect()
}

const GONE: StatusCode = StatusCode::BAD_GATEWAY;
const FULL: &str = "disk full";
const ONCE: [&str; 1] = ["to_disk save failed disk full"];

/// Has functions of each of these bodies fail, outside of a request and within one.
macro_rules! once {
    ($lab:ident: $($name:ident -> $type:ty $body:block)*) => {$({
        #[instrument_endpoint]
        async fn $name() -> $type $body
        let _ = $lab.telemetry.scope($name()).await;
        assert_eq!(summaries(&$lab), ONCE, "{} outside", stringify!($name));
        let _ = $lab.call($name).await;
        assert_eq!(summaries(&$lab), ONCE, "{} within", stringify!($name));
    })*};
}

#[tokio::test]
async fn an_error_that_is_handed_on() {
    let lab = Lab::new(|_| {});
    let _entered = lab.enter();
    once!(lab:
        by_source -> Result<(), NotSaved> { Ok(save(FULL).await?) }
        twice -> Result<(), NotSaved> { keep(FULL).await }
        past_a_silent_one -> Result<(), NotSaved> { keep_in_silence(FULL).await }
        boxed -> Result<(), Box<dyn Error + Send + Sync>> { Ok(keep(FULL).await?) }
        transparently -> Result<(), Transparent> { save(FULL).await.map_err(Transparent) }
        as_text -> Result<(), String> { save(FULL).await.map_err(|error| format!("no: {error}")) }
        past_another -> Result<(), String> {
            keep(FULL).await.map_err(|error| format!("no: {error}"))
        }
        quoted -> Result<(), tonic::Status> {
            save(FULL).await.map_err(|error| tonic::Status::internal(error.to_string()))
        }
    );
}

/// They say nothing that the failure within has not said.
#[tokio::test]
async fn an_error_that_becomes_an_answer() {
    let lab = Lab::new(|_| {});
    let _entered = lab.enter();
    once!(lab:
        status -> Result<(), StatusCode> { save(FULL).await.map_err(|_| GONE) }
        pair -> Result<(), (StatusCode, &'static str)> { save(FULL).await.map_err(|_| (GONE, "")) }
        response -> Response { keep(FULL).await.unwrap_err(); GONE.into_response() }
        opaque -> Result<(), Opaque> { save(FULL).await.map_err(|_| Opaque) }
    );
}

#[instrument_endpoint]
async fn by_itself() -> Result<(), NotSaved> {
    let _ = save("no cache").await;
    save("").await.unwrap();
    Err(NotSaved(io::Error::other("not allowed")))
}

#[instrument_endpoint]
async fn by_another() -> Result<(), NotSaved> {
    let _ = save("no cache").await;
    keep("disk full").await
}

/// The first was dealt with.
#[tokio::test]
async fn an_error_of_another_failure() {
    let lab = Lab::new(|_| {});
    let _entered = lab.enter();
    let both = ["to_disk save failed no cache", "by_itself failed not saved: not allowed"];
    lab.telemetry.scope(by_itself()).await.unwrap_err();
    assert_eq!(summaries(&lab), both);
    let router = Router::new().route("/", on_get(by_itself)).route("/other", on_get(by_another));
    assert_eq!(ask(&lab.telemetry, &router, get("/")).await.status, 500);
    assert_eq!(summaries(&lab), both);
    ask(&lab.telemetry, &router, get("/other")).await;
    assert_eq!(summaries(&lab), ["to_disk save failed no cache", ONCE[0]]);
}

/// Goes through its steps, each of which fails, and ends with the error that `end` makes of them.
#[instrument_job("to_steps")]
async fn steps(count: usize, end: fn(Vec<io::Error>) -> io::Error) -> Result<(), io::Error> {
    let mut errors = Vec::new();
    for n in 0..count {
        errors.extend(save(&format!("step {n}")).await.err());
    }
    Err(end(errors))
}

/// The latest 128 failures are known.
#[tokio::test]
async fn a_job_of_many_steps() {
    let lab = Lab::new(|config| config.logs.flood.lines = 0);
    let _entered = lab.enter();
    let own: fn(Vec<io::Error>) -> _ =
        |errors| io::Error::other(format!("{} of 300", errors.len()));
    let first: fn(Vec<io::Error>) -> _ = |mut errors| errors.remove(0);
    let last: fn(Vec<io::Error>) -> _ = |mut errors| errors.pop().unwrap();
    for (count, end, expected) in [
        (100, own, Some("to_steps failed 100 of 300")),
        (100, first, None),
        (100, last, None),
        (129, last, None),
        (129, first, Some("to_steps failed step 0")),
    ] {
        lab.telemetry.scope(steps(count, end)).await.unwrap_err();
        let mut found = summaries(&lab);
        assert_eq!(found.get(count).map(String::as_str), expected);
        found.truncate(count);
        let each = (0..count).map(|n| format!("to_disk save failed step {n}"));
        assert_eq!(found, each.collect::<Vec<_>>());
    }
}

#[instrument_endpoint]
async fn side_by_side(which: usize) -> Result<(), NotSaved> {
    let (one, other) = tokio::join!(save("one"), keep("other"));
    match which {
        0 => one?,
        1 => other?,
        _ => return Err(NotSaved(io::Error::other("both"))),
    }
    Ok(())
}

#[instrument_endpoint]
async fn has_cause() -> Result<(), NotSaved> {
    Err(NotSaved(io::Error::other(FULL)))
}

/// Loses the cause.
#[instrument_endpoint]
async fn shortened() -> Result<(), String> {
    has_cause().await.map_err(|error| format!("no: {error}"))
}

#[instrument_endpoint]
async fn either() -> Result<(), NotSaved> {
    tokio::try_join!(keep("one"), keep("other")).map(|_| ())
}

#[tokio::test]
async fn failures_side_by_side() {
    let lab = Lab::new(|_| {});
    let _entered = lab.enter();
    for which in 0..3 {
        lab.telemetry.scope(side_by_side(which)).await.unwrap_err();
        let own = "side_by_side failed not saved: both";
        let all = ["to_disk save failed one", "to_disk save failed other", own];
        // Which of them is polled first changes.
        let mut found = summaries(&lab);
        found.sort_unstable_by_key(|line| all.iter().position(|known| known == line));
        assert_eq!(found, all[..if which == 2 { 3 } else { 2 }], "{which}");
    }
    let _ = lab.telemetry.scope(shortened()).await;
    assert_eq!(summaries(&lab), ["has_cause failed not saved: disk full"]);
    lab.telemetry.scope(either()).await.unwrap_err();
    assert_eq!(summaries(&lab).len(), 1);
}
