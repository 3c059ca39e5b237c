//! Which events are written, as the levels say and change; others' layers see what they did.

use super::lab::{Lab, field};
use obskit::Telemetry;
use obskit_tests::lines::Lines;
use obskit_tests::samples::count;
use obskit_tests::settings;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Subscriber, debug, enabled, error, info, info_span, trace, warn};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt};

/// Somebody else's layer.
#[derive(Clone, Default)]
struct Count(Arc<AtomicUsize>);

impl<S: Subscriber> Layer<S> for Count {
    fn on_event(&self, _: &Event<'_>, _: Context<'_, S>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Those of the lines that are not obskit's own.
fn messages(lab: &Lab) -> Vec<String> {
    let lines = lab.lines();
    let theirs = lines.iter().filter(|line| line["target"] != "obskit::log");
    theirs.map(|line| field(line, "message").to_owned()).collect()
}

fn all() {
    trace!("trace");
    debug!("debug");
    debug!(target: "workouts::sets", "workouts");
    info!("info");
    warn!("warn");
    error!("error");
}

#[test]
fn directives_decide_and_the_level_does_for_the_rest() {
    let check = |level: Level, directives: Option<&str>, expected: &[&str]| {
        let lab = Lab::new(|config| {
            config.logs.level = level;
            config.logs.directives = directives.map(str::to_owned);
        });
        lab.run(all);
        assert_eq!(messages(&lab), expected, "{level} {directives:?}");
    };
    check(Level::INFO, None, &["info", "warn", "error"]);
    check(Level::ERROR, None, &["error"]);
    check(Level::ERROR, Some("warn,workouts=debug"), &["workouts", "warn", "error"]);
    check(Level::WARN, Some("workouts=debug"), &["workouts", "warn", "error"]);
    check(Level::TRACE, Some("off"), &[]);
}

#[test]
fn levels_change_while_the_service_runs() {
    let lab = Lab::new(|_| {});
    let levels = lab.telemetry.levels();
    assert_eq!(levels.get(), "info");
    for (directives, expected) in [
        ("debug", ["debug", "workouts", "info", "warn", "error"].as_slice()),
        ("error", &["error"]),
        ("off,workouts=trace", &["workouts"]),
    ] {
        levels.set(directives).unwrap();
        assert_eq!(levels.get(), directives);
        lab.run(all);
        assert_eq!(messages(&lab), expected, "{directives}");
    }
    let error = levels.set("info,workouts=loud").unwrap_err();
    assert!(error.is_config() && error.to_string().contains("workouts=loud"), "{error}");
    assert_eq!(levels.get(), "off,workouts=trace");
}

#[test]
fn directives_that_are_none_are_refused_at_the_start() {
    let mut config = settings::local();
    config.logs.directives = Some("a[span]=info".into());
    let error = Telemetry::build(config).unwrap_err();
    assert!(error.is_config() && error.to_string().contains("a[span]=info"), "{error}");
}

/// L9: silence costs neither IDs nor metrics.
#[tokio::test]
async fn silence_leaves_requests_whole() {
    let lab = Lab::new(|config| config.logs.directives = Some("off".into()));
    let _entered = lab.enter();
    let context = lab.request(|| obskit::context::RequestContext::current().unwrap()).await;
    assert!(!context.request_id().as_str().is_empty());
    assert_eq!(count(&lab.telemetry, "http_requests_total", &["status=\"200\""]), 1);
    assert!(lab.lines().is_empty());
}

/// L10, L11: what logs ignore reaches the neighbours, also after asking between two spans.
#[test]
fn neighbours_see_what_logs_ignore() {
    let (outer, inner, lines) = (Count::default(), Count::default(), Lines::default());
    let mut config = settings::local();
    config.logs.output = lines.output();
    let telemetry = Telemetry::build(config).unwrap();
    let layer = telemetry.tracing_layer().unwrap();
    let picky = Count::default();
    let subscriber = tracing_subscriber::registry()
        .with(inner.clone())
        .with(picky.clone().with_filter(LevelFilter::DEBUG))
        .with(layer)
        .with(outer.clone());
    tracing::subscriber::with_default(subscriber, || {
        let _first = info_span!("first").entered();
        assert!(enabled!(Level::TRACE));
        let _second = info_span!("second", kept = 1).entered();
        all();
    });
    let seen = [&outer, &inner, &picky].map(|layer| layer.0.load(Ordering::Relaxed));
    assert_eq!(seen, [6, 6, 5]);
    let lines = lines.take(&telemetry);
    assert_eq!(lines.len(), 3);
    assert!(lines.iter().all(|line| line["metadata"]["kept"] == 1), "{lines:#?}");
}

/// L11: with the filter outermost, what nobody wants is not made at all.
#[test]
fn behind_the_levels_nothing_is_made_that_nobody_wants() {
    let (lines, other) = (Lines::default(), Count::default());
    let mut config = settings::local();
    config.logs.output = lines.output();
    let telemetry = Telemetry::build(config).unwrap();
    let layer = telemetry.tracing_layer().unwrap();
    let levels = telemetry.levels().clone();
    let subscriber =
        tracing_subscriber::registry().with(layer).with(other.clone()).with(levels.clone());
    tracing::subscriber::with_default(subscriber, || {
        let is_enabled = || enabled!(target: "behind", Level::DEBUG);
        assert!(!is_enabled());
        all();
        levels.set("debug").unwrap();
        assert!(is_enabled());
        levels.set("info").unwrap();
        assert!(!is_enabled());
    });
    assert_eq!(other.0.load(Ordering::Relaxed), 3);
}

/// Every event at the level is counted, from the first scrape on.
#[test]
fn events_are_counted_by_level() {
    let lab = Lab::new(|config| config.logs.flood.lines = 1);
    assert!(lab.telemetry.metrics().text().contains("log_events_total{level=\"trace\"} 0"));
    lab.run(|| (0..3).for_each(|_| all()));
    let counted = ["error", "warn", "info", "debug", "trace"].map(|level| lab.counted(level));
    assert_eq!(counted, [3, 3, 3, 0, 0]);
}
