//! The same line by slog, whose loggers are what spans are to `tracing`.

use std::hint::black_box;
use std::sync::Mutex;

use slog::{Drain, Logger, info, o};
use slog_json::Json;

use super::peers::Nowhere;
use super::work::Plan;

/// The event alone, from a logger that is there.
pub fn event(times: u64) {
    let logger = within(&root(), 0);
    for number in 0..times {
        log(&logger, number);
    }
}

/// The event with both loggers made and dropped.
pub fn event_and_spans(times: u64) {
    let root = root();
    for number in 0..times {
        log(&within(&root, number), number);
    }
}

fn root() -> Logger {
    Logger::root(Mutex::new(Json::default(Nowhere)).fuse(), o!())
}

#[inline(never)]
fn within(root: &Logger, number: u64) -> Logger {
    let outer = root.new(o!("workout" => number, "kind" => black_box("strength")));
    outer.new(o!("table" => black_box("workouts"), "attempt" => 1_u64))
}

#[inline(never)]
fn log(logger: &Logger, number: u64) {
    let (load, change, plan) = (black_box(72.5), black_box(-3_i64), black_box(Plan("premium")));
    info!(logger, "workout completed"; "number" => number, "day" => "push", "load" => load,
        "is_rest" => false, "change" => change, "plan" => %plan);
}
