//! Lower-case hexadecimal, by table in both directions.

/// Stands in `NIBBLES` for every byte that is not a lower-case hex digit.
const INVALID: u8 = 0xff;

const PAIRS: [[u8; 2]; 256] = pairs();
const NIBBLES: [u8; 256] = nibbles();

/// Writes two digits a byte into `out`, as far as both reach.
pub(super) fn encode(bytes: &[u8], out: &mut [u8]) {
    let (pairs, _) = out.as_chunks_mut::<2>();
    for (pair, byte) in pairs.iter_mut().zip(bytes) {
        *pair = at(&PAIRS, *byte);
    }
}

/// Exactly `N` bytes from exactly `2 N` lower-case digits.
pub(super) fn decode<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    let (pairs, rest) = text.as_chunks::<2>();
    if pairs.len() != N || !rest.is_empty() {
        return None;
    }
    let mut bytes = [0; N];
    let mut seen = 0;
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        let (high, low) = (at(&NIBBLES, *high), at(&NIBBLES, *low));
        seen |= high | low;
        *byte = high << 4 | low & 0x0f;
    }
    (seen != INVALID).then_some(bytes)
}

#[expect(clippy::indexing_slicing, reason = "a byte always lies inside a table of 256")]
pub(super) fn at<T: Copy>(table: &[T; 256], byte: u8) -> T {
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

#[expect(clippy::indexing_slicing, reason = "runs at compile time")]
const fn nibbles() -> [u8; 256] {
    let digits = *b"0123456789abcdef";
    let mut table = [INVALID; 256];
    let mut value = 0_u8;
    while (value as usize) < digits.len() {
        table[digits[value as usize] as usize] = value;
        value += 1;
    }
    table
}
