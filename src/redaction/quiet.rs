//! The fast look at a text: parts that cannot hold a secret are passed over, 32 bytes at a time.
//!
//! Every shape of secret has a sign near its beginning: `=`, `:`, `(`, the `b` of `Bearer`, the `_`
//! or `-` of a token's prefix, the `J` of `eyJ`, the `I` of `AKIA`; or it is a card, of whose
//! digits one part of two has seven at least.

const PART: usize = 32;

/// A sign and a digit, each in its half of a word that has a place for every byte of a part.
const SIGN: u64 = 1 << PART;
const DIGIT: u64 = 1;

/// So many digits of a card stand in one part of two.
const DIGITS: u32 = 7;

/// A part of a text that may hold a secret or its beginning.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Where signs and digits stand, the last byte in the lowest bit.
    signs: u32,
    digits: u32,
}

impl Part {
    /// The places of all signs.
    #[inline]
    pub(super) fn signs(&self) -> impl Iterator<Item = usize> {
        places(self.signs, self.end)
    }

    #[inline]
    pub(super) fn has_many_digits(&self) -> bool {
        // Most have too few for the highest to stand so high.
        self.digits >> (DIGITS - 1) > 0 && self.digits.count_ones() >= DIGITS
    }

    /// Where numbers begin that have four digits or go on behind the part.
    pub(super) fn numbers(&self) -> impl Iterator<Item = usize> {
        let digits = self.digits;
        let followed = (digits << 1 | 0b1) & (digits << 2 | 0b11) & (digits << 3 | 0b111);
        places(digits & !(digits >> 1) & followed, self.end)
    }

    /// Of at most 32 bytes.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "both are halves")]
    fn new(start: usize, bytes: &[u8]) -> Self {
        let marks = bytes.iter().fold(0, |all, byte| all << 1 | mark(*byte));
        let (signs, digits) = ((marks >> PART) as u32, marks as u32);
        Self { start, end: start + bytes.len(), signs, digits }
    }
}

/// The next part of the text, at or after a place `from` that an earlier call ended at, that may
/// hold a secret or its beginning.
#[inline]
pub(super) fn next_noisy(text: &[u8], from: usize) -> Option<Part> {
    let rest = text.get(from..)?;
    let (parts, last) = rest.as_chunks::<PART>();
    let mut at = from;
    for part in parts {
        if is_noisy(sum(part)) {
            return Some(Part::new(at, part));
        }
        at += PART;
    }
    let (words, rest) = last.as_chunks::<4>();
    let words = words.iter().fold(0, |all, word| all + sum(word));
    is_noisy(words + sum(rest)).then(|| Part::new(at, last))
}

/// How many signs and digits there are: faster than where they are.
#[inline]
fn sum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |all, byte| all + mark(*byte))
}

#[inline]
fn is_noisy(sum: u64) -> bool {
    sum >= u64::from(DIGITS)
}

/// The places of the bits, of which the lowest stands before `end`.
#[inline]
fn places(mut bits: u32, end: usize) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let place = end.checked_sub(1 + bits.trailing_zeros() as usize);
        let more = bits > 0;
        bits &= bits.wrapping_sub(1);
        place.filter(|_| more)
    })
}

#[inline]
fn mark(byte: u8) -> u64 {
    const MARKS: [u64; 256] = all_marks();
    MARKS.get(usize::from(byte)).copied().unwrap_or_default()
}

#[expect(clippy::indexing_slicing, reason = "in a constant, within the bound")]
const fn all_marks() -> [u64; 256] {
    let mut marks = [0; 256];
    let signs = b"=:(bB_-IJ";
    let mut at = 0;
    while at < signs.len() {
        marks[signs[at] as usize] = SIGN;
        at += 1;
    }
    let mut digit = b'0';
    while digit <= b'9' {
        marks[digit as usize] = DIGIT;
        digit += 1;
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All parts that may hold a secret.
    fn noisy(text: &str) -> Vec<Part> {
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
