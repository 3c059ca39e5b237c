//! Durations, as people write them.

use syn::parse::ParseStream;
use syn::{LitStr, Result};

use super::read::literal;
use crate::mistakes::Mistakes;

/// A duration.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Time {
    pub(crate) nanoseconds: u64,
}

const UNITS: [(&str, u64); 6] = [
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60 * 1_000_000_000),
    ("h", 3_600 * 1_000_000_000),
    ("d", 86_400 * 1_000_000_000),
];
const ACCEPTED: &str = "numbers with us, ms, s, m, h or d, such as \"250ms\", \"1.5s\" or \
                        \"1h 30m\", above 0";

/// Reads `= "250ms"`, the value of `what`.
pub(super) fn read(
    what: &str,
    input: ParseStream<'_>,
    mistakes: &mut Mistakes,
) -> Result<Option<Time>> {
    let text = literal::<LitStr>("a text", input)?;
    let Some(nanoseconds) = nanoseconds(&text.value()) else {
        let found = text.value();
        mistakes.at(&text, format!("`{what}`: found {found:?}; accepted: {ACCEPTED}"));
        return Ok(None);
    };
    Ok(Some(Time { nanoseconds }))
}

/// The sum of a text's parts, if each is one and the sum is above 0.
fn nanoseconds(text: &str) -> Option<u64> {
    let mut sum = 0_u64;
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (part, after) = part(rest)?;
        sum = sum.checked_add(part)?;
        rest = after.trim_start();
    }
    (sum > 0).then_some(sum)
}

/// The first part of a text, and what follows it.
fn part(text: &str) -> Option<(u64, &str)> {
    let is_number = |c: char| c.is_ascii_digit() || c == '.';
    let (number, rest) = text.split_at(text.find(|c| !is_number(c))?);
    let rest = rest.trim_start();
    let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
    let (unit, rest) = rest.split_at(end);
    let (_, scale) = UNITS.iter().find(|(name, _)| *name == unit)?;
    Some((scaled(number, *scale)?, rest))
}

/// `number` times `scale`; what is finer than a nanosecond is cut.
fn scaled(number: &str, scale: u64) -> Option<u64> {
    // Past these no decimal is worth a nanosecond of any unit.
    const DECIMALS: usize = 15;
    let (whole, decimals) = number.split_once('.').unwrap_or((number, "0"));
    if !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let decimals = decimals.get(..DECIMALS).unwrap_or(decimals);
    let worth = 10_u128.pow(u32::try_from(decimals.len()).ok()?);
    let fraction = decimals.parse::<u128>().ok()? * u128::from(scale) / worth;
    let whole = whole.parse::<u64>().ok()?.checked_mul(scale)?;
    whole.checked_add(u64::try_from(fraction).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read() {
        let check = |text, expected| assert_eq!(nanoseconds(text), expected, "{text:?}");
        check("250ms", Some(250_000_000));
        check("1us", Some(1_000));
        check("1.5s", Some(1_500_000_000));
        check("0.25 s", Some(250_000_000));
        check("1h 30m", Some(5_400_000_000_000));
        check("1h30m", Some(5_400_000_000_000));
        check(" 1d ", Some(86_400_000_000_000));
        check("0.0000000001d", Some(8_640));
        check("200000d", Some(200_000 * 86_400_000_000_000));
        for text in ["", " ", "0s", "0.0s", "5", "s", "5 parsecs", "-1s", "1..5s", "1.s", ".5s"] {
            check(text, None);
        }
        for text in ["1e3s", "1h,30m", "300000d", "1S", "0.0001us", "18446744073709551616us"] {
            check(text, None);
        }
    }
}
