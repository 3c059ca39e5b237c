//! What a check may be told.

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::error::Error;

use super::progress::Rule;

/// Checks of one telemetry.
pub(super) const MAX_CHECKS: usize = 128;
const MAX_NAME: usize = 64;
const TIMES_IN_A_ROW: RangeInclusive<u32> = 1..=100;

/// `subject` is which setting of which check.
pub(super) fn check_time(
    name: &str,
    setting: &str,
    found: Duration,
    of: &RangeInclusive<Duration>,
) -> Result<(), Error> {
    if of.contains(&found) {
        return Ok(());
    }
    let (least, most) = (of.start(), of.end());
    let accepted = format!("{least:?} to {most:?}");
    Err(Error::health(format!("check {name:?}: {setting} is {found:?}; accepted: {accepted}")))
}

pub(super) fn check_rule(name: &str, rule: Rule) -> Result<(), Error> {
    for (setting, found) in [("fail_after", rule.fail_after), ("recover_after", rule.recover_after)]
    {
        if !TIMES_IN_A_ROW.contains(&found) {
            let (least, most) = TIMES_IN_A_ROW.into_inner();
            let accepted = format!("{least} to {most}");
            let message = format!("check {name:?}: {setting} is {found}; accepted: {accepted}");
            return Err(Error::health(message));
        }
    }
    Ok(())
}

/// A name stands in labels, in lines and in `?exclude=`, so it is plain.
pub(super) fn check_name(name: &str) -> Result<(), Error> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-:/".contains(&byte);
    if (1..=MAX_NAME).contains(&name.len()) && name.bytes().all(is_plain) {
        return Ok(());
    }
    let accepted = "1 to 64 of A-Z, a-z, 0-9 and . _ - : /";
    let found: String = name.chars().take(MAX_NAME).collect();
    Err(Error::health(format!("a check is named {found:?}; accepted: {accepted}")))
}
