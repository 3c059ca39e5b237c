//! The messages of `grpc.health.v1`, which are few enough to be read and written by hand.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use tonic::Status;
use tonic::codec::{self, DecodeBuf, EncodeBuf};

/// `HealthCheckRequest`, and `HealthListRequest`, which has no member.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) service: String,
}

/// `HealthCheckResponse.ServingStatus`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Serving = 1,
    NotServing = 2,
    ServiceUnknown = 3,
}

/// Takes answers that are written already.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Codec;

/// Field 1, of a varint and of something with a length.
const FIRST_NUMBER: u8 = 0x08;
const FIRST_TEXT: u8 = 0x0a;
const SECOND_TEXT: u8 = 0x12;

/// A `HealthCheckResponse`.
pub(super) fn status(answer: Answer) -> Bytes {
    Bytes::copy_from_slice(&[FIRST_NUMBER, answer as u8])
}

/// A `HealthListResponse`: a map is a list of entries, each with its key and value.
pub(super) fn list<'a>(services: impl Iterator<Item = (&'a str, Answer)>) -> Bytes {
    let mut list = BytesMut::new();
    for (name, answer) in services {
        let mut entry = BytesMut::new();
        put(&mut entry, FIRST_TEXT, name.as_bytes());
        put(&mut entry, SECOND_TEXT, &status(answer));
        put(&mut list, FIRST_TEXT, &entry);
    }
    list.freeze()
}

fn put(out: &mut BytesMut, tag: u8, bytes: &[u8]) {
    out.put_u8(tag);
    let mut length = bytes.len();
    while length >= 0x80 {
        out.put_u8(low_bits(length) | 0x80);
        length >>= 7;
    }
    out.put_u8(low_bits(length));
    out.put_slice(bytes);
}

#[expect(clippy::cast_possible_truncation, reason = "seven bits")]
fn low_bits(number: usize) -> u8 {
    (number & 0x7f) as u8
}

/// Reads a request; what is not its name is passed over, as protobuf wants it.
fn read(mut bytes: Bytes) -> Option<Asked> {
    let mut asked = Asked::default();
    while bytes.has_remaining() {
        let tag = number(&mut bytes)?;
        match (tag >> 3, tag & 7) {
            (0, _) => return None,
            (1, 2) => asked.service = String::from_utf8(measured(&mut bytes)?.into()).ok()?,
            (_, 0) => drop(number(&mut bytes)?),
            (_, 1) => drop(part(&mut bytes, 8)?),
            (_, 2) => drop(measured(&mut bytes)?),
            (_, 5) => drop(part(&mut bytes, 4)?),
            _ => return None,
        }
    }
    Some(asked)
}

fn measured(bytes: &mut Bytes) -> Option<Bytes> {
    let length = number(bytes)?;
    part(bytes, usize::try_from(length).ok()?)
}

fn part(bytes: &mut Bytes, length: usize) -> Option<Bytes> {
    (length <= bytes.len()).then(|| bytes.split_to(length))
}

/// A varint, of at most ten bytes.
fn number(bytes: &mut Bytes) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let byte = bytes.try_get_u8().ok()?;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

impl codec::Codec for Codec {
    type Encode = Bytes;
    type Decode = Asked;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        *self
    }

    fn decoder(&mut self) -> Self {
        *self
    }
}

impl codec::Encoder for Codec {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, out: &mut EncodeBuf<'_>) -> Result<(), Status> {
        out.put(item);
        Ok(())
    }
}

impl codec::Decoder for Codec {
    type Item = Asked;
    type Error = Status;

    fn decode(&mut self, message: &mut DecodeBuf<'_>) -> Result<Option<Asked>, Status> {
        let bytes = message.copy_to_bytes(message.remaining());
        let malformed = || Status::invalid_argument("the request is malformed");
        read(bytes).map(Some).ok_or_else(malformed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(bytes: &[u8], expected: Option<&str>) {
        let asked = read(Bytes::copy_from_slice(bytes));
        assert_eq!(asked.map(|asked| asked.service).as_deref(), expected, "{bytes:?}");
    }

    #[test]
    fn a_name_is_read_among_what_is_unknown() {
        check(b"", Some(""));
        check(b"\x0a\x01a", Some("a"));
        check(b"\x0a\x01a\x0a\x02bc", Some("bc"));
        check(b"\x10\x96\x01\x0a\x01a\x1d\x01\x02\x03\x04", Some("a"));
        check(b"\x22\x02xy\x29\x01\x02\x03\x04\x05\x06\x07\x08\x0a\x01a", Some("a"));
        check(b"\x08\x01", Some(""));
    }

    #[test]
    fn what_is_malformed_is_refused() {
        check(b"\x0a", None);
        check(b"\x0a\x05abc", None);
        check(b"\x0a\x01\xff", None);
        check(b"\x02\x00", None);
        check(b"\x0b\x00", None);
        check(b"\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", None);
        check(b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", None);
    }

    #[test]
    fn answers_are_as_protoc_writes_them() {
        assert_eq!(&status(Answer::Serving)[..], b"\x08\x01");
        let long = "a".repeat(200);
        let list = list([("", Answer::NotServing), (&long, Answer::Serving)].into_iter());
        let mut expected = b"\x0a\x06\x0a\x00\x12\x02\x08\x02".to_vec();
        expected.extend(b"\x0a\xcf\x01\x0a\xc8\x01");
        expected.extend(long.bytes());
        expected.extend(b"\x12\x02\x08\x01");
        assert_eq!(list, expected);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = read(bytes.into());
        }
    }
}
