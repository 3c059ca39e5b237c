//! Where a value ends: quoted, in brackets, or bare.

use std::ops::Range;

/// A value's whole extent, and the part of it that is hidden: without its quotes, if it has some.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) hidden: Range<usize>,
    pub(super) quoted: bool,
    pub(super) end: usize,
}

/// What ends a value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    /// White space, a closing bracket, or what separates it from a next pair.
    Delimiter,
    /// The end of the line: values as `Digest a="b", c="d"` and `a=b; c=d`.
    Line,
}

/// The longest key that is looked for behind a separator.
const KEY: usize = 64;

/// The value that begins at `start`. It takes linear time in its length, and ends where the text
/// does if a quote or bracket is not closed.
pub(super) fn value(text: &[u8], start: usize, until: Until) -> Value {
    if let Some((open, level, quote)) = opening(text, start) {
        let Some(close) = closing(text, open, level, quote) else {
            return Value { hidden: open..text.len(), quoted: true, end: text.len() };
        };
        let end = close + level + 1;
        if ends_at(text, end) {
            return Value { hidden: open..close, quoted: true, end };
        }
        let end = bare(text, end, until);
        return Value { hidden: start..end, quoted: false, end };
    }
    let mut end = bare(text, start, until);
    if text.get(start..end).is_some_and(is_scheme) {
        let next = end + spaces(text, end);
        if next > end {
            end = bare(text, next, until);
        }
    }
    Value { hidden: start..end, quoted: false, end }
}

/// How many blanks stand at a place.
pub(super) fn spaces(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// An opening quote: where its content begins, how many backslashes stand before it, which it is.
pub(super) fn opening(text: &[u8], at: usize) -> Option<(usize, usize, u8)> {
    let rest = text.get(at..)?;
    let level = rest.iter().take_while(|byte| **byte == b'\\').count();
    let quote = *rest.get(level).filter(|byte| matches!(byte, b'"' | b'\'' | b'`'))?;
    Some((at + level + 1, level, quote))
}

/// The first byte of the closing quote, backslashes included. A quote within has more of them, as
/// often as the text was put in quotes.
pub(super) fn closing(text: &[u8], from: usize, level: usize, quote: u8) -> Option<usize> {
    let mut backslashes = 0;
    for (at, &byte) in text.iter().enumerate().skip(from) {
        match byte {
            b'\\' => backslashes += 1,
            byte if byte == quote && backslashes % (2 * level + 2) == level => {
                return Some(at - level);
            }
            _ => backslashes = 0,
        }
    }
    None
}

/// Where a bare value ends.
fn bare(text: &[u8], start: usize, until: Until) -> usize {
    let mut at = start;
    while let Some(&byte) = text.get(at) {
        at = match byte {
            b'\n' | b'\r' => return at,
            b'"' | b'\'' | b'`' if opens(text, start, at) => quoted(text, at),
            b'"' | b'\'' | b'`' if ends_at(text, at + 1) => return before_quote(text, start, at),
            _ if until == Until::Line => at + 1,
            b' ' | b'\t' if opens_struct(text, start, at) => bracketed(text, at + 1),
            b' ' | b'\t' | b')' | b']' | b'}' => return at,
            b'(' | b'[' | b'{' => bracketed(text, at),
            b',' | b';' | b'&' if separates(text, at) => return at,
            _ => at + 1,
        };
    }
    text.len()
}

/// A quote within a bare value opens if it stands as in `b"…"` or `a="…"`.
fn opens(text: &[u8], start: usize, at: usize) -> bool {
    let before = text.get(start..at).and_then(<[u8]>::last);
    matches!(before, Some(b'=')) || (at == start + 1 && matches!(before, Some(b'b' | b'c' | b'r')))
}

fn quoted(text: &[u8], at: usize) -> usize {
    let close = opening(text, at).and_then(|(open, level, quote)| {
        closing(text, open, level, quote).map(|close| close + level + 1)
    });
    close.unwrap_or(text.len())
}

fn before_quote(text: &[u8], start: usize, at: usize) -> usize {
    let value = text.get(start..at).unwrap_or_default();
    at - value.iter().rev().take_while(|byte| **byte == b'\\').count()
}

/// `Name {` of Debug.
fn opens_struct(text: &[u8], start: usize, at: usize) -> bool {
    let name = text.get(start..at).unwrap_or_default();
    text.get(at + 1) == Some(&b'{')
        && name.first().is_some_and(u8::is_ascii_uppercase)
        && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}

/// Behind the bracket that closes the one here.
fn bracketed(text: &[u8], at: usize) -> usize {
    let (mut at, mut depth) = (at, 0_usize);
    while let Some(&byte) = text.get(at) {
        at = match byte {
            b'"' | b'\\' if opening(text, at).is_some_and(|(_, _, quote)| quote == b'"') => {
                quoted(text, at)
            }
            b'\\' => {
                at + text.get(at..).unwrap_or_default().iter().take_while(|b| **b == byte).count()
            }
            b'(' | b'[' | b'{' => {
                depth += 1;
                at + 1
            }
            b')' | b']' | b'}' if depth <= 1 => return at + 1,
            b')' | b']' | b'}' => {
                depth -= 1;
                at + 1
            }
            _ => at + 1,
        };
    }
    text.len()
}

/// Whether a value that was in quotes is over here.
fn ends_at(text: &[u8], at: usize) -> bool {
    text.get(at).is_none_or(|byte| {
        byte.is_ascii_whitespace()
            || matches!(
                byte,
                b',' | b';' | b'&' | b')' | b']' | b'}' | b':' | b'"' | b'\'' | b'`' | b'\\' | b'>'
            )
    })
}

/// Whether `,`, `;` or `&` stands before a next pair rather than in a value.
fn separates(text: &[u8], at: usize) -> bool {
    let rest = text.get(at + 1..).unwrap_or_default();
    let Some(first) = rest.first() else { return true };
    if first.is_ascii_whitespace() || matches!(first, b'"' | b'\'' | b'\\' | b'{' | b'[' | b'(') {
        return true;
    }
    let name = rest.iter().take(KEY).take_while(|byte| is_name(**byte)).count();
    name > 0 && matches!(rest.get(name), Some(b'=' | b':'))
}

/// Whether a byte may stand in a key that has no quotes. `%` is of URLs.
pub(super) fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'%' | 0x80..)
}

/// The first word of a header's value, whose second is the secret.
fn is_scheme(word: &[u8]) -> bool {
    const SCHEMES: [&str; 7] = ["bearer", "basic", "digest", "token", "apikey", "negotiate", "bot"];
    SCHEMES.iter().any(|scheme| word.eq_ignore_ascii_case(scheme.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The hidden part stands between `<` and `>`.
    #[track_caller]
    fn check(until: Until, marked: &str) {
        let text = marked.replace(['<', '>'], "");
        let found = value(text.as_bytes(), 0, until).hidden;
        let (before, rest) = text.split_at(found.start);
        let (hidden, after) = rest.split_at(found.end - found.start);
        assert_eq!(format!("{before}<{hidden}>{after}"), marked);
    }

    #[test]
    #[rustfmt::skip]
    fn values_end() {
        for marked in [
            "<a> b", "<a>", "<>", "<a>, b", "<a,b>", "<a>,b=c", "<a;b>, c", "<a&b>", "<a>&b=c",
            "<a>)", "<a>}", "<a>\"}", r#"<a>\"}"#, "<it's> so", "<a\"b>", "<ä> ö",
            r#""<a b>", c"#, r#""<a\"b>" c"#, r#"\"<a>\" c"#, r#"\"<a\\\"b>\" c"#,
            r#"\"<a\\\\>\" c"#, "'<a b>' c", "<b\"a b\"> c", "<\"a\"b> c", "\"<a b c>",
            "<Some(\"a b\")> c", "<[1, 2]> c", "<Key { a: \"}\" }> c", "<Key> c", "<(a (b) c d>",
            "<{\"a\": [1]}>, d", "<Bearer abc> d",
        ] {
            check(Until::Delimiter, marked);
        }
    }

    #[test]
    fn lines_end() {
        check(Until::Line, "<a=b; c=d, e>\nf");
        check(Until::Line, "<Digest a=\"b\", c=\"d e\", f>\r\ng");
        check(Until::Line, "<a=b; c=d>\", e");
        check(Until::Line, "\"<a=b; c=d>\", e");
    }
}
