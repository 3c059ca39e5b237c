//! The identity of a failure.

use std::fmt;

use super::random;

/// The identity of one failure, the same in its report, its log lines and its span: Sentry's event
/// ID, 32 hexadecimal digits in lower case.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct EventId([u8; 16]);

impl EventId {
    /// A new one, as a UUID of version 4 (RFC 9562).
    pub(crate) fn random() -> Self {
        let [high, low] = random::words();
        let bits = (u128::from(high) << 64) | u128::from(low);
        let version = (bits & !(0xf << 76)) | (4 << 76);
        Self(((version & !(3 << 62)) | (2 << 62)).to_be_bytes())
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
