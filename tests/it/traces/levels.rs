//! Which spans there are is decided apart from what is logged.

use obskit::Telemetry;
use obskit::config::Config;
use obskit_tests::collector::Collector;
use obskit_tests::lab::dispatch;
use obskit_tests::lines::Lines;
use obskit_tests::settings;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tracing::level_filters::LevelFilter;
use tracing::{Dispatch, Id, Span, Subscriber, dispatcher, error, info, info_span};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt};

use crate::context::lab::within;

/// Behind the levels, as [`obskit::init`] has it.
struct Service {
    collector: Collector,
    telemetry: Telemetry,
    dispatch: Dispatch,
    lines: Lines,
    /// Spans that the registry made.
    made: Arc<AtomicUsize>,
}

struct Made(Arc<AtomicUsize>);

impl<S: Subscriber> Layer<S> for Made {
    fn on_new_span(&self, _: &tracing::span::Attributes<'_>, _: &Id, _: Context<'_, S>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Service {
    async fn new(set: impl FnOnce(&mut Config)) -> Self {
        let (collector, lines, made) = (Collector::start().await, Lines::default(), Arc::default());
        let mut config = settings::local();
        config.logs.output = lines.output();
        collector.config(&mut config);
        set(&mut config);
        let telemetry = Telemetry::build(config).unwrap();
        let layer = telemetry.tracing_layer().unwrap();
        let subscriber = tracing_subscriber::registry()
            .with(layer)
            .with(Made(Arc::clone(&made)))
            .with(telemetry.levels().clone());
        Self { collector, telemetry, dispatch: dispatch(subscriber), lines, made }
    }

    /// The names of the spans, in their order.
    fn spans(&self) -> Vec<String> {
        assert!(self.telemetry.flush(Duration::from_secs(20)));
        let mut spans = self.collector.spans();
        spans.sort_by_key(|span| span.start);
        spans.into_iter().map(|span| span.name).collect()
    }
}

const UNSAMPLED: [(&str, &str); 1] =
    [("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00")];

fn work() {
    let _outer = info_span!("outer", a = 1).entered();
    let _debug = tracing::debug_span!("debug").entered();
    info!("a line");
    error!(error = %"lost", "an error");
    info_span!(target: "noisy", "noisy").in_scope(|| ());
}

#[tokio::test]
async fn silence_leaves_traces_whole() {
    let service = Service::new(|config| config.logs.directives = Some("off".into())).await;
    let _entered = dispatcher::set_default(&service.dispatch);
    within(&service.telemetry, &[], |_| async { work() }).await;
    assert_eq!(service.spans(), ["GET", "outer", "noisy"]);
    let spans = service.collector.spans();
    let outer = spans.iter().find(|span| span.name == "outer").unwrap();
    assert_eq!((outer.events.len(), outer.status), (1, "error"), "{outer:#?}");
    assert_eq!(outer.attributes["a"], 1);
    assert_eq!(service.lines.take(&service.telemetry), Vec::<serde_json::Value>::new());
}

#[tokio::test]
async fn spans_have_directives_of_their_own() {
    for (directives, expected) in [
        ("info,noisy=off", vec!["GET", "outer"]),
        ("debug", vec!["GET", "outer", "debug", "noisy"]),
        ("off,noisy=trace", vec!["GET", "noisy"]),
        ("off", vec!["GET"]),
    ] {
        let service = Service::new(|config| config.traces.directives = directives.into()).await;
        let _entered = dispatcher::set_default(&service.dispatch);
        within(&service.telemetry, &[], |_| async { work() }).await;
        assert_eq!(service.spans(), expected, "{directives}");
        let lines = service.lines.take(&service.telemetry);
        // With the request's own.
        assert_eq!(lines.len(), 3, "{lines:#?}");
        // Lines have spans' fields by their own levels.
        assert_eq!(lines[0]["metadata"]["a"], 1, "{lines:#?}");
    }
}

/// The levels may change meanwhile.
#[tokio::test]
async fn levels_of_lines_change_without_spans() {
    let service = Service::new(|config| config.traces.events = LevelFilter::INFO).await;
    let _entered = dispatcher::set_default(&service.dispatch);
    for (levels, lines) in [("off", 0), ("trace", 3), ("error", 1), ("info", 3)] {
        service.telemetry.levels().set(levels).unwrap();
        service.lines.take(&service.telemetry);
        within(&service.telemetry, &[], |_| async { work() }).await;
        let lines_found = service.lines.take(&service.telemetry);
        assert_eq!(lines_found.len(), lines, "{levels} {lines_found:#?}");
    }
    let spans = service.spans();
    assert_eq!(spans.len(), 4 * 3, "{spans:?}");
    for span in service.collector.spans() {
        assert_eq!(span.events.len(), if span.name == "outer" { 2 } else { 0 }, "{span:#?}");
    }
}

/// A request that is not sampled makes no span that only traces want.
#[tokio::test]
async fn without_sampling_no_span_is_made() {
    let service = Service::new(|config| config.logs.directives = Some("off".into())).await;
    let _entered = dispatcher::set_default(&service.dispatch);
    within(&service.telemetry, &UNSAMPLED, |_| async {
        let span = info_span!("unmade");
        assert!(span.is_disabled() && Span::current().is_disabled());
        work();
    })
    .await;
    assert_eq!(service.made.load(Ordering::Relaxed), 0);
    within(&service.telemetry, &[], |_| async { assert!(!info_span!("made").is_disabled()) }).await;
    assert_eq!(service.made.load(Ordering::Relaxed), 2);
    assert_eq!(service.spans(), ["GET", "made"]);
}

/// What the registry keeps of it, itself, and what is sent; the rest of its memory is used again.
#[tokio::test]
async fn a_span_takes_three_allocations_and_an_unsampled_one_none() {
    let spans = || {
        for n in 0..500 {
            let _outer = info_span!("outer", n, text = "some text").entered();
            info_span!("inner").in_scope(|| ());
        }
    };
    for (headers, most) in [(&[][..], 3 * 1_000 + 100), (&UNSAMPLED, 0)] {
        let service = Service::new(|config| {
            config.logs.directives = Some("off".into());
            config.traces.batch.queue_size = 10_000;
            config.traces.batch.batch_size = 10_000;
            config.traces.batch.schedule_delay = Duration::from_mins(1);
        })
        .await;
        let _entered = dispatcher::set_default(&service.dispatch);
        within(&service.telemetry, headers, |_| async {
            spans();
            let again = allocation_counter::measure(spans);
            assert!(again.count_total <= most, "{again:?}");
        })
        .await;
    }
}

/// The flight recorder wants what traces do not, and the other way round.
#[tokio::test]
async fn what_one_wants_another_does_not_get() {
    let service = Service::new(|config| {
        config.logs.directives = Some("error".into());
        let mut recorder = obskit::config::FlightRecorder::default();
        recorder.directives = "off".into();
        config.logs.recorder = Some(recorder);
        config.traces.events = LevelFilter::TRACE;
    })
    .await;
    let _entered = dispatcher::set_default(&service.dispatch);
    within(&service.telemetry, &[], |_| async {
        info!("for the span alone");
        error!("for both");
    })
    .await;
    assert_eq!(service.spans(), ["GET"]);
    let [server] = <[_; 1]>::try_from(service.collector.spans()).unwrap();
    let names: Vec<_> = server.events.iter().map(|event| &*event.name).collect();
    assert_eq!(names, ["for the span alone", "for both"]);
    let lines = service.lines.take(&service.telemetry);
    assert_eq!(lines.len(), 1, "{lines:#?}");
}
