//! Events at ERROR as evidence of a failure.

use std::error::Error;
use std::fmt;
use std::time::SystemTime;

use serde_json::Value;
use tracing::Event;
use tracing::field::{Field, Visit};
use tracing_log::NormalizeEvent;

use crate::context::{Cause, Evidence, SpanIds, Weight, current_hub};
use crate::redaction::{HIDDEN, Redactor, Told};

use super::site::{Plan, Role, Site};

/// Hands on the fields of the spans that an event is in, each as it stands on a line.
pub(crate) type Around<'a> = &'a dyn Fn(&mut dyn FnMut(&str, &[u8]));

/// Of one text.
const MAX_TEXT_BYTES: usize = 4 << 10;
/// Of one field.
const MAX_VALUE_BYTES: usize = 1 << 10;
const MAX_FIELDS: usize = 64;
/// The field in which a stack that came as a text is shown.
const STACK: &str = "stack";

struct Visitor<'a> {
    plans: &'a [Plan],
    redactor: &'a Redactor,
    evidence: &'a mut Evidence,
}

/// What an event says, without its stack.
pub(super) fn gather(
    event: &Event<'_>,
    site: &Site,
    redactor: &Redactor,
    at: SystemTime,
    (span, around): (Option<SpanIds>, Around<'_>),
) -> Evidence {
    let normalized = event.normalized_metadata();
    let metadata = normalized.as_ref().unwrap_or_else(|| event.metadata());
    let mut evidence = Evidence {
        target: metadata.target().to_owned(),
        place: metadata.file().zip(metadata.line()).map(|(file, line)| (file.to_owned(), line)),
        span,
        hub: current_hub(),
        ..Evidence::new(Weight::Message, at)
    };
    event.record(&mut Visitor { plans: &site.fields, redactor, evidence: &mut evidence });
    if !evidence.causes.is_empty() {
        evidence.weight = Weight::Failure;
    }
    around(&mut |name, value| {
        let text = || Value::String(String::from_utf8_lossy(value).into_owned());
        evidence.add(name, || serde_json::from_slice(value).unwrap_or_else(|_| text()));
    });
    evidence
}

/// A text as evidence has it: its beginning.
pub(super) fn kept(text: &str, bytes: usize) -> String {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or_default().to_owned()
}

impl Evidence {
    /// Adds a field, unless there is one of its name, nearer to the event.
    fn add(&mut self, name: &str, value: impl FnOnce() -> Value) {
        if self.fields.len() < MAX_FIELDS && self.fields.iter().all(|(known, _)| known != name) {
            self.fields.push((name.to_owned(), value()));
        }
    }
}

impl Visitor<'_> {
    fn plan(&self, field: &Field) -> Option<(&'static str, Role)> {
        self.plans.get(field.index()).map(|plan| (plan.key, plan.role))
    }

    /// Takes a value that is no text.
    fn put(&mut self, field: &Field, value: impl Into<Value> + fmt::Display) {
        match self.plan(field) {
            Some((key, Role::Field | Role::Stack)) => self.evidence.add(key, || value.into()),
            Some((key, Role::Hidden)) => self.evidence.add(key, || HIDDEN.into()),
            Some((_, Role::Message)) => self.evidence.message = value.to_string(),
            Some((_, Role::Failure)) => {
                let cause = Cause { kind: String::new(), message: value.to_string() };
                self.evidence.causes.push(cause);
            }
            Some((_, Role::Dropped)) | None => {}
        }
    }

    fn text(&mut self, field: &Field, give: impl FnOnce(&Redactor, &mut dyn FnMut(&str))) {
        let evidence = &mut *self.evidence;
        match self.plans.get(field.index()).map(|plan| (plan.key, plan.role)) {
            Some((_, Role::Message)) => give(self.redactor, &mut |text| {
                evidence.message = kept(text, MAX_TEXT_BYTES);
            }),
            Some((key, Role::Field)) => give(self.redactor, &mut |text| {
                evidence.add(key, || kept(text, MAX_VALUE_BYTES).into());
            }),
            Some((key, Role::Stack)) => give(self.redactor, &mut |text| {
                evidence.add(key, || kept(text, MAX_TEXT_BYTES).into());
            }),
            Some((key, Role::Hidden)) => evidence.add(key, || HIDDEN.into()),
            Some((_, Role::Failure | Role::Dropped)) | None => {}
        }
    }

    fn failure(&mut self, give: impl FnOnce(&Redactor, &mut dyn FnMut(Told<'_>))) {
        let evidence = &mut *self.evidence;
        give(self.redactor, &mut |told| match told {
            Told::Cause { kind, message } => {
                let message = kept(message, MAX_TEXT_BYTES);
                evidence.causes.push(Cause { kind: kind.to_owned(), message });
            }
            Told::Stack(text) => evidence.add(STACK, || kept(text, MAX_TEXT_BYTES).into()),
        });
    }

    fn is_failure(&self, field: &Field) -> bool {
        self.plan(field).is_some_and(|(_, role)| role == Role::Failure)
    }
}

impl Visit for Visitor<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }

    fn record_bytes(&mut self, field: &Field, value: &[u8]) {
        self.text(field, |redactor, take| redactor.bytes(value, take));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if self.is_failure(field) {
            self.failure(|redactor, take| redactor.causes_of_text(value, take));
        } else {
            self.text(field, |redactor, take| redactor.text(value, false, take));
        }
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        if self.is_failure(field) {
            self.failure(|redactor, take| redactor.causes(value, take));
        } else {
            self.record_debug(field, &format_args!("{value}"));
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if self.is_failure(field) {
            self.failure(|redactor, take| redactor.causes_of(value, take));
        } else {
            self.text(field, |redactor, take| redactor.debug(value, take));
        }
    }
}
