//! L3: lines are the same wherever the layer stands among others.

use obskit::Telemetry;
use obskit::config::Clock;
use obskit_tests::lines::Lines;
use obskit_tests::settings;
use tracing::field::Empty;
use tracing::{Dispatch, Span, dispatcher, error, info, info_span};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;

fn events() {
    let _outer = info_span!("outer", name = "\u{1b}[31mred", late = Empty).entered();
    let _inner = info_span!("inner", depth = 2).entered();
    Span::current().record("depth", 3);
    info!(set = 1, "one");
    error!(error = "bent", "two");
}

fn written(clock: &Clock, compose: impl FnOnce(&Telemetry) -> Dispatch) -> Vec<u8> {
    let lines = Lines::default();
    let mut config = settings::local();
    config.clock = clock.clone();
    config.logs.output = lines.output();
    let telemetry = Telemetry::build(config).unwrap();
    dispatcher::with_default(&compose(&telemetry), events);
    lines.take_bytes(&telemetry)
}

#[test]
fn a_console_with_colours_changes_nothing_in_any_order() {
    let (clock, registry) = (Clock::manual(), tracing_subscriber::registry);
    let layer = |telemetry: &Telemetry| telemetry.tracing_layer().unwrap();
    let alone = written(&clock, |telemetry| registry().with(layer(telemetry)).into());
    let before = written(&clock, |telemetry| {
        let console = fmt::layer().with_ansi(true).with_writer(std::io::sink);
        registry().with(console).with(layer(telemetry)).into()
    });
    let after = written(&clock, |telemetry| {
        let console = fmt::layer().with_ansi(true).with_writer(std::io::sink);
        registry().with(layer(telemetry)).with(console).into()
    });
    let between = written(&clock, |telemetry| {
        let inner = fmt::layer().with_ansi(true).with_writer(std::io::sink);
        let outer = fmt::layer().with_ansi(true).with_writer(std::io::sink);
        registry().with(inner).with(layer(telemetry)).with(outer).into()
    });
    assert_eq!(String::from_utf8_lossy(&alone).lines().count(), 2);
    assert!(!alone.contains(&0x1b));
    for other in [before, after, between] {
        assert_eq!(String::from_utf8_lossy(&other), String::from_utf8_lossy(&alone));
    }
}
