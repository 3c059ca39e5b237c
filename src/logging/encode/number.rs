//! Numbers and truth values, which need no quotes.

use super::{Encoder, Syntax, any_value};

impl Encoder {
    #[inline]
    pub(in crate::logging) fn u64(&self, value: u64, out: &mut Vec<u8>) {
        self.integer(itoa::Buffer::new().format(value), i64::try_from(value).ok(), out);
    }

    #[inline]
    pub(in crate::logging) fn i64(&self, value: i64, out: &mut Vec<u8>) {
        self.integer(itoa::Buffer::new().format(value), Some(value), out);
    }

    pub(in crate::logging) fn u128(&self, value: u128, out: &mut Vec<u8>) {
        self.integer(itoa::Buffer::new().format(value), i64::try_from(value).ok(), out);
    }

    pub(in crate::logging) fn i128(&self, value: i128, out: &mut Vec<u8>) {
        self.integer(itoa::Buffer::new().format(value), i64::try_from(value).ok(), out);
    }

    /// The shortest digits that are read back as this number. JSON has no others than finite ones,
    /// so those are null there.
    #[inline]
    pub(in crate::logging) fn f64(&self, value: f64, out: &mut Vec<u8>) {
        if self.syntax.is_any_value() {
            return any_value::double(value, out);
        }
        if value.is_finite() {
            out.extend_from_slice(zmij::Buffer::new().format_finite(value).as_bytes());
            return;
        }
        out.extend_from_slice(match value {
            _ if self.syntax.is_json() => b"null",
            _ if value.is_nan() => b"NaN",
            f64::INFINITY => b"inf",
            _ => b"-inf",
        });
    }

    #[inline]
    pub(in crate::logging) fn bool(&self, value: bool, out: &mut Vec<u8>) {
        if self.syntax.is_any_value() {
            return any_value::bool(value, out);
        }
        out.extend_from_slice(if value { b"true" } else { b"false" });
    }

    /// By its digits, and its value where that fits 64 bits with a sign.
    #[inline]
    fn integer(&self, digits: &str, narrow: Option<i64>, out: &mut Vec<u8>) {
        match (self.syntax, narrow) {
            (Syntax::AnyValue { .. }, Some(value)) => any_value::integer(value, out),
            (Syntax::Json { wide_as_text: true } | Syntax::AnyValue { .. }, None) => {
                self.syntax.text(digits, out);
            }
            _ => out.extend_from_slice(digits.as_bytes()),
        }
    }
}

/// Appends `value`, of which the last `DIGITS` digits stand behind the point.
pub(in crate::logging) fn decimal<const DIGITS: usize>(value: u64, out: &mut Vec<u8>) {
    let unit = 10_u64.pow(u32::try_from(DIGITS).unwrap_or(0));
    out.extend_from_slice(itoa::Buffer::new().format(value / unit).as_bytes());
    let at = out.len();
    // One unit more, whose leading 1 makes way for the point.
    out.extend_from_slice(itoa::Buffer::new().format(unit + value % unit).as_bytes());
    if let Some(point) = out.get_mut(at) {
        *point = b'.';
    }
}
