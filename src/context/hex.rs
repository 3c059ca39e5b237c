//! Lower-case hexadecimal, by table in both directions.

const PAIRS: [[u8; 2]; 256] = pairs();

/// Writes two digits a byte into `out`, as far as both reach.
pub(super) fn encode(bytes: &[u8], out: &mut [u8]) {
    let (pairs, _) = out.as_chunks_mut::<2>();
    for (pair, byte) in pairs.iter_mut().zip(bytes) {
        *pair = at(&PAIRS, *byte);
    }
}

/// Exactly `N` bytes from exactly `2 N` lower-case digits.
pub(super) fn decode<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    let mut digits = [[0; 2]; N];
    if text.len() != 2 * N {
        return None;
    }
    // Two plain passes over arrays of known length, which the compiler turns into vectors.
    let mut seen = 0;
    for (digit, byte) in digits.as_flattened_mut().iter_mut().zip(text) {
        *digit = value(*byte);
        seen |= *digit;
    }
    (seen <= 0x0f).then(|| digits.map(|[high, low]| high << 4 | low))
}

/// A lower-case digit's value, or more than any has.
fn value(byte: u8) -> u8 {
    let (digit, letter) = (byte.wrapping_sub(b'0'), byte.wrapping_sub(b'a'));
    let letter = if letter < 6 { letter + 10 } else { 0xff };
    if digit < 10 { digit } else { letter }
}

#[expect(clippy::indexing_slicing, reason = "a byte always lies inside a table of 256")]
fn at(table: &[[u8; 2]; 256], byte: u8) -> [u8; 2] {
    table[usize::from(byte)]
}

#[expect(clippy::indexing_slicing, reason = "runs at compile time")]
const fn pairs() -> [[u8; 2]; 256] {
    let digits = *b"0123456789abcdef";
    let mut table = [[0; 2]; 256];
    let mut byte = 0;
    while byte < table.len() {
        table[byte] = [digits[byte >> 4], digits[byte & 0x0f]];
        byte += 1;
    }
    table
}
