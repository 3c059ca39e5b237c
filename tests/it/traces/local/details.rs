//! What spans say of the code they come from, where that is asked for (T11).

use super::{Rig, named};
use obskit::config::Clock;
use obskit::config::Detail::{Location, Thread, Timings};
use std::time::Duration;
use tracing::info_span;

#[tokio::test]
async fn nothing_is_said_unless_it_is_asked_for() {
    let rig = Rig::new().await;
    rig.lab.run(|| drop(info_span!("plain")));
    assert_eq!(named(&rig.spans(), "plain").attributes.len(), 0);
}

#[tokio::test]
async fn the_place_and_the_thread_are_told() {
    let rig = Rig::with(|config| config.traces.details = vec![Location, Thread]).await;
    let line = line!() + 1;
    rig.lab.run(|| drop(info_span!("placed")));
    let spans = rig.spans();
    let told = &named(&spans, "placed").attributes;
    assert_eq!(told["code.line.number"], line);
    assert!(told["code.file.path"].as_str().unwrap().ends_with("local/details.rs"), "{told:?}");
    assert!(told["code.module.name"].as_str().unwrap().ends_with("local::details"), "{told:?}");
    assert!(told["thread.id"].as_i64().is_some_and(|id| id > 0), "{told:?}");
    assert!(told["thread.name"].as_str().unwrap().ends_with("the_place_and_the_thread_are_told"));
    assert_eq!(told.len(), 5);
}

#[tokio::test]
async fn the_time_within_is_told() {
    let clock = Clock::manual();
    let rig = Rig::with(|config| {
        config.traces.details = vec![Timings];
        config.clock = clock.clone();
    })
    .await;
    rig.lab.run(|| {
        let span = info_span!("timed");
        clock.advance(Duration::from_nanos(1));
        for _ in 0..2 {
            span.in_scope(|| clock.advance(Duration::from_nanos(10)));
            clock.advance(Duration::from_nanos(100));
        }
    });
    let spans = rig.spans();
    let timed = named(&spans, "timed");
    assert_eq!(timed.attributes["busy_ns"], 20);
    assert_eq!(timed.attributes["idle_ns"], 201);
    assert_eq!(timed.end - timed.start, 221);
}
