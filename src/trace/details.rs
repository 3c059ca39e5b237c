//! What spans say of the code they come from, where that is asked for.

use std::thread;

use tracing::Metadata;

use crate::config::Detail;
use crate::export::otlp::Value;

use super::state::{State, Timings};
use super::{LocalSpan, Traces};

impl Traces {
    /// Whether spans are to be told when they are entered and left.
    pub(crate) fn has_timings(&self) -> bool {
        self.shared.settings.details.contains(&Detail::Timings)
    }

    /// Tells what is asked for of a new span.
    pub(super) fn tell_details(&self, metadata: &Metadata<'_>, state: &mut State) {
        let limits = self.limits();
        let attributes = &mut state.fields.attributes;
        let mut tell = |key: &str, value: Option<Value<'_>>| {
            if let Some(value) = value {
                attributes.set(key, value, limits);
            }
        };
        let details = &self.shared.settings.details;
        if details.contains(&Detail::Location) {
            tell("code.file.path", metadata.file().map(Value::Text));
            tell("code.line.number", metadata.line().map(|line| Value::Int(line.into())));
            tell("code.module.name", metadata.module_path().map(Value::Text));
        }
        if details.contains(&Detail::Thread) {
            let thread = thread::current();
            tell("thread.id", id(&thread).map(Value::Int));
            tell("thread.name", thread.name().map(Value::Text));
        }
        if self.has_timings() {
            state.timings = Some(Timings::new(self.shared.clock.now()));
        }
    }

    /// A span was busy up to now, or idle.
    pub(crate) fn turn(&self, span: &LocalSpan, was_busy: bool) {
        let now = self.shared.clock.now();
        if let Some(timings) = span.state().as_mut().and_then(|state| state.timings.as_mut()) {
            timings.turn(now, was_busy);
        }
    }
}

/// The number in `ThreadId(7)`, which there is no other way to.
fn id(thread: &thread::Thread) -> Option<i64> {
    let id = format!("{:?}", thread.id());
    id.strip_prefix("ThreadId(")?.strip_suffix(')')?.parse().ok()
}
