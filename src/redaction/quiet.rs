//! The fast look at a text: parts that cannot hold a secret are passed over, 32 bytes at a time.
//!
//! Every shape of secret has, within 8 bytes of where it begins or later, one of: `=`, `:`, `(`
//! or a `b`; a run of 13 bytes of digits and what may stand between them; or a run of 15 bytes
//! without white space or quotes. Runs are found by the whole words in them: one of 15 holds eight
//! bytes at a multiple of eight wherever it begins, one of 13 two times four at multiples of four.

use std::ops::Range;

const CHUNK: usize = 32;

/// The next part of the text, at or after a place `from` that an earlier call ended at, that may
/// hold a secret.
#[inline]
pub(super) fn next_noisy(text: &[u8], from: usize) -> Option<Range<usize>> {
    if text.len() < CHUNK {
        return (from == 0 && is_short_noisy(text)).then_some(0..text.len());
    }
    let mut at = from;
    while let Some(chunk) = text.get(at..).and_then(<[u8]>::first_chunk) {
        if is_noisy(chunk, 7) {
            return Some(at..at + CHUNK);
        }
        at += CHUNK;
    }
    // The rest is looked at with what stands before it.
    let noisy = at < text.len() && text.last_chunk().is_some_and(|chunk| is_noisy(chunk, 7));
    noisy.then_some(at..text.len())
}

#[inline]
fn is_short_noisy(text: &[u8]) -> bool {
    let mut chunk = [0; CHUNK];
    if let Some(start) = chunk.get_mut(..text.len()) {
        start.copy_from_slice(text);
    }
    is_noisy(&chunk, 0)
}

/// Written so that it compiles to vector instructions. `beyond` is how far a run may go on outside
/// of the chunk.
#[inline]
fn is_noisy(chunk: &[u8; CHUNK], beyond: u32) -> bool {
    let mut signs = [0_u8; CHUNK];
    let mut digits = [0_u8; CHUNK];
    let mut run = [0_u8; CHUNK];
    for at in 0..CHUNK {
        #[expect(clippy::indexing_slicing, reason = "the bound is the arrays' length")]
        {
            let byte = chunk[at];
            let lower = byte | 0x20;
            let sign = (lower == b'=') | (lower == b':') | (lower == b'(') | (lower == b'b');
            signs[at] = mask(sign);
            digits[at] = mask(byte.wrapping_sub(b' ') <= b'9' - b' ');
            run[at] = mask(byte.wrapping_sub(b'-') <= b'z' - b'-');
        }
    }
    let sign = eights(&signs).iter().fold(0, |all, word| all | word) != 0;
    let (fours, _) = digits.as_chunks::<4>();
    let number =
        fours.iter().fold(false, |any, four| any | (u32::from_le_bytes(*four) == u32::MAX));
    let run = eights(&run);
    let long = run.iter().fold(false, |any, word| any | (*word == u64::MAX));
    sign || (number && is_number(fours, beyond)) || (long && is_long(run, beyond))
}

/// Whether a run has the 15 bytes of the shortest token: eight, and those that it goes on for.
#[cold]
fn is_long(run: [u64; 4], beyond: u32) -> bool {
    const SHORTEST: u32 = 15;
    let mut length = beyond;
    run.iter().any(|word| {
        length += word.trailing_ones() / 8;
        let long = length >= SHORTEST;
        length = if *word == u64::MAX { length } else { word.leading_ones() / 8 };
        long
    }) || length + beyond >= SHORTEST
}

/// Whether two times four in a row may stand in a number, or one at an edge.
#[cold]
fn is_number(fours: &[[u8; 4]], beyond: u32) -> bool {
    let mut before = beyond > 0;
    fours.iter().any(|four| {
        let (whole, after) = (*four == [u8::MAX; 4], before);
        before = whole;
        whole && after
    }) || (before && beyond > 0)
}

fn eights(bytes: &[u8; CHUNK]) -> [u64; 4] {
    let (words, _) = bytes.as_chunks::<8>();
    let mut words = words.iter().map(|word| u64::from_le_bytes(*word));
    std::array::from_fn(|_| words.next().unwrap_or_default())
}

fn mask(holds: bool) -> u8 {
    u8::from(holds).wrapping_neg()
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

    /// Wherever a shape stands, a part that ends behind its first 16 bytes or so is told.
    #[test]
    fn each_shape_is_heard_at_every_place() {
        let shapes = [
            "k=v",
            "k: v",
            "(\"a",
            "Bearer x",
            "basic x",
            "4111111111111",
            "4111 1111 1111",
            "AKIAABCDEFGHIJK",
            "eyJhbGciOiJIUzI",
        ];
        for shape in shapes {
            for before in 0..100 {
                for after in 0..70 {
                    let text = format!("{}{shape}{}", "é ".repeat(before), " .".repeat(after));
                    let start = 3 * before;
                    let shape = start..start + shape.len();
                    let heard = |part: &Range<usize>| {
                        part.start <= shape.end && part.end > shape.start && part.start <= start + 8
                    };
                    assert!(noisy(&text).iter().any(heard), "{text:?}: {:?}", noisy(&text));
                }
            }
        }
    }
}
