//! Failures alike are one issue, and others are not.

use std::error::Error;
use std::fmt;

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use http::{Request, StatusCode};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::Value;
use tower::ServiceExt;
use tracing::error;

use super::lab::Reported;

#[derive(Debug)]
struct Refused(String);

#[derive(Debug)]
struct Lost(Refused);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("lost")
    }
}

impl Error for Refused {}

impl Error for Lost {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

fn refused(text: impl Into<String>) -> Box<dyn Error> {
    Box::new(Refused(text.into()))
}

fn say(error: &dyn Error) {
    error!(error = error.to_string(), kind = 1, "text");
}

/// The fingerprints of what `work` says, one for each report.
async fn fingerprints(work: impl FnOnce()) -> Vec<Value> {
    let lab = Reported::with(|config| config.reports.limit = 0).await;
    lab.run(work);
    let fingerprint = |event: &Value| event["fingerprint"].clone();
    lab.events().iter().map(fingerprint).collect()
}

fn fail(error: &(dyn Error + 'static)) {
    error!(error, "failed");
}

#[tokio::test]
async fn what_differs_from_time_to_time_does_not_count() {
    let alike = fingerprints(|| {
        for text in [
            "connect to 10.0.0.1:5432 failed after 3 ms",
            "connect to 10.20.30.40:60123 failed after 1250 ms",
        ] {
            fail(&*refused(text));
        }
        for text in [
            "no user 550e8400-e29b-41d4-a716-446655440000",
            "no user 6ba7b810-9dad-11d1-80b4-00c04fd430c8",
        ] {
            fail(&*refused(text));
        }
        for text in ["no file \"a b\"", "no file \"c\""] {
            fail(&*refused(text));
        }
        for text in ["at 0x7ffd12ab", "at 0x00000001"] {
            fail(&*refused(text));
        }
    })
    .await;
    assert_eq!(alike.len(), 8);
    for pair in alike.chunks(2) {
        assert_eq!(pair[0], pair[1]);
        assert!(pair[0].as_array().unwrap().len() > 1, "{pair:?}");
    }
    let groups: std::collections::BTreeSet<_> = alike.iter().map(Value::to_string).collect();
    assert_eq!(groups.len(), 4);
}

#[tokio::test]
async fn what_is_another_failure_counts() {
    let apart = fingerprints(|| {
        fail(&*refused("connection refused"));
        fail(&*refused("connection reset"));
        fail(&Lost(Refused("connection refused".into())));
        let error: &(dyn Error + 'static) = &*refused("connection refused");
        error!(error, "cannot load");
        error!(target: "elsewhere", error, "failed");
        error!("failed");
        say(error);
    })
    .await;
    let groups: std::collections::BTreeSet<_> = apart.iter().map(Value::to_string).collect();
    assert_eq!((apart.len(), groups.len()), (7, 7), "{groups:#?}");
}

#[tokio::test]
async fn statuses_are_apart_by_route() {
    let lab = Reported::with(|config| config.reports.limit = 0).await;
    let fail = || async { StatusCode::BAD_GATEWAY };
    let worse = || async { StatusCode::SERVICE_UNAVAILABLE };
    let router = Router::new()
        .route("/a/{id}", get(fail).post(fail))
        .route("/b/{id}", get(fail))
        .route("/c", get(worse));
    let router = router.layer(lab.telemetry.layer());
    for (method, path) in
        [("GET", "/a/1"), ("GET", "/a/2"), ("POST", "/a/3"), ("GET", "/b/1"), ("GET", "/c")]
    {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        router.clone().oneshot(request).await.unwrap();
    }
    let events = lab.events();
    let groups: Vec<_> = events.iter().map(|event| event["fingerprint"].to_string()).collect();
    assert_eq!(groups[0], groups[1]);
    let apart: std::collections::BTreeSet<_> = groups.iter().collect();
    assert_eq!(apart.len(), 4, "{groups:#?}");
}

/// The same on every host and in every build: nothing in it is of an address, a line or a path.
#[tokio::test]
async fn a_fingerprint_is_the_same_in_every_build() {
    let told = fingerprints(|| fail(&Lost(Refused("disk 3 is full".into())))).await;
    let target = module_path!();
    let expected =
        serde_json::json!([["error", target, "failed", "Lost", "Refused", "disk * is full",]]);
    assert_eq!(Value::from(told), expected);
}

#[tokio::test]
async fn numbers_never_part() {
    let lab = Reported::with(|config| config.reports.limit = 0).await;
    let words = "[a-z]{1,6}( [a-z]{1,6}){0,3}";
    let alike = |(words, one, other): (String, u64, u64)| {
        let before = lab.events().len();
        for number in [one, other] {
            let text = format!("{words} {number} and {number:x}-{number}.");
            lab.run(|| fail(&*refused(text)));
        }
        let told = lab.events().split_off(before);
        prop_assert_eq!(told.len(), 2);
        prop_assert_eq!(&told[0]["fingerprint"], &told[1]["fingerprint"]);
        Ok(())
    };
    let mut runner = TestRunner::new(ProptestConfig::with_cases(64));
    runner.run(&(words, any::<u64>(), any::<u64>()), alike).unwrap();
}
