//! What is told of failures whose errors are hostile, and of runs that went wrong.

use http::{Response, StatusCode};
use obskit::config::FlightRecorder;
use obskit::{instrument_endpoint, instrument_job};
use obskit_tests::lab::Lab;
use serde_json::{Value, json};
use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;

/// What is told of a function that fails with this outside of any request.
macro_rules! told {
    ($type:ty, $error:expr) => {{
        #[instrument_endpoint]
        fn fails() -> Result<(), $type> {
            Err($error)
        }
        let lab = Lab::new(|_| {});
        assert!(lab.run(|| lab.telemetry.sync_scope(fails)).is_err());
        let [line] = <[Value; 1]>::try_from(lab.lines()).unwrap();
        assert_eq!((&line["level"], &line["message"]), (&json!("error"), &json!("fails failed")));
        line["error"].clone()
    }};
}

#[derive(Debug)]
struct NotSaved(io::Error);

struct Panics;

#[derive(Debug)]
struct Endless;

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

impl fmt::Display for Endless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("on and on.")
    }
}

impl Error for Endless {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&Endless)
    }
}

fn not_saved() -> NotSaved {
    NotSaved(io::Error::other("disk full"))
}

#[test]
fn an_error_is_told_by_its_type_and_with_its_causes_whatever_holds_it() {
    let told = [
        told!(NotSaved, not_saved()),
        told!(Arc<NotSaved>, not_saved().into()),
        told!(Box<dyn Error>, not_saved().into()),
        told!(Box<dyn Error + Send + Sync>, not_saved().into()),
    ];
    for error in told {
        assert_eq!(error, json!({"type": "NotSaved", "message": "not saved: disk full"}));
    }
}

const GONE: StatusCode = StatusCode::BAD_GATEWAY;

/// The rest of an answer is for the caller.
#[test]
fn an_answer_is_told_by_its_status() {
    let told = [
        told!(StatusCode, GONE),
        told!((StatusCode, String), (GONE, String::new())),
        told!((StatusCode, u8, String), (GONE, 7, String::new())),
        told!(Response<()>, Response::builder().status(GONE).body(()).unwrap()),
    ];
    for error in told {
        assert_eq!(error["message"], "502 Bad Gateway");
    }
}

#[test]
fn what_is_told_is_bounded_and_does_not_panic() {
    let length = |error: Value| error["message"].as_str().unwrap().len();
    assert_eq!(length(told!(String, "x".repeat(1 << 20))), 4 << 10);
    assert_eq!(told!(Panics, Panics)["message"], "<panicked>");
    assert!(length(told!(Endless, Endless)) < 1_000);
}

#[instrument_job("backs_up")]
async fn back_up(fails: bool) -> Result<(), io::Error> {
    tracing::debug!("a detail");
    if fails { Err(io::Error::other("disk full")) } else { Ok(()) }
}

/// As with requests: what it logged below the level is written where it has failed.
#[tokio::test]
async fn a_run_that_failed_tells_what_led_to_it() {
    let lab = Lab::new(|config| config.logs.recorder = Some(FlightRecorder::default()));
    let _entered = lab.enter();
    lab.telemetry.scope(back_up(false)).await.unwrap();
    assert_eq!(lab.lines().len(), 1);
    lab.telemetry.scope(back_up(true)).await.unwrap_err();
    let lines = lab.lines();
    let mut messages: Vec<_> = lines.iter().map(|line| line["message"].as_str().unwrap()).collect();
    messages.sort_unstable();
    assert_eq!(messages, ["a detail", "backs_up ended", "backs_up failed"]);
    assert!(lines.iter().all(|line| line["requestId"] == lines[0]["requestId"]), "{lines:?}");
}
