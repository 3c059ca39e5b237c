//! The messages of `grpc.health.v1`, which are few and small enough to go without generated code.

use bytes::{Buf, BufMut, Bytes};
use tonic::Status;
use tonic::codec::{self, DecodeBuf, EncodeBuf};

use crate::protobuf::{Field, Message, fields};

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

/// A `HealthCheckResponse`.
pub(super) fn status(answer: Answer) -> Bytes {
    let mut status = Vec::new();
    write(answer, &mut Message::new(&mut status));
    status.into()
}

/// A `HealthListResponse`: a map is a list of entries, each with its key and value.
pub(super) fn list<'a>(services: impl Iterator<Item = (&'a str, Answer)>) -> Bytes {
    let mut list = Vec::new();
    let mut entries = Message::new(&mut list);
    for (name, answer) in services {
        entries.message(1, |entry| {
            entry.bytes(1, name.as_bytes());
            entry.message(2, |status| write(answer, status));
        });
    }
    list.into()
}

fn write(answer: Answer, status: &mut Message<'_>) {
    status.number(1, answer as u64);
}

/// Reads a request; what is not its name is passed over, as protobuf wants it.
fn read(request: &[u8]) -> Option<Asked> {
    let mut asked = Asked::default();
    for member in fields(request) {
        if let (1, Field::Bytes(name)) = member? {
            str::from_utf8(name).ok()?.clone_into(&mut asked.service);
        }
    }
    Some(asked)
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
        read(&bytes).map(Some).ok_or_else(malformed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(bytes: &[u8], expected: Option<&str>) {
        let asked = read(bytes);
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
            let _ = read(&bytes);
        }
    }
}
