//! Failures as they are told: what of, and how often.

use super::{instrument, lines, outcomes};
use http::StatusCode;
use obskit_tests::lab::Lab;
use serde_json::{Value, json};
use std::error::Error;
use std::fmt;
use std::io;
use std::time::Duration;

const HERE: &str = module_path!();

async fn fails<E>(error: E) -> Result<(), E>
where
    E: Error,
{
    instrument!(dependency("fails", "read"), ServerErrors, Result<(), E>, async { Err(error) })
}

/// The event of a dependency that fails with this.
macro_rules! told {
    ($error:expr) => {{
        let lab = Lab::new(|_| {});
        let failing = async {
            instrument!(dependency("told", "read"), ServerErrors, Result<(), _>, async { Err($error) })
        };
        let _entered = lab.enter();
        assert!(lab.telemetry.scope(failing).await.is_err());
        let lines = lines(&lab, HERE);
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert_eq!(
            (&lines[0]["level"], &lines[0]["message"]),
            (&json!("error"), &json!("told failed"))
        );
        lines[0]["error"].clone()
    }};
}

#[derive(Debug)]
struct NotSaved(io::Error);

struct Silent;

struct Panics;

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

impl fmt::Display for Panics {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("while it is told")
    }
}

#[tokio::test]
async fn errors_are_told_by_their_type_and_with_their_causes() {
    let not_saved = || NotSaved(io::Error::other("disk full"));
    let whole = json!({"type": "NotSaved", "message": "not saved: disk full"});
    assert_eq!(told!(not_saved()), whole);
    assert_eq!(told!(Box::new(not_saved()) as Box<dyn Error + Send + Sync>), whole);
    assert_eq!(told!(Box::new(not_saved()) as Box<dyn Error>), whole);
    assert_eq!(told!(std::sync::Arc::new(not_saved())), whole);
}

#[tokio::test]
async fn what_is_no_error_is_told_by_its_text_or_its_type() {
    let message = |error: &Value| error["message"].as_str().unwrap().to_owned();
    assert_eq!(message(&told!("disk full")), "disk full");
    assert_eq!(message(&told!(String::from("disk full"))), "disk full");
    assert_eq!(message(&told!(StatusCode::BAD_GATEWAY)), "502 Bad Gateway");
    assert!(message(&told!(Silent)).ends_with("telling::Silent"));
    assert_eq!(message(&told!(Panics)), "<panicked>");
}

#[tokio::test]
async fn long_errors_are_cut() {
    let long = told!("x".repeat(1 << 20));
    assert_eq!(long["message"].as_str().unwrap().len(), 4 << 10);
}

async fn outer(report_inner: bool) -> Result<(), NotSaved> {
    let inner = async {
        let failing = async { Err(NotSaved(io::Error::other("disk full"))) };
        if report_inner {
            instrument!(dependency("inner", "told"), ServerErrors, Result<(), NotSaved>, failing)
        } else {
            instrument!(dependency("inner", "silent"), Never, Result<(), NotSaved>, failing)
        }
    };
    instrument!(dependency("outer", "told"), ServerErrors, Result<(), NotSaved>, inner)
}

#[tokio::test]
async fn a_failure_is_told_by_the_innermost_that_tells() {
    for (report_inner, message) in [(true, "inner failed"), (false, "outer failed")] {
        let lab = Lab::new(|_| {});
        let _entered = lab.enter();
        assert!(lab.call(|| outer(report_inner)).await.is_err());
        let lines = lines(&lab, HERE);
        let messages: Vec<_> = lines.iter().map(|line| &line["message"]).collect();
        assert_eq!(messages, [message]);
        assert!(lines[0]["requestId"].is_string());
    }
}

#[tokio::test]
async fn a_failure_that_was_dealt_with_silences_no_later_one() {
    let lab = Lab::new(|_| {});
    let _entered = lab.enter();
    let recovers = async {
        instrument!(dependency("recovers", "read"), ServerErrors, Result<(), io::Error>, async {
            fails(io::Error::other("first")).await.unwrap_err();
            Ok(())
        })
    };
    let both = async {
        recovers.await.unwrap();
        fails(io::Error::other("second")).await.unwrap_err();
        // A success that the failure does not come from changes nothing.
        instrument!(dependency("cleans", "up"), ServerErrors, (), async {});
        outer(true).await.unwrap_err();
    };
    lab.call(|| both).await;
    let lines = lines(&lab, HERE);
    let errors: Vec<_> = lines.iter().map(|line| &line["error"]["message"]).collect();
    assert_eq!(errors, ["first", "second", "not saved: disk full"]);
}

#[tokio::test]
async fn the_callers_failures_are_told_where_that_is_asked_for() {
    let lab = Lab::new(|_| {});
    let _entered = lab.enter();
    let not_found = || async { StatusCode::NOT_FOUND };
    let quiet = async { instrument!(endpoint("quiet"), ServerErrors, StatusCode, not_found()) };
    let loud = async { instrument!(endpoint("loud"), Errors, StatusCode, not_found()) };
    lab.call(|| async { (quiet.await, loud.await) }).await;
    let lines = lines(&lab, HERE);
    assert_eq!(lines.len(), 1, "{lines:?}");
    let line = (&lines[0]["level"], &lines[0]["message"], &lines[0]["error"]["message"]);
    assert_eq!(line, (&json!("warn"), &json!("loud failed"), &json!("404 Not Found")));
    assert_eq!(outcomes(&lab.telemetry, "loud"), [("client_error", 1)]);
}

#[tokio::test]
async fn slow_calls_are_told() {
    let clock = obskit::config::Clock::manual();
    let lab = Lab::new(|config| config.clock = clock.clone());
    let _entered = lab.enter();
    for seconds in [1, 2] {
        let clock = clock.clone();
        let body = async move { clock.advance(Duration::from_secs(seconds)) };
        let call = async {
            instrument!(
                endpoint("slow").slow(Duration::from_millis(1_500)),
                ServerErrors,
                (),
                body
            );
        };
        lab.telemetry.scope(call).await;
    }
    let lines = lines(&lab, HERE);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!(
        (&lines[0]["level"], &lines[0]["message"]),
        (&json!("warn"), &json!("slow is slow"))
    );
    assert_eq!(lines[0]["metadata"], json!({"durationMs": 2000.0, "thresholdMs": 1500.0}));
}
