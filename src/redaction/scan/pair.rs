//! Pairs in a text: `key=value`, `key: value`, `"key":"value"`, `("key", "value")`.

use std::ops::Range;

use super::Scan;
use crate::redaction::cut::Cut;
use crate::redaction::value::{self, Until, Value};
use crate::redaction::words::LONGEST;

/// The name of a value, and the quote behind it, if it has one.
pub(super) struct Key {
    pub(super) name: Range<usize>,
    quote: Range<usize>,
}

/// How many blanks may stand before a separator or a value.
const BLANKS: usize = 16;

impl Scan<'_> {
    /// At `=` or `:`.
    pub(super) fn pair(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        if rest.starts_with(b"://") {
            return self.url();
        }
        if rest.starts_with(b"::") {
            self.at += 2;
            return;
        }
        let signs = rest.iter().take(3).take_while(|byte| b"=:>".contains(byte)).count();
        let Some(key) = self.key_before(self.at) else {
            self.at += signs;
            return;
        };
        if rest.first() == Some(&b'=') && self.is_query(&key) {
            return;
        }
        self.at += signs;
        if self.hides(&key) {
            self.hide_value(&key);
        }
    }

    /// At `(`, as of `("key", "value")`.
    pub(super) fn tuple(&mut self) {
        self.at += 1;
        let Some((key, value)) = self.tuple_key(self.at) else { return };
        if self.hides(&key) {
            self.at = value;
            self.hide_value(&key);
        }
    }

    /// The quoted name behind a `(`, and the place behind the comma that follows it.
    pub(super) fn tuple_key(&self, at: usize) -> Option<(Key, usize)> {
        let (open, level, quote) = value::opening(self.text, at)?;
        let name = self.text.get(open..).unwrap_or_default();
        let name = name.iter().take(LONGEST).take_while(|byte| value::is_name(**byte)).count();
        let name = open..open + name;
        let quote_end = name.end + level + 1;
        let closed = value::opening(self.text, name.end) == Some((quote_end, level, quote));
        let key = Key { quote: name.end..quote_end, name };
        (closed && self.text.get(quote_end) == Some(&b',')).then_some((key, quote_end + 1))
    }

    /// Cuts the value that begins here, behind blanks.
    fn hide_value(&mut self, key: &Key) {
        let blanks = value::spaces(self.text, self.at);
        if blanks > BLANKS {
            return;
        }
        let until = if self.is_header(key) { Until::Line } else { Until::Delimiter };
        let Value { hidden, quoted, end } = value::value(self.text, self.at + blanks, until);
        self.at = end;
        if quoted {
            self.cuts.push(Cut::plain(hidden));
        } else if !self.text.get(hidden.clone()).is_some_and(is_no_secret) {
            self.cuts.push(Cut { part: hidden, quote: key.quote.clone() });
        }
    }

    /// Headers of several parts, separated as pairs are.
    fn is_header(&self, key: &Key) -> bool {
        let name = self.text.get(key.name.clone()).unwrap_or_default();
        [&b"authorization"[..], b"cookie", b"cookies"].iter().any(|end| {
            let start = name.len().checked_sub(end.len());
            start.and_then(|start| name.get(start..)).is_some_and(|of| of.eq_ignore_ascii_case(end))
        })
    }

    pub(super) fn hides(&self, key: &Key) -> bool {
        let Range { mut start, end } = key.name;
        let hides = |start| self.text.get(start..end).is_some_and(|name| self.names.hides(name));
        if hides(start) {
            return true;
        }
        // Of `API key:` and `card number:` the words stand apart.
        for _ in 0..2 {
            let last = self.text.get(start..end).unwrap_or_default();
            if !key.quote.is_empty() || !(goes_with_others(last) || start < key.name.start) {
                return false;
            }
            let Some(blank) = start.checked_sub(1).filter(|at| self.text.get(*at) == Some(&b' '))
            else {
                return false;
            };
            start = self.name_start(blank);
            if start == blank {
                return false;
            }
            if hides(start) {
                return true;
            }
        }
        false
    }

    /// The name that stands before a separator.
    pub(super) fn key_before(&self, at: usize) -> Option<Key> {
        let before = self.text.get(at.saturating_sub(BLANKS)..at)?;
        let blanks = before.iter().rev().take_while(|byte| **byte == b' ').count();
        let mut end = at - blanks;
        end -= usize::from(self.byte_before(end) == Some(b']'));
        let Some(quote) = self.byte_before(end).filter(|byte| b"\"'`".contains(byte)) else {
            let name = self.name_start(end)..end;
            return (!name.is_empty()).then_some(Key { name, quote: 0..0 });
        };
        let quoted = self.text.get(end.saturating_sub(2 * LONGEST)..end - 1)?;
        let level = quoted.iter().rev().take_while(|byte| **byte == b'\\').count();
        let name_end = end - 1 - level;
        let inside = quoted.get(..quoted.len() - level)?;
        let length = inside.iter().rev().take_while(|byte| is_key(**byte, quote)).count();
        let name = name_end - length..name_end;
        (!name.is_empty()).then_some(Key { name, quote: name_end..end })
    }

    pub(super) fn byte_before(&self, at: usize) -> Option<u8> {
        at.checked_sub(1).and_then(|at| self.text.get(at)).copied()
    }

    /// Where the name that ends here begins.
    fn name_start(&self, end: usize) -> usize {
        let before = self.text.get(end.saturating_sub(LONGEST)..end).unwrap_or_default();
        end - before.iter().rev().take_while(|byte| value::is_name(**byte)).count()
    }

    /// Whether the key is of a URL's query that stands without the URL's beginning; then its part
    /// of the query is dealt with.
    fn is_query(&mut self, key: &Key) -> bool {
        let joined = key.quote.is_empty() && key.name.end == self.at;
        let opened = joined
            && !(self.url.in_query && self.at < self.url.end)
            && self.byte_before(key.name.start) == Some(b'?');
        if opened {
            self.open_query(key.name.start - 1);
        }
        opened
    }
}

fn is_key(byte: u8, quote: u8) -> bool {
    byte != quote && (value::is_name(byte) || byte == b' ' || byte == b'/')
}

/// Words that say little alone.
fn goes_with_others(name: &[u8]) -> bool {
    ["key", "number", "code", "header", "value"]
        .iter()
        .any(|word| name.eq_ignore_ascii_case(word.as_bytes()))
}

/// What says that there is no value, or only whether there is one.
fn is_no_secret(value: &[u8]) -> bool {
    ["", "None", "null", "nil", "true", "false"].iter().any(|none| value == none.as_bytes())
}
