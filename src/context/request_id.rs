//! The request ID: accepted from `x-request-id` or made here.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::time::{SystemTime, UNIX_EPOCH};

use arrayvec::ArrayString;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::{hex, random};

/// The header a request ID comes and goes in: `x-request-id`.
pub static X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The length of a UUID's text.
const UUID: usize = 36;
/// The longest ID accepted, in bytes.
const MAX: usize = 200;
const ALLOWED: [bool; 256] = allowed();

/// The ID of one request, the same in its logs, its response and its calls to other services.
///
/// It is opaque: what a caller sent is kept byte for byte, be it a UUID of any version, 32 hex
/// digits or a path of names. It is 1 to 200 bytes of `[A-Za-z0-9._~:@+/=_-]`, so it can stand in a
/// header, a log line or a URL's query without escaping. A clone copies no text.
#[derive(Clone)]
pub struct RequestId {
    header: HeaderValue,
    /// The text again where it is no longer than a UUID's, or empty: a `HeaderValue` gives its text
    /// only after reading all of it once more.
    short: ArrayString<UUID>,
}

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
        let bytes = value.as_bytes();
        let valid =
            (1..=MAX).contains(&bytes.len()) && bytes.iter().all(|byte| hex::at(&ALLOWED, *byte));
        valid.then(|| Self { header: value.clone(), short: short(bytes) })
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
        let text = uuid(now);
        // An owner and its count are one allocation, and every clone only counts; bytes copied
        // from a slice would allocate a second time at the first clone.
        let header = HeaderValue::from_maybe_shared(Bytes::from_owner(text));
        // Digits and dashes are a header value, so the fallback is never taken.
        let header = header.unwrap_or(HeaderValue::from_static("unknown"));
        Self { short: short(&text), header }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        if self.short.is_empty() {
            str::from_utf8(self.header.as_bytes()).unwrap_or_default()
        } else {
            &self.short
        }
    }

    /// The value to send in a header.
    pub fn as_header(&self) -> &HeaderValue {
        &self.header
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

impl PartialEq for RequestId {
    fn eq(&self, other: &Self) -> bool {
        self.header == other.header
    }
}

impl Eq for RequestId {}

impl Hash for RequestId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.header.hash(state);
    }
}

fn short(bytes: &[u8]) -> ArrayString<UUID> {
    let text = if bytes.len() <= UUID { str::from_utf8(bytes).ok() } else { None };
    text.and_then(|text| ArrayString::from(text).ok()).unwrap_or_default()
}

/// The 128 bits, high to low: 48 of milliseconds, 4 of version, 12 random, 2 of variant, 62 random.
fn uuid(now: SystemTime) -> [u8; UUID] {
    let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    random::stir(u64::from(since.subsec_nanos()));
    let milliseconds = since.as_millis() << 80;
    let version = 0x7 << 76;
    let variant = 0b10 << 62;
    let mask = !(0xffff_ffff_ffff_f000 << 64 | 0b11 << 62);
    let bits = milliseconds | version | variant | u128::from_be_bytes(random::bytes16()) & mask;
    let mut digits = [0; 32];
    hex::encode(&bits.to_be_bytes(), &mut digits);
    let mut text = [b'-'; UUID];
    text[..8].copy_from_slice(&digits[..8]);
    text[9..13].copy_from_slice(&digits[8..12]);
    text[14..18].copy_from_slice(&digits[12..16]);
    text[19..23].copy_from_slice(&digits[16..20]);
    text[24..].copy_from_slice(&digits[20..]);
    text
}

#[expect(clippy::indexing_slicing, reason = "runs at compile time")]
const fn allowed() -> [bool; 256] {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < table.len() {
        #[expect(clippy::cast_possible_truncation, reason = "stays under 256")]
        let value = byte as u8;
        table[byte] = value.is_ascii_alphanumeric()
            || matches!(value, b'.' | b'_' | b'~' | b':' | b'@' | b'+' | b'/' | b'=' | b'-');
        byte += 1;
    }
    table
}
