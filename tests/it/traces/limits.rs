//! How much one span may hold (T8): each bound is exceeded.

use super::client::Rig;
use obskit::config::Config;
use obskit_tests::collector::Span;
use tracing::level_filters::LevelFilter;
use tracing::{error, info, info_span};

fn span(rig: &Rig, name: &str) -> Span {
    let spans = rig.spans();
    spans.into_iter().find(|span| span.name == name || span.kind == name).unwrap()
}

/// T8
#[tokio::test]
async fn a_million_events_take_bounded_memory() {
    let rig = Rig::with(|config| {
        config.traces.events = LevelFilter::INFO;
        config.logs.directives = Some("off".into());
    })
    .await;
    let _entered = rig.lab.enter();
    let long = info_span!("long").entered();
    let text = "x".repeat(100);
    let event = |n: u32| info!(n, text, "event");
    (0..1_000).for_each(event);
    let rest = allocation_counter::measure(|| (0..999_000).for_each(event));
    assert_eq!((rest.count_total, rest.bytes_current), (0, 0), "{rest:?}");
    // It still decides how the span is told to have ended.
    error!(error = %"at last", "failed");
    drop(long);
    let long = span(&rig, "long");
    assert_eq!((long.events.len(), long.dropped_events), (128, 1_000_001 - 128));
    assert_eq!((long.status, &*long.status_message), ("error", "at last"));
}

/// The same in a request that has no span but its own.
#[tokio::test]
async fn so_they_do_in_a_request() {
    let rig = Rig::with(|config| {
        config.traces.events = LevelFilter::INFO;
        config.logs.directives = Some("off".into());
    })
    .await;
    let _entered = rig.lab.enter();
    rig.lab.request(|| (0..100_000).for_each(|n| info!(n, "event"))).await;
    let server = span(&rig, "server");
    assert_eq!((server.events.len(), server.dropped_events), (128, 100_000 - 128));
}

#[tokio::test]
async fn the_limits_of_the_settings_hold() {
    let rig = Rig::with(|config| {
        let limits = &mut config.traces.limits;
        (limits.attributes, limits.attribute_value_length) = (2, Some(5));
        (limits.events, limits.event_attributes, limits.links) = (1, 3, 1);
    })
    .await;
    rig.lab.run(|| {
        let other = info_span!("other");
        let span = info_span!("span", a = "äöüßéß", b = 1, c = 2, d = 3).entered();
        span.record("a", "123456789");
        span.record("d", 4);
        error!(one = 1, two = "abcdefgh", three = 3, "event");
        error!("another");
        span.follows_from(&other);
        span.follows_from(&other);
    });
    let span = span(&rig, "span");
    let keys: Vec<_> = span.attributes.keys().collect();
    assert_eq!(keys, ["a", "b"]);
    assert_eq!(span.attributes["a"], "12345");
    assert_eq!(span.dropped_attributes, 3, "{span:#?}");
    assert_eq!((span.events.len(), span.dropped_events), (1, 1));
    let event = &span.events[0];
    assert_eq!((event.attributes.len(), event.dropped_attributes), (3, 2), "{event:#?}");
    assert_eq!((span.links.len(), span.dropped_links), (1, 1));
}

/// A collector takes 4 MiB over gRPC, unless told otherwise.
#[tokio::test]
async fn whatever_the_limits_are_a_span_can_be_sent() {
    let rig = Rig::with(|config: &mut Config| {
        let limits = &mut config.traces.limits;
        (limits.attributes, limits.events) = (u32::MAX, u32::MAX);
        (limits.event_attributes, limits.links) = (u32::MAX, u32::MAX);
        config.logs.directives = Some("off".into());
    })
    .await;
    let text = "long ".repeat(10_000);
    rig.lab.run(|| {
        let (other, span) = (info_span!("other"), info_span!("large", text).entered());
        for _ in 0..10_000 {
            error!(a = text, "event");
        }
        for _ in 0..100_000 {
            span.follows_from(&other);
        }
    });
    let exports = rig.spans();
    let large = exports.iter().find(|span| span.name == "large").unwrap();
    let length = large.attributes["text"].as_str().unwrap().len();
    assert!((16 << 10..=20 << 10).contains(&length), "{length}");
    let events = large.events.len();
    assert!((20..100).contains(&events), "{events}");
    assert_eq!(usize::try_from(large.dropped_events).unwrap(), 10_000 - events);
    assert!(large.dropped_links > 0 && large.links.len() > 1_000, "{}", large.links.len());
}
