//! Trace IDs, span IDs and trace flags of
//! [W3C Trace Context](https://www.w3.org/TR/trace-context/).

use std::fmt;

use super::{hex, random};

/// The ID of a whole trace: 16 bytes, never all zero (W3C Trace Context § 3.2.2.3).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TraceId([u8; 16]);

/// The ID of one span, `parent-id` on the wire: 8 bytes, never all zero (W3C Trace Context
/// § 3.2.2.4).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpanId([u8; 8]);

/// What a caller says of its trace (W3C Trace Context § 3.2.2.5): whether it is sampled, and
/// whether its ID is random (level 2 of the standard). The undefined bits are dropped.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct TraceFlags(u8);

impl TraceId {
    /// A new random ID. All its bits are random, so any of them may be sampled by.
    pub fn generate() -> Self {
        Self::of_random(random::words())
    }

    /// The ID of these bytes, or `None` for zeros.
    pub fn from_bytes(bytes: [u8; 16]) -> Option<Self> {
        (bytes != [0; 16]).then_some(Self(bytes))
    }

    /// The ID written as exactly 32 lower-case hex digits.
    pub fn parse(text: &str) -> Option<Self> {
        Self::from_hex(text.as_bytes())
    }

    /// The bytes, most significant first.
    pub fn to_bytes(self) -> [u8; 16] {
        self.0
    }

    /// Writes 32 lower-case hex digits.
    pub fn write_hex(self, out: &mut [u8; 32]) {
        hex::encode(&self.0, out);
    }

    /// The ID of these random words; another if they are zeros.
    pub(super) fn of_random([high, low]: [u64; 2]) -> Self {
        let bytes = u128::from(high) << 64 | u128::from(low);
        Self::from_bytes(bytes.to_be_bytes()).unwrap_or_else(Self::generate)
    }

    /// The first 8 bytes as a number.
    pub(crate) fn high(self) -> u64 {
        self.0.first_chunk().copied().map_or(0, u64::from_be_bytes)
    }

    /// The last 8 bytes as a number: what ratio samplers compare.
    pub(crate) fn low(self) -> u64 {
        self.0.last_chunk().copied().map_or(0, u64::from_be_bytes)
    }

    pub(crate) fn from_hex(text: &[u8]) -> Option<Self> {
        hex::decode(text).and_then(Self::from_bytes)
    }
}

impl SpanId {
    /// A new random ID.
    pub fn generate() -> Self {
        Self::of_random(random::words())
    }

    /// The ID of these bytes, or `None` for zeros.
    pub fn from_bytes(bytes: [u8; 8]) -> Option<Self> {
        (bytes != [0; 8]).then_some(Self(bytes))
    }

    /// The ID written as exactly 16 lower-case hex digits.
    pub fn parse(text: &str) -> Option<Self> {
        Self::from_hex(text.as_bytes())
    }

    /// The bytes, most significant first.
    pub fn to_bytes(self) -> [u8; 8] {
        self.0
    }

    /// Writes 16 lower-case hex digits.
    pub fn write_hex(self, out: &mut [u8; 16]) {
        hex::encode(&self.0, out);
    }

    /// The ID of this random word; another if it is zero.
    pub(super) fn of_random([word]: [u64; 1]) -> Self {
        Self::from_bytes(word.to_be_bytes()).unwrap_or_else(Self::generate)
    }

    pub(crate) fn from_hex(text: &[u8]) -> Option<Self> {
        hex::decode(text).and_then(Self::from_bytes)
    }
}

impl TraceFlags {
    /// No flag: the caller recorded nothing.
    pub const NONE: Self = Self(0);
    /// The caller may have recorded the trace.
    pub const SAMPLED: Self = Self(0x01);
    /// The last 7 bytes of the trace ID are random (level 2).
    pub const RANDOM: Self = Self(0x02);
    // The two below are B3's and stand in bits that `traceparent` never carries.
    pub(crate) const DEBUG: Self = Self(0x40);
    pub(crate) const DEFERRED: Self = Self(0x80);

    const DEFINED: u8 = Self::SAMPLED.0 | Self::RANDOM.0;

    /// The flags in this byte of a `traceparent`, the undefined bits left out.
    pub fn from_byte(byte: u8) -> Self {
        Self(byte & Self::DEFINED)
    }

    /// The byte for a `traceparent`.
    pub fn to_byte(self) -> u8 {
        self.0 & Self::DEFINED
    }

    /// Whether the trace is sampled.
    pub fn is_sampled(self) -> bool {
        self.contains(Self::SAMPLED)
    }

    /// Whether the last 7 bytes of the trace ID are random.
    pub fn is_random(self) -> bool {
        self.contains(Self::RANDOM)
    }

    /// These flags after a decision to sample or not: what belongs to the trace ID stays.
    #[must_use]
    pub fn with_sampled(self, sampled: bool) -> Self {
        let kept = self.0 & !(Self::SAMPLED.0 | Self::DEFERRED.0);
        if sampled { Self(kept | Self::SAMPLED.0) } else { Self(kept & !Self::DEBUG.0) }
    }

    /// B3's debug flag: sampled, and to be kept by whatever samples later.
    pub(crate) fn is_debug(self) -> bool {
        self.contains(Self::DEBUG)
    }

    /// The caller left the decision to us, which only B3 can say.
    pub(crate) fn is_deferred(self) -> bool {
        self.contains(Self::DEFERRED)
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn contains(self, flag: Self) -> bool {
        self.0 & flag.0 != 0
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0; 32];
        self.write_hex(&mut text);
        f.pad(str::from_utf8(&text).unwrap_or_default())
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0; 16];
        self.write_hex(&mut text);
        f.pad(str::from_utf8(&text).unwrap_or_default())
    }
}

/// As two lower-case hex digits.
impl fmt::Display for TraceFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02x}", self.to_byte())
    }
}

impl fmt::Debug for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TraceId({self})")
    }
}

impl fmt::Debug for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SpanId({self})")
    }
}

impl fmt::Debug for TraceFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TraceFlags({self})")
    }
}
