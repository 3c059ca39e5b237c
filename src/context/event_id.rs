//! The identity of a failure.

use std::fmt;

use super::{hex, random};

/// The identity of one failure, the same in its report, its log lines and its span: Sentry's event
/// ID, 32 hexadecimal digits in lower case.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct EventId([u8; 16]);

impl EventId {
    /// One from its text: 32 hexadecimal digits in lower case.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        let is_digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let is_whole = digits.len() == 32 && digits.iter().all(is_digit);
        let number = u128::from_str_radix(text, 16).ok().filter(|_| is_whole)?;
        Some(Self(number.to_be_bytes()))
    }

    /// A new one, as a UUID of version 4 (RFC 9562).
    pub(crate) fn random() -> Self {
        let [high, low] = random::words();
        let bits = (u128::from(high) << 64) | u128::from(low);
        let version = (bits & !(0xf << 76)) | (4 << 76);
        Self(((version & !(3 << 62)) | (2 << 62)).to_be_bytes())
    }

    /// Writes 32 lower-case hex digits.
    pub fn write_hex(self, out: &mut [u8; 32]) {
        hex::encode(&self.0, out);
    }

    pub(crate) fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    pub(crate) fn to_bytes(self) -> [u8; 16] {
        self.0
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
