//! Fields of spans and events become attributes, by their call site's plan.

use std::error::Error;
use std::fmt;

use tracing::field::{Field, Visit};

use crate::export::otlp::{Attributes, Limits, Value};
use crate::redaction::{FailurePart, HIDDEN, Redactor};

use super::Kind;
use super::site::{Plan, Role};

/// What the fields of one span or event say.
#[derive(Debug)]
pub(super) struct Fields {
    pub(super) attributes: Attributes,
    pub(super) told: Told,
}

/// What is no attribute. An empty text is none.
#[derive(Debug, Default)]
pub(super) struct Told {
    // Of a span.
    pub(super) name: String,
    pub(super) kind: Option<Kind>,
    pub(super) code: Option<Code>,
    pub(super) description: String,
    // Of an event.
    pub(super) message: String,
    pub(super) failure_kind: String,
    pub(super) failure: String,
    pub(super) stack: String,
}

/// What `otel.status_code` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    Unset,
    Ok,
    Error,
}

/// Takes fields.
pub(super) struct Visitor<'a> {
    pub(super) plans: &'a [Plan],
    pub(super) redactor: &'a Redactor,
    pub(super) limits: Limits,
    pub(super) fields: &'a mut Fields,
}

/// A longer name is taken for its first part.
pub(super) const MAX_NAME_BYTES: usize = 1 << 10;

impl Fields {
    pub(super) fn new(field: u32) -> Self {
        Self { attributes: Attributes::new(field), told: Told::default() }
    }
}

impl Fields {
    /// None any more; the memory stays.
    pub(super) fn clear(&mut self) {
        self.attributes.clear();
        let Told { kind, code, .. } = &mut self.told;
        (*kind, *code) = (None, None);
        self.told.texts().into_iter().for_each(String::clear);
    }

    /// The memory that stays.
    pub(super) fn capacity(&self) -> usize {
        let Told { name, description, message, failure_kind, failure, stack, .. } = &self.told;
        let texts = [name, description, message, failure_kind, failure, stack];
        self.attributes.capacity() + texts.map(String::capacity).iter().sum::<usize>()
    }
}

impl Told {
    fn texts(&mut self) -> [&mut String; 6] {
        let Self { name, description, message, failure_kind, failure, stack, .. } = self;
        [name, description, message, failure_kind, failure, stack]
    }

    fn text(&mut self, role: Role) -> Option<&mut String> {
        Some(match role {
            Role::Name => &mut self.name,
            Role::StatusDescription => &mut self.description,
            Role::Message => &mut self.message,
            Role::Failure => &mut self.failure,
            Role::Stack => &mut self.stack,
            _ => return None,
        })
    }
}

impl Visitor<'_> {
    /// Puts a value that is no text where its field's role says.
    #[inline]
    fn put(&mut self, field: &Field, value: Value<'_>) {
        let Some(plan) = self.plans.get(field.index()) else { return };
        let Fields { attributes, told } = &mut *self.fields;
        match plan.role {
            Role::Attribute => attributes.add(plan.key, value, self.limits),
            Role::Hidden => attributes.add(plan.key, Value::Text(HIDDEN), self.limits),
            Role::Dropped => {}
            role => {
                let text = match value {
                    Value::Bool(value) => value.to_string(),
                    Value::Int(value) => value.to_string(),
                    Value::Double(value) => value.to_string(),
                    Value::Text(_) | Value::List(_) => return,
                };
                told.tell(role, &text);
            }
        }
    }

    /// The same of a text that may leave.
    fn tell(&mut self, Plan { key, role }: &Plan, text: &str) {
        match role {
            Role::Attribute => self.fields.attributes.add(key, Value::Text(text), self.limits),
            role => self.fields.told.tell(*role, text),
        }
    }

    fn text(&mut self, field: &Field, give: impl FnOnce(&Redactor, &mut dyn FnMut(&str))) {
        let Some(plan) = self.plans.get(field.index()) else { return };
        match plan.role {
            Role::Dropped => {}
            Role::Hidden => self.put(field, Value::Text(HIDDEN)),
            _ => give(self.redactor, &mut |text| self.tell(plan, text)),
        }
    }

    fn is_failure(&self, field: &Field) -> bool {
        self.plans.get(field.index()).is_some_and(|plan| plan.role == Role::Failure)
    }

    fn failure(&mut self, give: impl FnOnce(&Redactor, &mut dyn FnMut(FailurePart, &str))) {
        let told = &mut self.fields.told;
        give(self.redactor, &mut |part, text| {
            let out = match part {
                FailurePart::Kind => &mut told.failure_kind,
                FailurePart::Message => &mut told.failure,
                FailurePart::Stack => &mut told.stack,
            };
            text.clone_into(out);
        });
    }
}

impl Told {
    fn tell(&mut self, role: Role, text: &str) {
        match role {
            Role::Kind => self.kind = kind(text).or(self.kind),
            Role::StatusCode => self.code = code(text).or(self.code),
            role => {
                let Some(out) = self.text(role) else { return };
                text.clone_into(out);
            }
        }
    }
}

impl Visit for Visitor<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, Value::Double(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, Value::Int(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        match i64::try_from(value) {
            Ok(value) => self.put(field, Value::Int(value)),
            Err(_) => self.record_debug(field, &value),
        }
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, Value::Bool(value));
    }

    fn record_bytes(&mut self, field: &Field, value: &[u8]) {
        self.text(field, |redactor, take| redactor.bytes(value, take));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if self.is_failure(field) {
            self.failure(|redactor, take| redactor.failure_text(value, take));
        } else {
            self.text(field, |redactor, take| redactor.text(value, false, take));
        }
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        if self.is_failure(field) {
            self.failure(|redactor, take| redactor.error(value, take));
        } else {
            self.record_debug(field, &format_args!("{value}"));
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if self.is_failure(field) {
            self.failure(|redactor, take| redactor.failure(value, take));
        } else {
            self.text(field, |redactor, take| redactor.debug(value, take));
        }
    }
}

fn kind(text: &str) -> Option<Kind> {
    let kinds = [
        ("internal", Kind::Internal),
        ("server", Kind::Server),
        ("client", Kind::Client),
        ("producer", Kind::Producer),
        ("consumer", Kind::Consumer),
    ];
    named(text, &kinds)
}

fn code(text: &str) -> Option<Code> {
    named(text, &[("unset", Code::Unset), ("ok", Code::Ok), ("error", Code::Error)])
}

/// A value by its name, which a `Debug` may have put between quotes.
fn named<T: Copy>(text: &str, values: &[(&str, T)]) -> Option<T> {
    let text = text.trim_matches('"');
    values.iter().find(|(name, _)| text.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
}
