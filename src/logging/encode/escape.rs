//! Escapes: no byte of a text can end its line, its value, or reach a terminal as a command.
//!
//! Raw on a line stand neither the control characters of ASCII, DEL and U+0080 to U+009F, nor
//! U+2028 and U+2029, which some readers take for the end of a line.

use crate::logging::schema::MAX_LINE_BYTES;

const ONES: u64 = u64::from_ne_bytes([1; 8]);
const HIGHS: u64 = 0x80 * ONES;

/// Appends a text as it stands between quotes in JSON. It stops past the longest line.
#[inline]
pub(in crate::logging) fn escape(text: &str, out: &mut Vec<u8>) {
    if is_clean(text) {
        out.extend_from_slice(text.as_bytes());
    } else {
        escape_each::<true>(text.as_bytes(), out);
    }
}

/// As `escape`, but quotes and backslashes stay as they are.
pub(super) fn escape_unquoted(text: &str, out: &mut Vec<u8>) {
    if is_clean(text) {
        out.extend_from_slice(text.as_bytes());
    } else {
        escape_each::<false>(text.as_bytes(), out);
    }
}

/// Where the character or the escape at `from` ends in what was escaped.
pub(super) fn unit_end(escaped: &[u8], from: usize) -> usize {
    let mut end = match escaped.get(from..) {
        Some([b'\\', b'u', ..]) => from + 6,
        Some([b'\\', ..]) => from + 2,
        _ => from + 1,
    };
    while escaped.get(end).is_some_and(|byte| byte & 0xc0 == 0x80) {
        end += 1;
    }
    end.min(escaped.len())
}

/// Whether a text is ASCII without anything to escape.
#[inline]
fn is_clean(text: &str) -> bool {
    let text = text.as_bytes();
    let Some(last) = text.last_chunk::<8>() else {
        return text.iter().all(|byte| is_plain(*byte));
    };
    let (words, _) = text.as_chunks::<8>();
    // The last word overlaps the one before, which is cheaper than looking at single bytes.
    words.iter().fold(suspects(*last), |found, word| found | suspects(*word)) == 0
}

/// The high bit of each byte that is not plain. Bytes behind the first such one may have it, too.
#[inline]
fn suspects(word: [u8; 8]) -> u64 {
    let word = u64::from_le_bytes(word);
    // With bit 1 flipped, the control characters and the quote are all those below 0x21.
    let low = (word ^ (2 * ONES)).wrapping_sub(0x21 * ONES);
    let backslash = (word ^ (u64::from(b'\\') * ONES)).wrapping_sub(ONES);
    let high = word | word.wrapping_add(ONES);
    (low | backslash | high) & HIGHS
}

#[inline]
fn is_plain(byte: u8) -> bool {
    (0x20..0x7f).contains(&byte) && byte != b'"' && byte != b'\\'
}

/// The plain bytes at the beginning.
#[inline]
fn plain_run(text: &[u8]) -> usize {
    let (words, rest) = text.as_chunks::<8>();
    for (n, word) in words.iter().enumerate() {
        let found = suspects(*word);
        if found != 0 {
            return 8 * n + found.trailing_zeros() as usize / 8;
        }
    }
    let plain = rest.iter().position(|byte| !is_plain(*byte)).unwrap_or(rest.len());
    text.len() - rest.len() + plain
}

fn escape_each<const QUOTED: bool>(mut text: &[u8], out: &mut Vec<u8>) {
    let limit = out.len() + MAX_LINE_BYTES;
    loop {
        let (plain, rest) = text.split_at_checked(plain_run(text)).unwrap_or((text, &[]));
        out.extend_from_slice(plain);
        if rest.is_empty() || out.len() > limit {
            return;
        }
        text = rest.get(escape_one::<QUOTED>(rest, out)..).unwrap_or_default();
    }
}

/// Appends the character at the beginning, escaped where it must be, and says how long it was.
#[inline]
fn escape_one<const QUOTED: bool>(text: &[u8], out: &mut Vec<u8>) -> usize {
    match *text {
        [byte @ (b'"' | b'\\'), ..] if QUOTED => out.extend_from_slice(&[b'\\', byte]),
        [b'\n', ..] => out.extend_from_slice(b"\\n"),
        [b'\r', ..] => out.extend_from_slice(b"\\r"),
        [b'\t', ..] => out.extend_from_slice(b"\\t"),
        [byte @ (0..0x20 | 0x7f), ..] => unicode(u16::from(byte), out),
        [0xc2, byte @ 0x80..0xa0, ..] => {
            unicode(u16::from(byte), out);
            return 2;
        }
        [0xe2, 0x80, byte @ 0xa8..=0xa9, ..] => {
            unicode(0x2000 | u16::from(byte & 0x3f), out);
            return 3;
        }
        [first, ..] => {
            let len = char_len(first);
            out.extend_from_slice(text.get(..len).unwrap_or(text));
            return len;
        }
        [] => {}
    }
    1
}

fn unicode(code: u16, out: &mut Vec<u8>) {
    let digit = |shift: u16| {
        let digit = u32::from(code >> shift & 0x0f);
        char::from_digit(digit, 16).map_or(b'0', |digit| digit as u8)
    };
    out.extend_from_slice(&[b'\\', b'u', digit(12), digit(8), digit(4), digit(0)]);
}

/// The length of a character by its first byte.
fn char_len(first: u8) -> usize {
    match first {
        0..0x80 => 1,
        0x80..0xe0 => 2,
        0xe0..0xf0 => 3,
        0xf0.. => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(text: &str) -> String {
        let mut out = Vec::new();
        escape(text, &mut out);
        String::from_utf8(out).unwrap()
    }

    fn is_safe(text: &str) -> bool {
        text.chars().all(|c| !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}'))
    }

    #[test]
    fn serde_json_reads_every_character_back() {
        for c in '\0'..=char::MAX {
            // At every place in a word, and alone.
            for around in ["", "1234567", "1234567890", "\u{e9}"] {
                let text = format!("{around}{c}{around}");
                let escaped = escaped(&text);
                assert!(is_safe(&escaped), "{c:?}");
                let quoted = format!("\"{escaped}\"");
                assert_eq!(serde_json::from_str::<String>(&quoted).unwrap(), text);
            }
        }
    }

    #[test]
    fn messages_keep_quotes_and_backslashes() {
        let cases = [
            (r#"say "hi" to C:\temp"#, r#"say "hi" to C:\temp"#),
            ("\u{1b}[31mred\u{9b}\n", "\\u001b[31mred\\u009b\\n"),
            ("\u{2028}\u{7f}\t é 🦀", "\\u2028\\u007f\\t é 🦀"),
        ];
        for (text, expected) in cases {
            let mut out = Vec::new();
            escape_unquoted(text, &mut out);
            assert_eq!(str::from_utf8(&out).unwrap(), expected);
        }
    }

    #[test]
    fn units_are_never_cut() {
        let text = escaped("a\"é\u{1}🦀\\u\u{2028}\n—");
        let (mut at, mut units) = (0, Vec::new());
        while at < text.len() {
            let end = unit_end(text.as_bytes(), at);
            units.push(text.get(at..end).unwrap());
            at = end;
        }
        assert_eq!(units, ["a", "\\\"", "é", "\\u0001", "🦀", "\\\\", "u", "\\u2028", "\\n", "—"]);
    }

    #[test]
    fn what_is_longer_than_a_line_is_stopped_past_it() {
        for text in ["\"", "\u{1}", "\u{2028}", "\u{9f}", "é", "a\n"] {
            let escaped = escaped(&text.repeat(100_000));
            assert!(escaped.len() > MAX_LINE_BYTES);
            assert!(escaped.len() < 2 * MAX_LINE_BYTES || text == "é", "{text:?}");
            assert!(serde_json::from_str::<String>(&format!("\"{escaped}\"")).is_ok());
        }
    }
}
