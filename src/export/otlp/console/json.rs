//! JSON, as far as a line needs it.

use std::fmt::{Display, Write as _};

/// An object under way at the end of a text.
pub(super) struct Object<'a> {
    out: &'a mut String,
    is_empty: bool,
}

impl Object<'_> {
    /// Appends one with the members that `fill` gives it.
    pub(super) fn write(out: &mut String, fill: impl FnOnce(&mut Object<'_>)) {
        out.push('{');
        fill(&mut Object { out: &mut *out, is_empty: true });
        out.push('}');
    }

    /// A member, whose value `write` appends.
    pub(super) fn member(&mut self, key: &str, write: impl FnOnce(&mut String)) {
        if !std::mem::replace(&mut self.is_empty, false) {
            self.out.push(',');
        }
        text(key, self.out);
        self.out.push(':');
        write(self.out);
    }

    pub(super) fn text(&mut self, key: &str, value: &str) {
        self.member(key, |out| text(value, out));
    }

    pub(super) fn number(&mut self, key: &str, value: impl Display) {
        self.member(key, |out| plain(value, out));
    }
}

/// Appends a list, each of whose items `item` appends.
pub(super) fn list<T>(
    items: impl IntoIterator<Item = T>,
    out: &mut String,
    mut item: impl FnMut(T, &mut String),
) {
    out.push('[');
    for (n, value) in items.into_iter().enumerate() {
        if n > 0 {
            out.push(',');
        }
        item(value, out);
    }
    out.push(']');
}

/// A text, in which no character is raw that a terminal or a reader of lines could take for more.
pub(super) fn text(text: &str, out: &mut String) {
    out.push('"');
    for char in text.chars() {
        match char {
            '"' | '\\' => out.extend(['\\', char]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\u{2028}' | '\u{2029}' => plain(format_args!("\\u{:04x}", u32::from(char)), out),
            char if char.is_control() => plain(format_args!("\\u{:04x}", u32::from(char)), out),
            char => out.push(char),
        }
    }
    out.push('"');
}

/// What needs no quotes. A text takes everything.
pub(super) fn plain(value: impl Display, out: &mut String) {
    let _ = write!(out, "{value}");
}
