//! Floods of one call site: the first lines pass, the rest is counted and told (L8).

use super::lab::{Lab, field};
use obskit::config::Clock;
use serde_json::Value;
use std::time::{Duration, UNIX_EPOCH};

const WINDOW: Duration = Duration::from_secs(10);

fn lab(lines: Option<u32>) -> (Lab, Clock) {
    let clock = Clock::manual();
    let lab = Lab::new(|config| {
        config.clock = clock.clone();
        config.logs.flood.lines = lines.unwrap_or(config.logs.flood.lines);
    });
    // A window begins at a multiple of its length.
    let since_1970 = clock.wall().duration_since(UNIX_EPOCH).unwrap();
    let begins =
        Duration::from_secs((since_1970.as_secs() / WINDOW.as_secs() + 1) * WINDOW.as_secs());
    clock.advance(begins.saturating_sub(since_1970));
    (lab, clock)
}

fn fail(times: usize) {
    (0..times).for_each(|number| tracing::error!(target: "db", number, "no connection"));
}

fn suppressed(line: &Value) -> u64 {
    let metadata = &line["metadata"];
    assert_eq!((field(line, "level"), field(line, "target")), ("error", "db"), "{line}");
    assert!(field(metadata, "callSite").starts_with("tests/it/logging/flood.rs:"), "{line}");
    metadata["suppressed"].as_u64().unwrap_or_else(|| panic!("{line} is no summary"))
}

/// The numbers of `fail` in these lines.
fn numbers(lines: &[Value]) -> Vec<u64> {
    lines.iter().map(|line| line["metadata"]["number"].as_u64().unwrap()).collect()
}

#[test]
fn the_first_hundred_pass_and_the_next_window_tells_of_the_rest() {
    let (lab, clock) = lab(None);
    lab.run(|| fail(250));
    let lines = lab.lines();
    assert_eq!(numbers(&lines), (0..100).collect::<Vec<_>>());
    clock.advance(WINDOW);
    lab.run(|| fail(1));
    let lines = lab.lines();
    assert_eq!((lines.len(), suppressed(&lines[0])), (2, 150));
    assert_eq!(numbers(&lines[1..]), [0]);
    assert_eq!(lab.dropped("flood"), 150);
    assert_eq!(lab.counted("error"), 251, "the metric sees all");
}

#[test]
fn a_call_site_that_falls_silent_is_told_of_all_the_same() {
    let (lab, clock) = lab(Some(5));
    lab.run(|| fail(12));
    assert_eq!(lab.lines().len(), 5);
    clock.advance(WINDOW);
    let lines = lab.lines();
    assert_eq!((lines.len(), suppressed(&lines[0])), (1, 7));
    clock.advance(WINDOW);
    assert_eq!(lab.lines().len(), 0, "once");
    lab.run(|| fail(1));
    assert_eq!(numbers(&lab.lines()), [0], "nothing more to tell");
}

#[test]
fn an_end_within_the_window_tells_of_it() {
    let (lab, _) = lab(Some(5));
    lab.run(|| fail(12));
    let lines = lab.end();
    assert_eq!((lines.len(), suppressed(&lines[5])), (6, 7));
}

#[test]
fn each_call_site_has_its_own_limit_and_only_warnings_and_errors_have_one() {
    let (lab, _) = lab(Some(3));
    lab.run(|| {
        for number in 0..10u64 {
            tracing::error!(target: "error", number);
            tracing::warn!(target: "warn", number);
            tracing::warn!(target: "other", number);
            tracing::info!(target: "info", number);
        }
    });
    let lines = lab.lines();
    let of = |target: &str| lines.iter().filter(|line| field(line, "target") == target).count();
    assert_eq!(["error", "warn", "other", "info"].map(of), [3, 3, 3, 10]);
    assert_eq!(lab.dropped("flood"), 21);
}

#[test]
fn a_limit_of_zero_is_none() {
    let (lab, _) = lab(Some(0));
    lab.run(|| fail(1_000));
    assert_eq!((lab.lines().len(), lab.dropped("flood")), (1_000, 0));
}

#[test]
fn threads_together_have_one_limit() {
    let (lab, clock) = lab(None);
    std::thread::scope(|scope| {
        (0..4).for_each(|_| drop(scope.spawn(|| lab.run(|| fail(1_000)))));
    });
    assert_eq!((lab.lines().len(), lab.dropped("flood")), (100, 3_900));
    clock.advance(WINDOW);
    assert_eq!(suppressed(&lab.lines()[0]), 3_900);
}
