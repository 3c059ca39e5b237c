//! Fields of events and spans become parts of lines, by their call site's plan.

use std::error::Error;
use std::fmt;

use tracing::field::{Field, Visit};

use super::encode::Encoder;
use super::line::Failure;
use super::members::Members;
use super::site::{Plan, Role};

/// What the fields of one event or span say, rendered. Clearing keeps the memory.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) members: Members,
    pub(super) message: Vec<u8>,
    pub(super) user: Vec<u8>,
    pub(super) failure: Failure,
}

/// Renders fields into parts.
pub(super) struct Visitor<'a> {
    pub(super) plans: &'a [Plan],
    pub(super) encoder: &'a Encoder,
    pub(super) parts: &'a mut Parts,
    /// The request knows its user, so that a field with one is a member as others are.
    pub(super) has_user: bool,
}

impl Parts {
    pub(super) fn clear(&mut self) {
        self.members.clear();
        self.message.clear();
        self.user.clear();
        self.failure.clear();
    }

    /// Memory of so many bytes is in use, at the least.
    pub(super) fn len(&self) -> usize {
        let Failure { kind, message, stack } = &self.failure;
        let texts = [&self.message, &self.user, kind, message, stack].map(Vec::len);
        self.members.as_bytes().len() + texts.iter().sum::<usize>()
    }

    /// Memory of so many bytes is kept by clearing it, as far as it is worth counting.
    pub(super) fn capacity(&self) -> usize {
        let Failure { kind, message, stack } = &self.failure;
        let texts = [&self.message, &self.user, kind, message, stack].map(Vec::capacity);
        self.members.capacity() + texts.iter().sum::<usize>()
    }
}

impl Visitor<'_> {
    #[inline]
    fn put(&mut self, field: &Field, write: impl FnOnce(&Encoder, &mut Vec<u8>)) {
        let Some(plan) = self.plans.get(field.index()) else { return };
        let (parts, encoder) = (&mut *self.parts, self.encoder);
        let text = match plan.role {
            Role::Member => return parts.members.put(&plan.key, |out| write(encoder, out)),
            Role::Hidden => return parts.members.put(&plan.key, |out| encoder.hidden(out)),
            Role::User if self.has_user => {
                return parts.members.put(&plan.key, |out| write(encoder, out));
            }
            Role::Dropped => return,
            Role::User => &mut parts.user,
            Role::Message => &mut parts.message,
            Role::Failure => &mut parts.failure.message,
            Role::Stack => &mut parts.failure.stack,
        };
        text.clear();
        write(encoder, text);
    }

    #[inline]
    fn role(&self, field: &Field) -> Option<Role> {
        self.plans.get(field.index()).map(|plan| plan.role)
    }
}

impl Visit for Visitor<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, |encoder, out| encoder.f64(value, out));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, |encoder, out| encoder.i64(value, out));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, |encoder, out| encoder.u64(value, out));
    }

    fn record_i128(&mut self, field: &Field, value: i128) {
        self.put(field, |encoder, out| encoder.i128(value, out));
    }

    fn record_u128(&mut self, field: &Field, value: u128) {
        self.put(field, |encoder, out| encoder.u128(value, out));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, |encoder, out| encoder.bool(value, out));
    }

    fn record_bytes(&mut self, field: &Field, value: &[u8]) {
        self.put(field, |encoder, out| encoder.bytes(value, out));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match self.role(field) {
            Some(Role::Failure) => self.encoder.failure_text(value, &mut self.parts.failure),
            Some(Role::Message) => {
                self.put(field, |encoder, out| encoder.message_text(value, out));
            }
            _ => self.put(field, |encoder, out| encoder.text(value, out)),
        }
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        match self.role(field) {
            Some(Role::Failure) => self.encoder.error(value, &mut self.parts.failure),
            _ => self.record_debug(field, &format_args!("{value}")),
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        match self.role(field) {
            Some(Role::Failure) => self.encoder.failure(value, &mut self.parts.failure),
            Some(Role::Message) => self.put(field, |encoder, out| encoder.message(value, out)),
            _ => self.put(field, |encoder, out| encoder.debug(value, out)),
        }
    }
}
