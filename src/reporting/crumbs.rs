//! Events of a request as breadcrumbs of its report: encoded once, where they happen.

use std::cell::Cell;
use std::error::Error;
use std::fmt;
use std::io::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use tracing::field::{Field, Visit};
use tracing::{Event, Level};
use tracing_log::NormalizeEvent;

use crate::context::{Bounds, KeptLine, RequestContext};
use crate::redaction::{FailurePart, HIDDEN, Redactor};

use super::site::{Plan, Role, Site};

/// Of one request.
const BOUNDS: Bounds = Bounds { lines: 100, bytes: 32 << 10 };
/// Of one breadcrumb: all of it is well within the bounds of a request.
const MAX_MESSAGE_BYTES: usize = 1 << 10;
const MAX_VALUE_BYTES: usize = 256;
const MAX_DATA_BYTES: usize = 4 << 10;

/// Memory that each thread keeps.
#[derive(Debug, Default)]
struct Scratch {
    /// Without its last brace.
    data: Vec<u8>,
    message: Vec<u8>,
    line: Vec<u8>,
}

#[derive(Clone, Copy)]
enum Value<'a> {
    Float(f64),
    Int(i64),
    Natural(u64),
    Bool(bool),
    Text(&'a str),
}

struct Visitor<'a> {
    plans: &'a [Plan],
    redactor: &'a Redactor,
    scratch: &'a mut Scratch,
}

thread_local! {
    static SCRATCH: Cell<Option<Box<Scratch>>> = const { Cell::new(None) };
}

/// Has the request keep an event, and says how many it has kept before.
pub(super) fn keep(
    request: &RequestContext,
    event: &Event<'_>,
    site: &Site,
    redactor: &Redactor,
    at: SystemTime,
) -> u64 {
    // A value's own code may log, so nothing is borrowed meanwhile.
    let mut scratch = SCRATCH.try_with(Cell::take).ok().flatten().unwrap_or_default();
    scratch.clear();
    event.record(&mut Visitor { plans: &site.fields, redactor, scratch: &mut scratch });
    let level = *event.metadata().level();
    scratch.write(event, level, at);
    let kept = KeptLine { level, line: &scratch.line, record: b"" };
    let before = request.keep_crumbs().push_counted(kept, BOUNDS);
    let _ = SCRATCH.try_with(|cell| cell.set(Some(scratch)));
    before
}

impl Scratch {
    fn clear(&mut self) {
        self.data.clear();
        self.message.clear();
        self.line.clear();
    }

    /// Writes the breadcrumb, as
    /// <https://develop.sentry.dev/sdk/data-model/event-payloads/breadcrumbs/> has it.
    fn write(&mut self, event: &Event<'_>, level: Level, at: SystemTime) {
        let normalized = event.normalized_metadata();
        let target = normalized.as_ref().unwrap_or_else(|| event.metadata()).target();
        let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
        let line = &mut self.line;
        // Writing to memory does not fail.
        let (seconds, micros) = (since.as_secs(), since.subsec_micros());
        let _ = write!(line, "{{\"timestamp\":{seconds}.{micros:06},\"level\":\"");
        line.extend_from_slice(name(level).as_bytes());
        line.extend_from_slice(b"\",\"category\":");
        json(Value::Text(target), line);
        if !self.message.is_empty() {
            line.extend_from_slice(b",\"message\":");
            line.extend_from_slice(&self.message);
        }
        if !self.data.is_empty() {
            line.extend_from_slice(b",\"data\":{");
            line.extend_from_slice(&self.data);
            line.push(b'}');
        }
        line.push(b'}');
    }
}

impl Visitor<'_> {
    #[inline]
    fn plan(&self, field: &Field) -> Option<(&'static str, Role)> {
        self.plans.get(field.index()).map(|plan| (plan.key, plan.role))
    }

    /// Adds a value that needs no look at what is in it.
    fn put(&mut self, field: &Field, value: Value<'_>) {
        match self.plan(field) {
            Some((key, Role::Field | Role::Failure | Role::Message)) => self.add(key, value),
            Some((key, Role::Hidden)) => self.add(key, Value::Text(HIDDEN)),
            Some((_, Role::Dropped | Role::Stack)) | None => {}
        }
    }

    fn add(&mut self, key: &str, value: Value<'_>) {
        let data = &mut self.scratch.data;
        if data.len() >= MAX_DATA_BYTES {
            return;
        }
        if !data.is_empty() {
            data.push(b',');
        }
        json(Value::Text(key), data);
        data.push(b':');
        json(value, data);
    }

    fn text(&mut self, field: &Field, give: impl FnOnce(&Redactor, &mut dyn FnMut(&str))) {
        let redactor = self.redactor;
        match self.plan(field) {
            Some((_, Role::Message)) => give(redactor, &mut |text| {
                self.scratch.message.clear();
                json(first(text, MAX_MESSAGE_BYTES), &mut self.scratch.message);
            }),
            Some((key, Role::Field)) => {
                give(redactor, &mut |text| self.add(key, first(text, MAX_VALUE_BYTES)));
            }
            Some((key, Role::Hidden)) => self.add(key, Value::Text(HIDDEN)),
            Some((_, Role::Failure | Role::Dropped | Role::Stack)) | None => {}
        }
    }

    fn failure(
        &mut self,
        field: &Field,
        give: impl FnOnce(&Redactor, &mut dyn FnMut(FailurePart, &str)),
    ) {
        let Some((key, _)) = self.plan(field) else { return };
        give(self.redactor, &mut |part, text| {
            if part == FailurePart::Message {
                self.add(key, first(text, MAX_MESSAGE_BYTES));
            }
        });
    }

    fn is_failure(&self, field: &Field) -> bool {
        self.plan(field).is_some_and(|(_, role)| role == Role::Failure)
    }
}

impl Visit for Visitor<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, Value::Float(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, Value::Int(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, Value::Natural(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, Value::Bool(value));
    }

    fn record_bytes(&mut self, field: &Field, value: &[u8]) {
        self.text(field, |redactor, take| redactor.bytes(value, take));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if self.is_failure(field) {
            self.failure(field, |redactor, take| redactor.failure_text(value, take));
        } else {
            self.text(field, |redactor, take| redactor.text(value, false, take));
        }
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        if self.is_failure(field) {
            self.failure(field, |redactor, take| redactor.error(value, take));
        } else {
            self.record_debug(field, &format_args!("{value}"));
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if self.is_failure(field) {
            self.failure(field, |redactor, take| redactor.failure(value, take));
        } else {
            self.text(field, |redactor, take| redactor.debug(value, take));
        }
    }
}

/// Writing what has no maps to memory does not fail.
fn json(value: Value<'_>, out: &mut Vec<u8>) {
    let _ = match value {
        Value::Float(value) => serde_json::to_writer(out, &value),
        Value::Int(value) => serde_json::to_writer(out, &value),
        Value::Natural(value) => serde_json::to_writer(out, &value),
        Value::Bool(value) => serde_json::to_writer(out, &value),
        Value::Text(value) => serde_json::to_writer(out, value),
    };
}

fn first(text: &str, bytes: usize) -> Value<'_> {
    Value::Text(text.get(..text.floor_char_boundary(bytes)).unwrap_or_default())
}

fn name(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warning",
        Level::INFO => "info",
        Level::DEBUG | Level::TRACE => "debug",
    }
}
