//! The fast look at a text: parts that cannot hold a secret are passed over, 32 bytes at a time.
//!
//! Every shape of secret has a sign near its beginning: `=`, `:`, `(`, the `b` of `Bearer`, the `_`
//! or `-` of a token's prefix, the `J` of `eyJ`, the `I` of `AKIA`; or it is a card, of whose
//! digits one part of two has seven at least.

use std::ops::Range;

const PART: usize = 32;

/// How often signs and digits stand in a part, in one sum: the digits in the lowest byte.
const SIGN: u32 = 1 << 8;
const DIGITS: u32 = 7;

/// The next part of the text, at or after a place `from` that an earlier call ended at, that may
/// hold a secret or its beginning.
#[inline]
pub(super) fn next_noisy(text: &[u8], from: usize) -> Option<Range<usize>> {
    let rest = text.get(from..)?;
    let (parts, last) = rest.as_chunks::<PART>();
    let mut at = from;
    for part in parts {
        if is_noisy(sum(part)) {
            return Some(at..at + PART);
        }
        at += PART;
    }
    let (words, rest) = last.as_chunks::<4>();
    let words = words.iter().fold(0, |all, word| all + sum(word));
    is_noisy(words + sum(rest)).then_some(at..text.len())
}

#[inline]
fn sum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |all, byte| all + value(*byte))
}

#[inline]
fn is_noisy(sum: u32) -> bool {
    sum >= DIGITS
}

#[inline]
fn value(byte: u8) -> u32 {
    const VALUES: [u32; 256] = values();
    VALUES.get(usize::from(byte)).copied().unwrap_or_default()
}

#[expect(clippy::indexing_slicing, reason = "in a constant, within the bound")]
const fn values() -> [u32; 256] {
    let mut values = [0; 256];
    let signs = b"=:(bB_-IJ";
    let mut at = 0;
    while at < signs.len() {
        values[signs[at] as usize] = SIGN;
        at += 1;
    }
    let mut digit = b'0';
    while digit <= b'9' {
        values[digit as usize] = 1;
        digit += 1;
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All parts that may hold a secret.
    fn noisy(text: &str) -> Vec<Range<usize>> {
        let mut from = 0;
        let next = || {
            let part = next_noisy(text.as_bytes(), from)?;
            from = part.end;
            Some(part)
        };
        std::iter::from_fn(next).collect()
    }

    #[test]
    fn plain_texts_are_quiet() {
        for text in ["", "ok", "workout completed", "request took 12 ms", "größer als die Straße"]
        {
            assert!(noisy(text).is_empty(), "{text}");
        }
        assert!(noisy(&"the quick red fox jumps over the lazy dog ".repeat(99)).is_empty());
    }

    /// A part is told from whose beginning the shape's is at most 8 bytes away.
    #[test]
    fn each_shape_is_heard_at_every_place() {
        let shapes = [
            "k=v",
            "k: v",
            "(\"a",
            "Bearer x",
            "basic x",
            "4111111111111",
            "4111 1111 1111 1",
            "AKIAABCDEFGHIJK",
            "eyJhbGciOiJIUzI",
        ];
        let places = (0..100).flat_map(|before| (0..70).map(move |after| (before, after)));
        for ((before, after), shape) in places.flat_map(|place| shapes.map(|shape| (place, shape)))
        {
            let text = format!("{}{shape}{}", "é ".repeat(before), " .".repeat(after));
            let start = 3 * before;
            let (near, parts) = (start.saturating_sub(PART - 1)..=start + 8, noisy(&text));
            assert!(parts.iter().any(|part| near.contains(&part.start)), "{text:?}: {parts:?}");
        }
    }
}
