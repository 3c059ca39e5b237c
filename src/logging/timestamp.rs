//! Moments as RFC 3339 has them, in UTC to the microsecond: `2026-11-21T05:09:21.123456Z`.

use std::cell::Cell;
use std::time::{SystemTime, UNIX_EPOCH};

/// The length of the text.
pub(crate) const LENGTH: usize = 27;

const MICROS: usize = 20;
const SECONDS_A_DAY: u64 = 86_400;
/// What is added to make every moment since the year 0 a positive number: 719,528 days.
const SINCE_YEAR_0: i64 = 719_528 * 86_400;
/// The last second of the year 9999, counted from the year 0.
const LAST: u64 = 315_569_519_999;

thread_local! {
    /// The second written last, and its text with zeros for what is below it.
    static LAST_SECOND: Cell<(u64, [u8; LENGTH])> = const {
        Cell::new((0, *b"0000-01-01T00:00:00.000000Z"))
    };
}

/// The text of a moment. Those before the year 0 or behind the year 9999 count as the first or the
/// last that there is a text for.
#[inline]
pub(crate) fn text(at: SystemTime) -> [u8; LENGTH] {
    let (second, micros) = since_year_0(at);
    let (last, mut text) = LAST_SECOND.get();
    if last != second {
        text = whole_second(second);
        LAST_SECOND.set((second, text));
    }
    put(&mut text, MICROS, micros / 10_000);
    put(&mut text, MICROS + 2, micros / 100 % 100);
    put(&mut text, MICROS + 4, micros % 100);
    text
}

/// The same as a `String`.
#[cfg(feature = "admin")]
pub(crate) fn rfc3339(at: SystemTime) -> String {
    text(at).into_iter().map(char::from).collect()
}

#[inline]
fn since_year_0(at: SystemTime) -> (u64, u32) {
    let (seconds, micros) = match at.duration_since(UNIX_EPOCH) {
        Ok(since) => (i64::try_from(since.as_secs()).unwrap_or(i64::MAX), since.subsec_micros()),
        Err(before) => {
            let before = before.duration();
            let seconds = i64::try_from(before.as_secs()).unwrap_or(i64::MAX).saturating_neg();
            // What is below the microsecond makes the moment earlier, as it does after 1970.
            match before.subsec_nanos().div_ceil(1_000) {
                0 => (seconds, 0),
                micros => (seconds.saturating_sub(1), 1_000_000 - micros),
            }
        }
    };
    match u64::try_from(seconds.saturating_add(SINCE_YEAR_0)) {
        Ok(second @ ..=LAST) => (second, micros),
        Ok(_) => (LAST, 999_999),
        Err(_) => (0, 0),
    }
}

#[cold]
fn whole_second(second: u64) -> [u8; LENGTH] {
    let mut text = *b"0000-00-00T00:00:00.000000Z";
    let (year, month, day) = date(second / SECONDS_A_DAY);
    let second = second % SECONDS_A_DAY;
    let pairs = [
        (0, year / 100),
        (2, year % 100),
        (5, month),
        (8, day),
        (11, second / 3_600),
        (14, second / 60 % 60),
        (17, second % 60),
    ];
    for (at, number) in pairs {
        put(&mut text, at, u32::try_from(number).unwrap_or_default());
    }
    text
}

/// Year, month and day of a day counted from the first of the year 0, by way of years that begin
/// in March, so that leap days stand at their ends.
fn date(day: u64) -> (u64, u64, u64) {
    // To the first of March of the year -400, for all to be positive.
    let day = day + 146_097 - 60;
    let (era, day) = (day / 146_097, day % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (400 * era + year + next - 400, month, day)
}

/// Writes two digits.
#[inline]
fn put(text: &mut [u8; LENGTH], at: usize, number: u32) {
    let digits = PAIRS.get(number as usize).copied().unwrap_or(*b"99");
    if let Some(place) = text.get_mut(at..).and_then(|text| text.first_chunk_mut()) {
        *place = digits;
    }
}

#[expect(clippy::indexing_slicing, reason = "runs at compile time")]
const PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[b'0'; 2]; 100];
    let mut number: u8 = 0;
    while number < 100 {
        pairs[number as usize] = [b'0' + number / 10, b'0' + number % 10];
        number += 1;
    }
    pairs
};

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn known_moments() {
        let cases = [
            (0, 0, "1970-01-01T00:00:00.000000Z"),
            (951_782_400, 0, "2000-02-29T00:00:00.000000Z"),
            (951_868_799, 999_999_999, "2000-02-29T23:59:59.999999Z"),
            (951_868_800, 1_000, "2000-03-01T00:00:00.000001Z"),
            (1_077_926_400, 0, "2004-02-28T00:00:00.000000Z"),
            (1_078_099_200, 0, "2004-03-01T00:00:00.000000Z"),
            (1_767_225_599, 123_456_789, "2025-12-31T23:59:59.123456Z"),
            (1_767_225_600, 0, "2026-01-01T00:00:00.000000Z"),
            (1_795_237_761, 7_000, "2026-11-21T05:09:21.000007Z"),
            (4_107_542_399, 0, "2100-02-28T23:59:59.000000Z"),
            (4_107_542_400, 0, "2100-03-01T00:00:00.000000Z"),
            (253_402_300_799, 999_999_999, "9999-12-31T23:59:59.999999Z"),
            (253_402_300_800, 5_000, "9999-12-31T23:59:59.999999Z"),
            (i64::MAX as u64, 0, "9999-12-31T23:59:59.999999Z"),
        ];
        for (seconds, nanos, expected) in cases {
            let at = UNIX_EPOCH + Duration::new(seconds, nanos);
            assert_eq!(str::from_utf8(&text(at)).unwrap(), expected);
        }
    }

    #[test]
    fn moments_before_1970() {
        let cases = [
            (0, 1, "1969-12-31T23:59:59.999999Z"),
            (1, 0, "1969-12-31T23:59:59.000000Z"),
            (2_203_891_200, 0, "1900-03-01T00:00:00.000000Z"),
            (2_203_891_201, 500_000_000, "1900-02-28T23:59:58.500000Z"),
            (62_167_219_200, 0, "0000-01-01T00:00:00.000000Z"),
            (62_167_219_201, 0, "0000-01-01T00:00:00.000000Z"),
        ];
        for (seconds, nanos, expected) in cases {
            let at = UNIX_EPOCH - Duration::new(seconds, nanos);
            assert_eq!(str::from_utf8(&text(at)).unwrap(), expected);
        }
    }

    /// Day by day against a calendar that only knows how long months are.
    #[test]
    fn every_day_of_ten_thousand_years() {
        let mut expected = (0, 1, 1);
        for day in 0..=LAST / SECONDS_A_DAY {
            assert_eq!(date(day), expected);
            let (year, month, day) = expected;
            let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let length = match month {
                2 if is_leap => 29,
                2 => 28,
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            expected = match (month, day) {
                (12, 31) => (year + 1, 1, 1),
                (_, day) if day == length => (year, month + 1, 1),
                _ => (year, month, day + 1),
            };
        }
        assert_eq!(expected, (10_000, 1, 1));
    }
}
