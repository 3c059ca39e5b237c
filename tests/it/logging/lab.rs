//! A telemetry whose lines a test reads.

use obskit::Telemetry;
use obskit::config::Config;
use obskit_tests::lines::Lines;
use obskit_tests::samples::count;
use serde_json::Value;
use tracing::Dispatch;
use tracing::dispatcher::{self, DefaultGuard};
use tracing_subscriber::layer::SubscriberExt;

pub struct Lab {
    pub telemetry: Telemetry,
    dispatch: Dispatch,
    lines: Lines,
}

impl Lab {
    pub fn new(set: impl FnOnce(&mut Config)) -> Self {
        let lines = Lines::default();
        let mut config = Config::default();
        config.metrics.collect_process = false;
        config.metrics.collect_runtime = false;
        config.logs.output = lines.output();
        set(&mut config);
        let telemetry = Telemetry::build(config).unwrap();
        let layer = telemetry.tracing_layer().unwrap();
        let dispatch = Dispatch::new(tracing_subscriber::registry().with(layer));
        Self { telemetry, dispatch, lines }
    }

    /// Runs `work` where the telemetry takes its events.
    pub fn run<T>(&self, work: impl FnOnce() -> T) -> T {
        dispatcher::with_default(&self.dispatch, work)
    }

    /// The same until the guard is dropped, on this thread.
    pub fn enter(&self) -> DefaultGuard {
        dispatcher::set_default(&self.dispatch)
    }

    /// The lines that were written since this was asked last.
    pub fn lines(&self) -> Vec<Value> {
        self.lines.take(&self.telemetry)
    }

    /// The same as they were written.
    pub fn bytes(&self) -> Vec<u8> {
        self.lines.take_bytes(&self.telemetry)
    }

    /// The lines up to the end of the telemetry.
    pub fn end(self) -> Vec<Value> {
        drop((self.telemetry, self.dispatch));
        self.lines.written()
    }

    /// What a counter of lost log lines has come to.
    pub fn dropped(&self, reason: &str) -> u64 {
        let labels = [r#"signal="log""#, &format!(r#"reason="{reason}""#)];
        count(&self.telemetry, "obskit_dropped_total", &labels) as u64
    }

    /// How many events of a level were counted.
    pub fn counted(&self, level: &str) -> usize {
        count(&self.telemetry, "log_events_total", &[&format!(r#"level="{level}""#)])
    }
}

/// A member that is a text.
#[track_caller]
pub fn field<'a>(line: &'a Value, name: &str) -> &'a str {
    line[name].as_str().unwrap_or_else(|| panic!("{name} in {line}"))
}
