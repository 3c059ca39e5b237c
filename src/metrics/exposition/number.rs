//! Numbers as the text formats spell them.

use super::Number;
use super::output::Cursor;

/// No number takes more bytes.
pub(crate) const MAX_NUMBER_BYTES: usize = 40;

const ASCII_ZEROS: u64 = u64::from_le_bytes([b'0'; 8]);

/// Below it every whole float has a decimal integer of its own.
const EXACT: u64 = 1 << 53;

impl Cursor<'_> {
    #[inline]
    pub(crate) fn number(&mut self, number: &Number) {
        match number {
            Number::Unsigned(number) => self.unsigned(*number),
            Number::Signed(number) => self.put(itoa::Buffer::new().format(*number).as_bytes()),
            Number::Float(number) => self.float(*number),
        }
    }

    #[inline]
    pub(crate) fn unsigned(&mut self, number: u64) {
        match u32::try_from(number) {
            Ok(number @ 0..100_000_000) => {
                let digits = digits(number);
                let zeros = (digits.trailing_zeros() / 8).min(7);
                self.word((digits | ASCII_ZEROS) >> (8 * zeros), 8 - zeros as usize);
            }
            _ => self.put(itoa::Buffer::new().format(number).as_bytes()),
        }
    }

    pub(crate) fn float(&mut self, number: f64) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            clippy::float_cmp,
            reason = "whether it survives is the question"
        )]
        let whole = Some(number as i64).filter(|whole| *whole as f64 == number);
        match whole.filter(|whole| whole.unsigned_abs() < EXACT) {
            Some(whole) => self.put(itoa::Buffer::new().format(whole).as_bytes()),
            None if number.is_finite() => {
                self.put(zmij::Buffer::new().format_finite(number).as_bytes());
            }
            None if number.is_nan() => self.put(b"NaN"),
            None => self.put(if number > 0.0 { b"+Inf" } else { b"-Inf" }),
        }
    }

    /// A moment, to the millisecond, in seconds since 1970.
    pub(crate) fn seconds(&mut self, seconds: f64) {
        let millis = millis(seconds);
        self.unsigned(millis / 1_000);
        let at = self.position();
        // A thousand more, whose leading 1 makes way for the point.
        self.unsigned(1_000 + millis % 1_000);
        self.replace(at, b'.');
    }
}

/// A bucket's bound as `le` has it, so that one bound is one string whoever writes it: OpenMetrics
/// asks for Go's `%g`, with `.0` where nothing else shows a float.
pub(crate) fn canonical(number: f64) -> String {
    if number.is_nan() {
        return String::from("NaN");
    }
    if number.is_infinite() {
        return String::from(if number > 0.0 { "+Inf" } else { "-Inf" });
    }
    let scientific = format!("{number:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    match exponent.parse::<i32>().unwrap_or(0) {
        exponent @ (..-4 | 6..) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{digits}e{sign}{:02}", exponent.unsigned_abs())
        }
        _ => format!("{number:?}"),
    }
}

/// Eight decimal digits, each a byte, the first the lowest.
///
/// Each step splits every lane in two by a multiplication that stands for a division.
#[inline]
fn digits(number: u32) -> u64 {
    let fours = u64::from(number / 10_000) | u64::from(number % 10_000) << 32;
    let hundreds = ((fours * 10_486) >> 20) & 0x0000_007f_0000_007f;
    let twos = hundreds | (fours - 100 * hundreds) << 16;
    let tens = ((twos * 103) >> 10) & 0x000f_000f_000f_000f;
    tens | (twos - 10 * tens) << 8
}

/// Milliseconds since 1970.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturates, which is as good an answer as any to a clock so wrong"
)]
pub(crate) fn millis(seconds: f64) -> u64 {
    (seconds * 1_000.0 + 0.5) as u64
}

#[cfg(test)]
mod tests {
    use super::super::output::Output;
    use super::*;

    fn text(write: impl FnOnce(&mut Cursor<'_>)) -> String {
        let mut out = Output::default();
        out.write(MAX_NUMBER_BYTES, write);
        String::from_utf8(out.as_bytes().to_vec()).unwrap()
    }

    #[test]
    fn numbers() {
        let cases = [
            (Number::Unsigned(u64::MAX), "18446744073709551615"),
            (Number::Signed(i64::MIN), "-9223372036854775808"),
            (Number::Float(0.0), "0"),
            (Number::Float(-3.0), "-3"),
            (Number::Float(0.1), "0.1"),
            (Number::Float(1e300), "1e+300"),
            (Number::Float(f64::NAN), "NaN"),
            (Number::Float(f64::INFINITY), "+Inf"),
            (Number::Float(f64::NEG_INFINITY), "-Inf"),
        ];
        for (number, expected) in cases {
            assert_eq!(text(|to| to.number(&number)), expected, "{number:?}");
        }
        for extreme in [f64::MIN_POSITIVE, -f64::MAX, 5e-324, -1.234_567_890_123_456_7e-300] {
            assert_eq!(text(|to| to.float(extreme)).parse(), Ok(extreme));
        }
    }

    #[test]
    fn short_numbers() {
        for number in
            (0..12_000).chain(99_999_000..100_001_000).chain((0..1 << 32).step_by(999_983))
        {
            assert_eq!(text(|to| to.unsigned(number)), number.to_string());
        }
    }

    #[test]
    fn moments() {
        let cases = [
            (0.0, "0.000"),
            (1.5, "1.500"),
            (1_763_690_000.007, "1763690000.007"),
            (-1.0, "0.000"),
            (f64::NAN, "0.000"),
        ];
        for (seconds, expected) in cases {
            assert_eq!(text(|to| to.seconds(seconds)), expected);
        }
    }

    /// The examples that OpenMetrics gives.
    #[test]
    fn canonical_bounds() {
        let cases = [
            (0.0, "0.0"),
            (1e-10, "1e-10"),
            (1e-5, "1e-05"),
            (0.0001, "0.0001"),
            (0.005, "0.005"),
            (2.5, "2.5"),
            (10.0, "10.0"),
            (100_000.0, "100000.0"),
            (1e6, "1e+06"),
            (1_048_576.0, "1.048576e+06"),
            (1e10, "1e+10"),
            (1e100, "1e+100"),
            (-0.5, "-0.5"),
            (f64::INFINITY, "+Inf"),
        ];
        for (bound, expected) in cases {
            assert_eq!(canonical(bound), expected);
        }
    }
}
