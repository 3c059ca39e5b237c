//! Secrets that are known by their own shape: tokens, cards, keys in PEM.

use std::ops::Range;

use super::HIDDEN;

/// The beginnings of tokens, with the least that follows.
pub(super) const TOKENS: [(&[u8], usize); 27] = [
    (b"eyJ", 16), // A JSON Web Token, for `{"` in base64.
    (b"AKIA", 16),
    (b"ASIA", 16),
    (b"AIza", 30),
    (b"ghp_", 16),
    (b"gho_", 16),
    (b"ghu_", 16),
    (b"ghs_", 16),
    (b"ghr_", 16),
    (b"github_pat_", 16),
    (b"glpat-", 16),
    (b"xoxa-", 10),
    (b"xoxb-", 10),
    (b"xoxe-", 10),
    (b"xoxo-", 10),
    (b"xoxp-", 10),
    (b"xoxr-", 10),
    (b"xoxs-", 10),
    (b"sk_live_", 10),
    (b"sk_test_", 10),
    (b"rk_live_", 10),
    (b"rk_test_", 10),
    (b"sk-ant-", 16),
    (b"sk-proj-", 16),
    (b"whsec_", 16),
    (b"npm_", 30),
    (b"hf_", 30),
];

/// The end of the token that begins here.
pub(super) fn token(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let (prefix, least) = prefix(rest)?;
    let length =
        run(rest, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    let dots = rest.get(..length)?.iter().rev().take_while(|byte| **byte == b'.').count();
    (length - dots >= prefix.len() + least).then_some(at + length - dots)
}

/// The beginning of a token that the text begins with, and the least that follows.
pub(super) fn prefix(text: &[u8]) -> Option<(&'static [u8], usize)> {
    let second: &[u8] = match text.first()? {
        b'e' => b"y",
        b'A' => b"KSI",
        b'g' => b"hil",
        b'x' => b"o",
        b's' | b'r' => b"k",
        b'w' => b"h",
        b'n' => b"p",
        b'h' => b"f",
        _ => return None,
    };
    if !second.contains(text.get(1)?) {
        return None;
    }
    TOKENS.iter().find(|(prefix, _)| text.starts_with(prefix)).copied()
}

/// What is secret of `Bearer abc` and `Basic abc`, if that stands here.
pub(super) fn after_scheme(text: &[u8], at: usize) -> Option<Range<usize>> {
    let rest = text.get(at..)?;
    if !matches!(rest.get(1)?, b'e' | b'E' | b'a' | b'A') {
        return None;
    }
    let starts = |word: &[u8]| {
        rest.get(..word.len()).filter(|start| start.eq_ignore_ascii_case(word)).map(<[u8]>::len)
    };
    let scheme = starts(b"bearer ").or_else(|| starts(b"basic "))?;
    let start = at + scheme + run(rest.get(scheme..)?, |byte| byte == b' ');
    let secret = text.get(start..)?;
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"._~+/=-".contains(&byte);
    let secret = secret.get(..run(secret, is_part))?;
    looks_random(secret).then_some(start..start + secret.len())
}

/// The end of the card number that begins here: 13 to 19 digits in one run, or in groups as on a
/// card, with a known beginning and the right check digit.
pub(super) fn card(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let separator = match run(rest.get(..20.min(rest.len()))?, |byte| byte.is_ascii_digit()) {
        13..=19 => None,
        4 => Some(*rest.get(4).filter(|byte| matches!(byte, b' ' | b'-'))?),
        _ => return None,
    };
    let mut digits = [0_u8; 19];
    let (mut count, mut group, mut end) = (0, 0, None);
    for (offset, &byte) in rest.iter().enumerate() {
        if byte.is_ascii_digit() && count < digits.len() {
            if let Some(digit) = digits.get_mut(count) {
                *digit = byte - b'0';
            }
            (count, group) = (count + 1, group + 1);
        } else if Some(byte) == separator && (3..=6).contains(&group) {
            end = is_card(digits.get(..count)?).then_some(at + offset).or(end);
            group = 0;
        } else {
            break;
        }
    }
    let separators = separator.map_or(0, |_| spread(rest, count));
    let last = at + count + separators;
    let whole = is_card(digits.get(..count)?) && ends(text, last);
    if whole { Some(last) } else { end.filter(|end| separator == Some(b' ') && ends(text, *end)) }
}

/// Whether a number may begin here: a number within a longer word is none.
pub(super) fn may_begin(text: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| text.get(before));
    before.is_none_or(|byte| {
        !byte.is_ascii_alphanumeric() && !matches!(byte, b'_' | b'-' | b'.' | 0x80..)
    })
}

/// What stands between the first and the last line of the private key in PEM that begins here.
pub(super) fn private_key(text: &[u8]) -> Option<Range<usize>> {
    const BEGIN: &[u8] = b"-----BEGIN ";
    const LABEL: usize = 64;
    let label = text.strip_prefix(BEGIN)?;
    let label = label.get(..LABEL.min(label.len()))?;
    let length = label.windows(5).position(|five| five == b"-----")?;
    let label = label.get(..length)?;
    if !label.windows(11).any(|words| words == b"PRIVATE KEY") {
        return None;
    }
    let start = BEGIN.len() + length + 5;
    let rest = text.get(start..)?;
    let end = rest.windows(9).position(|nine| nine == b"-----END ");
    // Of what an earlier pass has cut, the end may have been cut as well.
    let cut = rest.starts_with(HIDDEN.as_bytes());
    let length = if cut { HIDDEN.len() } else { end.unwrap_or(rest.len()) };
    Some(start..start + length)
}

fn run(text: &[u8], holds: impl Fn(u8) -> bool) -> usize {
    text.iter().take_while(|byte| holds(**byte)).count()
}

/// No word of a language, which is short and has no digits within.
fn looks_random(text: &[u8]) -> bool {
    let odd = |byte: &u8| !byte.is_ascii_lowercase() && !matches!(byte, b'.' | b'-');
    text.len() >= 20 || (text.len() >= 6 && text.iter().skip(1).any(odd))
}

/// How many separators stand among so many digits.
fn spread(text: &[u8], digits: usize) -> usize {
    let mut seen = 0;
    let mut length = 0;
    for byte in text {
        if seen == digits {
            break;
        }
        seen += usize::from(byte.is_ascii_digit());
        length += 1;
    }
    length - digits
}

fn is_card(digits: &[u8]) -> bool {
    (13..=19).contains(&digits.len()) && is_issued(digits) && has_check_digit(digits)
}

/// Cards begin with 3 to 6, or 2221 to 2720; milliseconds and dates do not.
fn is_issued(digits: &[u8]) -> bool {
    let four = digits.iter().take(4).fold(0_u32, |number, digit| number * 10 + u32::from(*digit));
    matches!(four, 2221..=2720 | 3000..=6999)
}

/// Luhn's sum.
fn has_check_digit(digits: &[u8]) -> bool {
    let sum: u32 = digits.iter().rev().enumerate().fold(0, |sum, (place, digit)| {
        let value = u32::from(*digit) << (place % 2);
        sum + value / 10 + value % 10
    });
    sum.is_multiple_of(10)
}

/// Whether a number ends here, rather than that it goes on as a word, a UUID or a fraction.
fn ends(text: &[u8], at: usize) -> bool {
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let goes_on = match text.get(at) {
        Some(b'-' | b'.') => text.get(at + 1).is_some_and(word),
        other => other.is_some_and(word),
    };
    !goes_on
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_are_told_from_other_numbers() {
        let check = |text: &str, expected: Option<&str>| {
            let found = card(text.as_bytes(), 0).map(|end| &text[..end]);
            assert_eq!(found, expected, "{text}");
        };
        for card in [
            "4111111111111111",
            "4111 1111 1111 1111",
            "4111-1111-1111-1111",
            "378282246310005",
            "3782 822463 10005",
            "5555555555554444",
            "2223003122003222",
            "4222222222222",
            "6011111111111117",
            "30569309025904",
            "6304000000000000",
            "3530 1113 3330 0000",
        ] {
            check(card, Some(card));
            check(&format!("{card}, {card}"), Some(card));
            check(&format!("{card} 12"), Some(card));
            check(&format!("{card} 123"), Some(card));
            check(&format!("{card}."), Some(card));
            check(&format!("{card}a"), None);
            check(&format!("{card}-a"), None);
        }
        for other in [
            "4111111111111112",
            "1763701234567",
            "20261121051337",
            "0000000000000000",
            "1700000000000000006",
            "41111111111111110",
            "4111 1111-1111 1111",
            "411 1111 1111 1111",
            "4111",
            "4111 1111",
            "2026-11-21",
            "4111.1111.1111.1111",
        ] {
            check(other, None);
        }
    }

    #[test]
    fn schemes_have_secrets_behind_them() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(after_scheme(text.as_bytes(), 0).map(|part| &text[part]), expected);
        };
        check("Bearer abc123 x", Some("abc123"));
        check("bearer  a.B-c_d~e+f/g==, x", Some("a.B-c_d~e+f/g=="));
        check("BASIC dXNlcjpwYXNz", Some("dXNlcjpwYXNz"));
        check("Basic authentication", None);
        check("Basic Authentication failed", None);
        check("Bearer token", None);
        check("Bearer", None);
        check("basics abc123", None);
    }
}
