//! Values as they stand on a line: every value of a field comes through here, and is redacted.

mod any_value;
mod cut;
mod escape;
mod number;
mod syntax;

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::redaction::{FailurePart, HIDDEN, Redactor};

use super::line::Failure;

#[cfg(feature = "otlp")]
pub(super) use any_value::VALUE;
pub(super) use cut::cut;
pub(super) use escape::escape;
pub(super) use number::decimal;
pub(super) use syntax::{DIM, RESET, Syntax};

/// Renders values in the syntax of one schema. Each function appends one whole value, whatever the
/// value's own code does: one that panics is `<panicked>`, one that is longer than a line is
/// stopped early.
///
/// What is stopped early is still longer than a line, so that whoever writes the line sees that it
/// does not fit, and cuts it.
#[derive(Clone, Debug)]
pub(super) struct Encoder {
    syntax: Syntax,
    redactor: Arc<Redactor>,
}

impl Encoder {
    pub(super) fn new(syntax: Syntax, redactor: Arc<Redactor>) -> Self {
        Self { syntax, redactor }
    }

    #[inline]
    pub(super) fn text(&self, text: &str, out: &mut Vec<u8>) {
        self.redactor.text(text, false, |text| self.syntax.text(text, out));
    }

    /// Text where it is UTF-8, else hex digits.
    pub(super) fn bytes(&self, value: &[u8], out: &mut Vec<u8>) {
        self.redactor.bytes(value, |text| self.syntax.text(text, out));
    }

    /// What a value's `Debug` says (`tracing` hands over a `Display` as one), as a text.
    #[inline]
    pub(super) fn debug(&self, value: &dyn fmt::Debug, out: &mut Vec<u8>) {
        self.redactor.debug(value, |text| self.syntax.text(text, out));
    }

    /// What stands for a value that is hidden because of its name.
    pub(super) fn hidden(&self, out: &mut Vec<u8>) {
        self.syntax.text(HIDDEN, out);
    }

    /// The event's message, which in `Pretty` has no quotes. It is a text, whatever the value.
    #[inline]
    pub(super) fn message(&self, value: &dyn fmt::Debug, out: &mut Vec<u8>) {
        self.redactor.debug(value, |text| self.syntax.message(text, out));
    }

    /// A message that is text already.
    pub(super) fn message_text(&self, text: &str, out: &mut Vec<u8>) {
        self.redactor.text(text, false, |text| self.syntax.message(text, out));
    }

    /// An error value.
    pub(super) fn error(&self, error: &(dyn Error + 'static), failure: &mut Failure) {
        failure.clear();
        self.redactor.error(error, &mut |part, text| self.put(part, text, failure));
    }

    /// An error recorded by `%` or `?`.
    pub(super) fn failure(&self, value: &dyn fmt::Debug, failure: &mut Failure) {
        failure.clear();
        self.redactor.failure(value, &mut |part, text| self.put(part, text, failure));
    }

    /// An error recorded as a text.
    pub(super) fn failure_text(&self, text: &str, failure: &mut Failure) {
        failure.clear();
        self.redactor.failure_text(text, &mut |part, text| self.put(part, text, failure));
    }

    fn put(&self, part: FailurePart, text: &str, failure: &mut Failure) {
        let out = match part {
            FailurePart::Kind => &mut failure.kind,
            FailurePart::Message => &mut failure.message,
            FailurePart::Stack => &mut failure.stack,
        };
        self.syntax.text(text, out);
    }
}
