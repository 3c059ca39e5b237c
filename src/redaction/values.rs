//! What values that are not ours say of themselves, as far as it may leave.

use std::fmt;

use super::render::{self, render};
use super::{HIDDEN, Redactor};

/// More of one text never leaves: a log line has no room for more.
pub(crate) const MAX_VALUE_BYTES: usize = 16 << 10;
/// How much of a text is looked at. More than may leave, because what is hidden in it may be longer
/// than what stands in its place.
pub(super) const MAX_TEXT_BYTES: usize = 2 * MAX_VALUE_BYTES;
/// How much is handed on: even without its last character it is more than may leave, so that
/// whoever takes it sees that it was cut.
const MAX_HANDED_ON: usize = MAX_VALUE_BYTES + 4;

/// Each function hands on one whole value, whatever the value's own code does: one that panics is
/// `<panicked>`, and one that is longer than may leave is stopped early, though not before it is
/// seen to be longer.
impl Redactor {
    /// Hands on what may leave of a text; `is_cut` says that it is the beginning of a longer one.
    #[inline]
    pub(crate) fn text(&self, text: &str, is_cut: bool, take: impl FnOnce(&str)) {
        let kept = first(text, MAX_TEXT_BYTES);
        let clean = self.clean(kept);
        // Behind so much that was hidden the text may end within a secret, which is then not told.
        let ends_unseen = (is_cut || kept.len() < text.len()) && clean.len() <= MAX_VALUE_BYTES;
        take(if ends_unseen { HIDDEN } else { first(&clean, MAX_HANDED_ON) });
    }

    /// Text where it is UTF-8, else hex digits.
    pub(crate) fn bytes(&self, value: &[u8], take: impl FnOnce(&str)) {
        match str::from_utf8(value) {
            Ok(text) => self.text(text, false, take),
            Err(_) => render::with(|buffer| {
                for byte in value.iter().take(MAX_TEXT_BYTES / 2) {
                    let digit = |digit| char::from_digit(u32::from(digit), 16).unwrap_or('0');
                    buffer.extend([digit(byte >> 4), digit(byte & 0x0f)]);
                }
                self.text(buffer, false, take);
            }),
        }
    }

    /// What a value's `Debug` says (`tracing` hands over a `Display` as one).
    #[inline]
    pub(crate) fn debug(&self, value: &dyn fmt::Debug, take: impl FnOnce(&str)) {
        render::with(|buffer| {
            let is_cut = render(value, MAX_TEXT_BYTES, buffer);
            self.text(buffer, is_cut, take);
        });
    }
}

/// A text, or as much of it as there are bytes.
#[inline]
pub(super) fn first(text: &str, bytes: usize) -> &str {
    if text.len() <= bytes {
        return text;
    }
    text.get(..text.floor_char_boundary(bytes)).unwrap_or_default()
}
