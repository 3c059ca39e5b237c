//! Texts of failures: bounded, and without what a terminal would obey.

use std::fmt;

const LONGEST: usize = 200;

/// What another program said, as one line of at most 200 characters.
pub(super) fn told(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let plain = |character: char| if character.is_control() { ' ' } else { character };
    text.trim().chars().take(LONGEST).map(plain).collect()
}

/// An amount of memory or space, as `1.5 GiB`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bytes(pub(super) u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
        let Self(bytes) = *self;
        if bytes < 1024 {
            return write!(f, "{bytes} B");
        }
        // Tenths, rounded down, so that what is too little never reads as enough.
        let mut unit = 1024_u64;
        let mut name = "KiB";
        for larger in UNITS.into_iter().skip(1) {
            if bytes / unit < 1024 {
                break;
            }
            unit *= 1024;
            name = larger;
        }
        let tenths = u128::from(bytes) * 10 / u128::from(unit);
        write!(f, "{}.{} {name}", tenths / 10, tenths % 10)
    }
}

/// How many hundredths `part` is of `whole`, rounded down. Nothing is all of nothing.
pub(super) fn percent(part: u64, whole: u64) -> u64 {
    match whole {
        0 => 100,
        whole => u64::try_from(u128::from(part) * 100 / u128::from(whole)).unwrap_or(u64::MAX),
    }
}

/// Whether `part` of `whole` is more than so many hundredths.
pub(super) fn is_more(part: u64, percent: u8, whole: u64) -> bool {
    u128::from(part) * 100 > u128::from(whole) * u128::from(percent)
}

/// Whether `part` of `whole` is less than so many hundredths.
pub(super) fn is_less(part: u64, percent: u8, whole: u64) -> bool {
    u128::from(part) * 100 < u128::from(whole) * u128::from(percent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_by_people() {
        let cases = [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1535, "1.4 KiB"),
            (1536, "1.5 KiB"),
            ((1 << 20) - 1, "1023.9 KiB"),
            (1 << 20, "1.0 MiB"),
            (5 << 30, "5.0 GiB"),
            (u64::MAX, "15.9 EiB"),
        ];
        for (bytes, expected) in cases {
            assert_eq!(Bytes(bytes).to_string(), expected, "{bytes}");
        }
    }

    #[test]
    fn shares_are_exact_at_their_limits() {
        let cases = [
            (9, 10, 100, true, false),
            (10, 10, 100, false, false),
            (11, 10, 100, false, true),
            (u64::MAX, 100, u64::MAX, false, false),
            (0, 0, 0, false, false),
            (1, 255, 1, true, false),
        ];
        for (part, share, whole, less, more) in cases {
            assert_eq!(is_less(part, share, whole), less, "{part} of {whole}");
            assert_eq!(is_more(part, share, whole), more, "{part} of {whole}");
        }
        assert_eq!((percent(1, 3), percent(0, 0), percent(u64::MAX, 1)), (33, 100, u64::MAX));
    }

    #[test]
    fn what_others_say_is_one_short_line() {
        assert_eq!(told(b" a\r\nb\x1b[31m\xff\n"), "a  b [31m\u{fffd}");
        assert_eq!(told("é".repeat(900).as_bytes()).chars().count(), LONGEST);
    }
}
