//! What `sentry`'s own calls capture outside of requests, once obskit is installed: one test, in a
//! process of its own.

use std::thread;
use std::time::Duration;

use obskit_tests::sentry::Sentry;
use obskit_tests::settings;
use sentry::{Hub, Level};
use serde_json::json;

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
    // Nothing waits for what is gone.
    telemetry.shutdown(Duration::from_secs(20)).await.unwrap();
    assert!(Hub::current().client().unwrap().flush(Some(Duration::from_secs(20))));
    capture("late");
    assert_eq!(to.events().len(), 2);
}
