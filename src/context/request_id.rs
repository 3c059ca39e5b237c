//! The request ID: accepted from `x-request-id` or made here.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::byte_set::ByteSet;
use super::{hex, random};

/// The header a request ID comes and goes in: `x-request-id`.
pub static X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The length of a UUID's text.
const UUID: usize = 36;
/// The longest ID accepted, in bytes.
const MAX: usize = 200;
const ALLOWED: ByteSet = ByteSet::ALPHANUMERIC.with(b"._~:@+/=-");

/// The ID of one request, the same in its logs, its response and its calls to other services.
///
/// It is opaque: what a caller sent is kept byte for byte, be it a UUID of any version, 32 hex
/// digits or a path of names. It is 1 to 200 bytes of `[A-Za-z0-9._~:@+/=_-]`, so it can stand in a
/// header, a log line or a URL's query without escaping. A clone copies no text.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RequestId(HeaderValue);

impl RequestId {
    /// The ID in `x-request-id`, if the header stands exactly once and its value is one.
    pub fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let mut values = headers.get_all(&X_REQUEST_ID).iter();
        match (values.next(), values.next()) {
            (Some(value), None) => Self::from_header(value),
            _ => None,
        }
    }

    /// The ID in this value, or `None` when it is none.
    pub fn from_header(value: &HeaderValue) -> Option<Self> {
        let text = value.as_bytes();
        let valid = (1..=MAX).contains(&text.len()) && ALLOWED.holds(text);
        valid.then(|| Self(value.clone()))
    }

    /// The ID this text is, or `None` when it is none.
    pub fn parse(text: &str) -> Option<Self> {
        // Bounded first, so that a long text is not copied to be refused.
        let value = if text.len() <= MAX { HeaderValue::from_str(text).ok() } else { None };
        Self::from_header(&value?)
    }

    /// A new ID: a UUID version 7 (RFC 9562 § 5.7) of the time in milliseconds and 74 random bits.
    ///
    /// One allocation and no system call. A time before 1970 counts as 1970.
    pub fn generate(now: SystemTime) -> Self {
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self::of_random(now, random::stirred(u64::from(now.subsec_nanos())))
    }

    /// The ID of a time since 1970 and random words.
    pub(super) fn of_random(now: Duration, words: [u64; 2]) -> Self {
        // An owner and its count are one allocation, and every clone only counts; bytes copied
        // from a slice would allocate a second time at the first clone.
        let header = HeaderValue::from_maybe_shared(Bytes::from_owner(uuid(now, words)));
        // Digits and dashes are a header value, so the fallback is never taken.
        Self(header.unwrap_or(HeaderValue::from_static("unknown")))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        // The alphabet is ASCII, which this passes over 16 bytes at a time; `HeaderValue::to_str`
        // looks at every byte.
        str::from_utf8(self.0.as_bytes()).unwrap_or_default()
    }

    /// The value to send in a header.
    pub fn as_header(&self) -> &HeaderValue {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequestId({self})")
    }
}

/// The 128 bits, high to low: 48 of milliseconds, 4 of version, 12 random, 2 of variant, 62 random.
fn uuid(now: Duration, [high, low]: [u64; 2]) -> [u8; UUID] {
    let fixed = now.as_millis() << 80 | 0x7 << 76 | 0b10 << 62;
    let random = u128::from(high & 0xfff) << 64 | u128::from(low >> 2);
    let bytes = (fixed | random).to_be_bytes();
    let mut text = [b'-'; UUID];
    hex::encode(&bytes[..4], &mut text[..8]);
    hex::encode(&bytes[4..6], &mut text[9..13]);
    hex::encode(&bytes[6..8], &mut text[14..18]);
    hex::encode(&bytes[8..10], &mut text[19..23]);
    hex::encode(&bytes[10..], &mut text[24..]);
    text
}
