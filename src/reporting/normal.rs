//! A message without what differs from one time to the next.

use std::borrow::Cow;

use crate::redaction::HIDDEN;

/// The message with a mark in place of every number, identifier and quoted text. The same again
/// changes nothing.
pub(super) fn normal(message: &str) -> String {
    // Whether a number is hidden, as one of a card, differs too.
    let is_hidden = message.contains(HIDDEN);
    let message =
        if is_hidden { Cow::Owned(message.replace(HIDDEN, "0")) } else { Cow::Borrowed(message) };
    let message = message.get(..message.floor_char_boundary(MAX_BYTES)).unwrap_or_default();
    let mut normal = String::with_capacity(message.len());
    let mut rest = message;
    while let Some(first) = rest.chars().next() {
        let is_word_before = normal.chars().next_back().is_some_and(char::is_alphanumeric);
        let quoted = quoted(rest).filter(|_| !is_word_before);
        if let Some(length) = quoted {
            normal.push(MARK);
            rest = rest.get(length..).unwrap_or_default();
        } else if first.is_alphanumeric() {
            let length = word(rest);
            let (word, behind) = rest.split_at_checked(length).unwrap_or((rest, ""));
            if is_variable(word) {
                normal.push(MARK);
            } else {
                normal.push_str(word);
            }
            rest = behind;
        } else {
            normal.push(first);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
        }
    }
    normal
}

/// Stands for what differs.
const MARK: char = '*';
/// Of a longer message the beginning counts.
const MAX_BYTES: usize = 512;
/// A word of so many hexadecimal digits, even if all of them are letters, is a number.
const HEX_DIGITS: usize = 8;

/// How long the text between quotes is that the rest begins with, them included.
fn quoted(rest: &str) -> Option<usize> {
    let quote = rest.chars().next().filter(|first| matches!(first, '"' | '\'' | '`'))?;
    let within = rest.get(1..)?;
    let ends = within.match_indices(quote).map(|(at, _)| at);
    // An apostrophe has a letter behind it.
    let is_end = |at: &usize| {
        let behind = within.get(at + 1..).and_then(|behind| behind.chars().next());
        !behind.is_some_and(char::is_alphanumeric)
    };
    ends.into_iter().find(is_end).map(|at| at + 2)
}

/// How long the word is that the rest begins with. Numbers go on behind points and colons, and
/// identifiers behind hyphens.
fn word(rest: &str) -> usize {
    let mut length = 0;
    loop {
        let from = rest.get(length..).unwrap_or_default();
        let run = from.find(|c: char| !c.is_alphanumeric()).unwrap_or(from.len());
        let is_number = from.get(..run).is_some_and(is_variable);
        length += run;
        let mut behind = rest.get(length..).unwrap_or_default().chars();
        let joins = matches!(behind.next(), Some('.' | ':' | '-' | ','));
        let next = behind.as_str();
        let run = next.find(|c: char| !c.is_alphanumeric()).unwrap_or(next.len());
        let goes_on = next.get(..run).is_some_and(is_variable);
        if !(is_number && joins && goes_on) {
            return length;
        }
        length += 1;
    }
}

/// Whether a word has a digit in it, or is a number without one.
fn is_variable(word: &str) -> bool {
    let is_hex = || word.len() >= HEX_DIGITS && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    word.chars().any(char::is_numeric) || is_hex()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_marked() {
        for (message, expected) in [
            ("", ""),
            ("disk full", "disk full"),
            ("user 17 is gone", "user * is gone"),
            ("took 1.5s, not 20 ms", "took *, not * ms"),
            ("refused by 10.0.0.1:5432", "refused by *"),
            ("refused by 10.0.0.12:80", "refused by *"),
            ("at 2026-11-21T17:45:20.123Z", "at *"),
            ("order 67e55044-10b1-426f-9247-bb680e5fe0c8 lost", "order * lost"),
            ("order a3f0beefcafeb0bad00d lost", "order * lost"),
            ("order deadbeef lost", "order * lost"),
            ("user_17", "user_*"),
            ("order a1b2-[redacted] lost", "order * lost"),
            ("password=[redacted]", "password=*"),
            ("no \"bob\" here", "no * here"),
            ("no 'it's bob' here", "no * here"),
            ("it can't be, isn't it", "it can't be, isn't it"),
            ("no `a b` and `c`", "no * and *"),
            ("unclosed 'quote", "unclosed 'quote"),
            ("Größe ½ überschritten", "Größe * überschritten"),
            ("a.b:c", "a.b:c"),
        ] {
            assert_eq!(normal(message), expected);
            assert_eq!(normal(expected), expected);
        }
    }

    #[test]
    fn long_messages_are_bounded() {
        assert_eq!(normal(&"ä ".repeat(1 << 20)).len(), "ä ".len() * 170 + 2);
    }
}
