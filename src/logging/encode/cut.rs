//! Values that do not fit.

use super::escape::unit_end;

/// No number is longer, nor `null` and its like: what has no quotes and is longer is a text.
const MAX_NUMBER_BYTES: usize = 48;

/// As much of a rendered value as `room` bytes hold, and what closes it; `None` if it cannot be cut
/// so short.
pub(in crate::logging) fn cut(value: &[u8], room: usize) -> Option<(&[u8], &'static [u8])> {
    if value.len() <= room {
        return Some((value, b""));
    }
    let (mut at, closing): (_, &[u8]) = match value.first() {
        Some(b'"') if room >= 2 => (1, b"\""),
        Some(b'"') | None => return None,
        Some(_) if value.len() <= MAX_NUMBER_BYTES => return None,
        Some(_) => (0, b""),
    };
    loop {
        let end = unit_end(value, at);
        if end + closing.len() > room || end == at {
            return Some((value.get(..at)?, closing));
        }
        at = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_cut_between_characters() {
        let cases: [(&str, usize, Option<&str>); 12] = [
            ("\"abc\"", 5, Some("\"abc\"")),
            ("\"abc\"", 4, Some("\"ab\"")),
            ("\"abc\"", 2, Some("\"\"")),
            ("\"abc\"", 1, None),
            ("\"a\\u0001c\"", 9, Some("\"a\\u0001\"")),
            ("\"a\\u0001c\"", 8, Some("\"a\"")),
            ("\"a\\nc\"", 5, Some("\"a\\n\"")),
            ("\"a\\nc\"", 4, Some("\"a\"")),
            ("\"aéc\"", 4, Some("\"a\"")),
            ("18446744073709551615", 19, None),
            ("null", 3, None),
            ("", 0, Some("")),
        ];
        for (value, room, expected) in cases {
            let cut = cut(value.as_bytes(), room);
            let cut = cut.map(|(kept, end)| String::from_utf8([kept, end].concat()).unwrap());
            assert_eq!(cut.as_deref(), expected, "{value} in {room}");
        }
    }
}
