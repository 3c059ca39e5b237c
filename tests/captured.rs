//! What `sentry`'s own calls capture outside of requests, once obskit is installed, and what they
//! set for every request: one test, in a process of its own.

use std::convert::Infallible;
use std::thread;
use std::time::Duration;

use http::{Request, Response};
use obskit_tests::sentry::Sentry;
use obskit_tests::settings;
use sentry::{Hub, Level};
use serde_json::json;
use tower::{Layer, ServiceExt, service_fn};

fn capture(thread: &'static str) -> String {
    sentry::configure_scope(|scope| scope.set_tag(thread, "set"));
    sentry::capture_message(thread, Level::Info).simple().to_string()
}

#[tokio::test]
async fn it_is_sent_from_any_thread() {
    assert!(Hub::current().client().is_none());
    let to = Sentry::start().await;
    let mut config = settings::local();
    config.logs.directives = Some("off".to_owned());
    to.config(&mut config);
    let telemetry = obskit::init(config).unwrap();
    // A thread's hub begins with what the main one has.
    let there = thread::spawn(|| capture("there")).join().unwrap();
    let here = capture("here");
    assert!(telemetry.flush(Duration::from_secs(20)));
    let events = to.events();
    assert_eq!(events.len(), 2, "{events:#?}");
    for (event, (id, name)) in events.iter().zip([(there, "there"), (here, "here")]) {
        assert_eq!(event["event_id"], *id);
        assert_eq!(event["tags"], json!({ name: "set" }));
        assert_eq!(event.get("request"), None);
    }
    // A request's hub begins with it, too.
    let tagged = |event: &serde_json::Value| event["tags"]["here"] == "set";
    let handler = service_fn(|_: Request<String>| async {
        sentry::capture_message("within", Level::Info);
        Ok::<_, Infallible>(Response::new(String::new()))
    });
    let request = Request::new(String::new());
    telemetry.layer().layer(handler).oneshot(request).await.unwrap();
    assert!(telemetry.flush(Duration::from_secs(20)));
    let events = to.events();
    assert!(events.len() == 3 && tagged(&events[2]), "{events:#?}");
    // Nothing waits for what is gone.
    telemetry.shutdown(Duration::from_secs(20)).await.unwrap();
    assert!(Hub::current().client().unwrap().flush(Some(Duration::from_secs(20))));
    capture("late");
    assert_eq!(to.events().len(), 3);
}
