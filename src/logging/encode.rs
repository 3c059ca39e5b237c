//! Values as they stand on a line: every value of a field comes through here, and is redacted.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::redaction::Redactor;

use super::line::Failure;

/// Renders values in the syntax of one schema. Each function appends one whole value, whatever the
/// value's own code does: one that panics is `<panicked>`, one that is longer than a line is
/// stopped early.
#[derive(Clone, Debug)]
pub(super) struct Encoder {
    syntax: Syntax,
    redactor: Arc<Redactor>,
}

/// How values are spelt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Syntax {
    /// JSON; with `wide_as_text`, integers outside 64 bits with sign are strings.
    Json {
        wide_as_text: bool,
    },
    Logfmt,
    Pretty,
}

impl Encoder {
    pub(super) fn new(syntax: Syntax, redactor: Arc<Redactor>) -> Self {
        Self { syntax, redactor }
    }

    pub(super) fn text(&self, text: &str, out: &mut Vec<u8>) {
        let _ = (self.syntax, self.redactor.clean(text), out);
    }

    pub(super) fn u64(&self, value: u64, out: &mut Vec<u8>) {
        let _ = (self, value, out);
    }

    pub(super) fn i64(&self, value: i64, out: &mut Vec<u8>) {
        let _ = (self, value, out);
    }

    pub(super) fn u128(&self, value: u128, out: &mut Vec<u8>) {
        let _ = (self, value, out);
    }

    pub(super) fn i128(&self, value: i128, out: &mut Vec<u8>) {
        let _ = (self, value, out);
    }

    pub(super) fn f64(&self, value: f64, out: &mut Vec<u8>) {
        let _ = (self, value, out);
    }

    pub(super) fn bool(&self, value: bool, out: &mut Vec<u8>) {
        let _ = (self, value, out);
    }

    /// Text where it is UTF-8, else hex digits.
    pub(super) fn bytes(&self, value: &[u8], out: &mut Vec<u8>) {
        let _ = (self, value, out);
    }

    /// What a value's `Debug` says (`tracing` hands over a `Display` as one), as a text.
    pub(super) fn debug(&self, value: &dyn fmt::Debug, out: &mut Vec<u8>) {
        let _ = (self, value, out);
    }

    /// What stands for a value that is hidden because of its name.
    pub(super) fn hidden(&self, out: &mut Vec<u8>) {
        let _ = (self, out);
    }

    /// The event's message, which in `Pretty` has no quotes.
    pub(super) fn message(&self, value: &dyn fmt::Debug, out: &mut Vec<u8>) {
        let _ = (self, value, out);
    }

    /// A message that is text already.
    pub(super) fn message_text(&self, text: &str, out: &mut Vec<u8>) {
        let _ = (self, text, out);
    }

    /// An error value: its type, its message with the chain of causes.
    pub(super) fn error(&self, error: &(dyn Error + 'static), failure: &mut Failure) {
        let _ = (self, error, failure);
    }

    /// An error recorded by `%` or `?`.
    pub(super) fn failure(&self, value: &dyn fmt::Debug, failure: &mut Failure) {
        let _ = (self, value, failure);
    }

    /// An error recorded as a text.
    pub(super) fn failure_text(&self, text: &str, failure: &mut Failure) {
        let _ = (self, text, failure);
    }
}
