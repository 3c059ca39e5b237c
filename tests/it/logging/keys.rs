//! What an event's fields become: every name once, reserved ones the library's own.

use super::lab::{Lab, field};
use obskit::config::Config;
use obskit::context::RequestContext;
use obskit_tests::unique::read;
use serde_json::{Value, json};
use std::error::Error;
use std::fmt;
use tracing::{error, info, info_span};

/// An error with a cause.
#[derive(Debug)]
struct Broken(Option<Box<Broken>>);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "the bar is bent" } else { "too heavy" })
    }
}

impl Error for Broken {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.as_deref().map(|cause| cause as _)
    }
}

fn one(work: impl FnOnce()) -> Value {
    let lab = Lab::new(|_| {});
    lab.run(work);
    let [line] = <[Value; 1]>::try_from(lab.lines()).unwrap();
    line
}

/// L1: a parser that refuses duplicates reads it, and reserved names are the library's.
#[test]
fn names_are_unique_and_reserved_ones_kept() {
    let lab = Lab::new(|_| {});
    lab.run(|| {
        let _span = info_span!("outer", a = 0, b = 7).entered();
        info!(timestamp = 1, level = "x", a = 1, a = 2, message = "m", "n");
    });
    let line = read(&lab.bytes()).unwrap();
    assert_eq!((&line["level"], &line["message"]), (&json!("info"), &json!("m")));
    assert!(field(&line, "timestamp").ends_with('Z'), "{line}");
    let metadata = &line["metadata"];
    assert_eq!((&metadata["a"], &metadata["b"]), (&json!(2), &json!(7)), "{line}");
    assert_eq!(metadata["timestamp"], 1, "{line}");
    assert_eq!(metadata["level"], "x", "{line}");
}

#[test]
fn errors_are_told_with_their_causes_however_they_are_recorded() {
    let broken = Broken(Some(Box::new(Broken(None))));
    let line = one(|| error!(error = &broken as &(dyn Error + 'static), set = 3, "failed"));
    assert_eq!(line["error"]["message"], "the bar is bent: too heavy", "{line}");
    assert_eq!(line["error"]["type"], "Broken", "{line}");
    assert_eq!(line["metadata"], json!({ "set": 3 }));

    let line = one(|| error!(err = %broken, "failed"));
    assert_eq!(line["error"]["message"], "the bar is bent", "{line}");
    let line = one(|| error!(exception = "no bar", stack = "at the rack", "failed"));
    assert_eq!(line["error"], json!({ "message": "no bar", "stack": "at the rack" }));
}

#[test]
fn a_user_field_counts_where_the_request_knows_none() {
    let line = one(|| info!(user_id = 7, "lifted"));
    assert_eq!((&line["userId"], line.get("metadata")), (&json!(7), None), "{line}");
    let line = one(|| {
        let _span = info_span!("outer", user.id = "ada").entered();
        info!("lifted");
    });
    assert_eq!(line["userId"], "ada", "{line}");
}

#[tokio::test]
async fn a_user_that_the_request_knows_stays() {
    let lab = Lab::new(|_| {});
    let _entered = lab.enter();
    lab.request(|| {
        RequestContext::current().unwrap().set_user("ada");
        info!(user_id = 7, "lifted");
    })
    .await;
    let line = lab.lines().swap_remove(0);
    assert_eq!((&line["userId"], &line["metadata"]["user_id"]), (&json!("ada"), &json!(7)));
}

#[test]
fn fields_are_hidden_by_name_also_those_of_spans() {
    let lab = Lab::new(|config: &mut Config| config.redaction.fields = vec!["shoeSize".into()]);
    lab.run(|| {
        let span = info_span!("outer", shoe_size = 44, late = tracing::field::Empty).entered();
        span.record("late", 1);
        info!(SHOE.SIZE = 45, sets = 3, "lifted");
    });
    let metadata = &lab.lines()[0]["metadata"];
    assert_eq!(metadata["SHOE.SIZE"], "[redacted]", "{metadata}");
    assert_eq!(metadata["shoe_size"], "[redacted]", "{metadata}");
    assert_eq!((&metadata["sets"], &metadata["late"]), (&json!(3), &json!(1)), "{metadata}");
}
