//! Values as they stand on a line: every value of a field comes through here, and is redacted.

mod cut;
mod escape;
mod failure;
mod number;
mod scratch;
mod syntax;

use std::fmt;
use std::sync::Arc;

use crate::redaction::{HIDDEN, Redactor};

use super::schema::MAX_LINE_BYTES;

pub(super) use cut::cut;
pub(super) use escape::escape;
pub(super) use number::decimal;
pub(super) use scratch::is_guarded;
pub(crate) use scratch::{guard, render};
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

/// How much of a text is looked at. More than fits a line, because what is hidden in it may be
/// longer than what stands in its place.
const MAX_TEXT_BYTES: usize = 2 * MAX_LINE_BYTES;
/// How much is rendered: even without its last character it is longer than a line.
const MAX_VALUE_BYTES: usize = MAX_LINE_BYTES + 4;

impl Encoder {
    pub(super) fn new(syntax: Syntax, redactor: Arc<Redactor>) -> Self {
        Self { syntax, redactor }
    }

    #[inline]
    pub(super) fn text(&self, text: &str, out: &mut Vec<u8>) {
        self.redacted(text, false, |text| self.syntax.text(text, out));
    }

    /// Text where it is UTF-8, else hex digits.
    pub(super) fn bytes(&self, value: &[u8], out: &mut Vec<u8>) {
        match str::from_utf8(value) {
            Ok(text) => self.text(text, out),
            Err(_) => scratch::with(|buffer| {
                for byte in value.iter().take(MAX_TEXT_BYTES / 2) {
                    let digit = |digit| char::from_digit(u32::from(digit), 16).unwrap_or('0');
                    buffer.extend([digit(byte >> 4), digit(byte & 0x0f)]);
                }
                self.text(buffer, out);
            }),
        }
    }

    /// What a value's `Debug` says (`tracing` hands over a `Display` as one), as a text.
    #[inline]
    pub(super) fn debug(&self, value: &dyn fmt::Debug, out: &mut Vec<u8>) {
        scratch::with(|buffer| {
            let is_cut = render(value, MAX_TEXT_BYTES, buffer);
            self.redacted(buffer, is_cut, |text| self.syntax.text(text, out));
        });
    }

    /// What stands for a value that is hidden because of its name.
    pub(super) fn hidden(&self, out: &mut Vec<u8>) {
        self.syntax.text(HIDDEN, out);
    }

    /// The event's message, which in `Pretty` has no quotes. It is a text, whatever the value.
    #[inline]
    pub(super) fn message(&self, value: &dyn fmt::Debug, out: &mut Vec<u8>) {
        scratch::with(|buffer| {
            let is_cut = render(value, MAX_TEXT_BYTES, buffer);
            self.redacted(buffer, is_cut, |text| self.syntax.message(text, out));
        });
    }

    /// A message that is text already.
    pub(super) fn message_text(&self, text: &str, out: &mut Vec<u8>) {
        self.redacted(text, false, |text| self.syntax.message(text, out));
    }

    /// Hands on what may leave of a text; `is_cut` says that it is the beginning of a longer one.
    #[inline]
    fn redacted(&self, text: &str, is_cut: bool, write: impl FnOnce(&str)) {
        let kept = first(text, MAX_TEXT_BYTES);
        let clean = self.redactor.clean(kept);
        // Behind so much that was hidden the text may end within a secret, which is then not told.
        let ends_unseen = (is_cut || kept.len() < text.len()) && clean.len() <= MAX_LINE_BYTES;
        write(if ends_unseen { HIDDEN } else { first(&clean, MAX_VALUE_BYTES) });
    }
}

/// A text, or as much of it as there are bytes.
#[inline]
fn first(text: &str, bytes: usize) -> &str {
    if text.len() <= bytes {
        return text;
    }
    text.get(..text.floor_char_boundary(bytes)).unwrap_or_default()
}
