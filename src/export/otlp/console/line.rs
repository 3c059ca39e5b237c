//! A `Span` message as a JSON object.

use std::fmt::Write as _;

use crate::export::wire::rfc3339;
use crate::protobuf::{Field, fields};

use super::json::{Object, list, plain, text};

const KINDS: [&str; 6] = ["unspecified", "internal", "server", "client", "producer", "consumer"];
const STATUSES: [&str; 3] = ["unset", "ok", "error"];
/// Lists in lists are shown so deep.
const DEEPEST: usize = 8;

/// Appends it. What has its default is left out.
pub(super) fn span(message: &[u8], out: &mut String) {
    let span = Members(message);
    Object::write(out, |line| {
        line.text("name", &span.text(5));
        let kind = usize::try_from(span.number(6)).unwrap_or_default();
        line.text("kind", KINDS.get(kind).unwrap_or(&"unspecified"));
        for (key, field) in [("traceId", 1), ("spanId", 2), ("parentSpanId", 4)] {
            span.id(field, key, line);
        }
        let (start, end) = (span.number(7), span.number(8));
        line.text("start", &rfc3339(start));
        let micros = end.saturating_sub(start) / 1_000;
        line.number("durationMs", format_args!("{}.{:03}", micros / 1_000, micros % 1_000));
        status(&Members(span.bytes(15)), line);
        attributes(&span, 9, line);
        span.list(11, "events", line, event);
        span.list(13, "links", line, link);
        let dropped = [(10, "droppedAttributes"), (12, "droppedEvents"), (14, "droppedLinks")];
        for (field, key) in dropped {
            if span.number(field) > 0 {
                line.number(key, span.number(field));
            }
        }
    });
}

fn status(status: &Members<'_>, line: &mut Object<'_>) {
    let code = usize::try_from(status.number(3)).unwrap_or_default();
    if let Some(name) = STATUSES.get(code).filter(|_| code > 0) {
        line.text("status", name);
    }
    if !status.bytes(2).is_empty() {
        line.text("statusMessage", &status.text(2));
    }
}

fn event(message: &[u8], out: &mut String) {
    let event = Members(message);
    Object::write(out, |line| {
        line.text("name", &event.text(2));
        line.text("time", &rfc3339(event.number(1)));
        attributes(&event, 3, line);
    });
}

fn link(message: &[u8], out: &mut String) {
    let link = Members(message);
    Object::write(out, |line| {
        link.id(1, "traceId", line);
        link.id(2, "spanId", line);
        attributes(&link, 4, line);
    });
}

fn attributes(of: &Members<'_>, field: u32, line: &mut Object<'_>) {
    if of.all(field).next().is_none() {
        return;
    }
    line.member("attributes", |out| {
        Object::write(out, |object| {
            for pair in of.all(field).map(Members) {
                object.member(&pair.text(1), |out| value(pair.bytes(2), 0, out));
            }
        });
    });
}

/// An `AnyValue`.
fn value(any: &[u8], depth: usize, out: &mut String) {
    match fields(any).flatten().next() {
        Some((1, Field::Bytes(bytes))) => text(&String::from_utf8_lossy(bytes), out),
        Some((2, Field::Number(number))) => plain(number != 0, out),
        Some((3, Field::Number(number))) => plain(number.cast_signed(), out),
        Some((4, Field::Fixed64(bits))) => double(f64::from_bits(bits), out),
        Some((5, Field::Bytes(array))) if depth < DEEPEST => {
            list(Members(array).all(1), out, |item, out| value(item, depth + 1, out));
        }
        Some((7, Field::Bytes(bytes))) => text(&hex(bytes), out),
        _ => out.push_str("null"),
    }
}

/// JSON has no others than finite ones.
fn double(number: f64, out: &mut String) {
    if number.is_finite() {
        plain(format_args!("{number:?}"), out);
    } else {
        text(&number.to_string(), out);
    }
}

/// The members of a message. What is none has none.
#[derive(Clone, Copy)]
struct Members<'a>(&'a [u8]);

impl<'a> Members<'a> {
    fn all(self, number: u32) -> impl Iterator<Item = &'a [u8]> {
        fields(self.0).flatten().filter_map(move |(found, field)| match field {
            Field::Bytes(bytes) if found == number => Some(bytes),
            _ => None,
        })
    }

    fn bytes(self, number: u32) -> &'a [u8] {
        self.all(number).last().unwrap_or_default()
    }

    fn text(self, number: u32) -> String {
        String::from_utf8_lossy(self.bytes(number)).into_owned()
    }

    fn number(self, number: u32) -> u64 {
        let numbers = fields(self.0).flatten().filter_map(|(found, field)| match field {
            Field::Number(value) | Field::Fixed64(value) if found == number => Some(value),
            _ => None,
        });
        numbers.last().unwrap_or_default()
    }

    fn id(self, number: u32, key: &str, line: &mut Object<'_>) {
        if !self.bytes(number).is_empty() {
            line.text(key, &hex(self.bytes(number)));
        }
    }

    fn list(
        self,
        number: u32,
        key: &str,
        line: &mut Object<'_>,
        item: impl FnMut(&'a [u8], &mut String),
    ) {
        if self.all(number).next().is_some() {
            line.member(key, |out| list(self.all(number), out, item));
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protobuf::Message;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn shown(message: &[u8]) -> Value {
        let mut line = String::new();
        span(message, &mut line);
        assert!(!line.contains(char::is_control), "{line:?}");
        serde_json::from_str(&line).unwrap()
    }

    fn pair(message: &mut Message<'_>, field: u32, key: &str, any: impl Fn(&mut Message<'_>)) {
        message.message(field, |pair| {
            pair.bytes(1, key.as_bytes());
            pair.message(2, |value| any(value));
        });
    }

    fn a_span() -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut span = Message::new(&mut bytes);
        span.bytes(1, &[0xab; 16]);
        span.bytes(2, &[1; 8]);
        span.bytes(4, &[2; 8]);
        span.bytes(5, "GET \"/\u{1b}\"".as_bytes());
        span.number(6, 2);
        span.fixed64(7, 1_700_000_000_123_456_789);
        span.fixed64(8, 1_700_000_000_125_000_000);
        pair(&mut span, 9, "text", |any| any.bytes(1, "a\nb\u{85}\u{2028}".as_bytes()));
        pair(&mut span, 9, "yes", |any| any.number(2, 1));
        pair(&mut span, 9, "int", |any| any.number(3, (-5_i64).cast_unsigned()));
        pair(&mut span, 9, "share", |any| any.double(4, 1e300));
        pair(&mut span, 9, "nan", |any| any.double(4, f64::NAN));
        pair(&mut span, 9, "list", |any| {
            any.message(5, |list| list.message(1, |any| any.number(3, 7)));
        });
        span.message(11, |event| {
            event.fixed64(1, 0);
            event.bytes(2, b"exception");
            pair(event, 3, "exception.type", |any| any.bytes(1, b"Io"));
        });
        span.message(13, |link| link.bytes(1, &[0xcd; 16]));
        span.number(14, 3);
        span.message(15, |status| {
            status.bytes(2, b"broken");
            status.number(3, 2);
        });
        bytes
    }

    #[test]
    fn a_span_is_an_object() {
        let expected = json!({
            "name": "GET \"/\u{1b}\"",
            "kind": "server",
            "traceId": "ab".repeat(16),
            "spanId": "01".repeat(8),
            "parentSpanId": "02".repeat(8),
            "start": "2023-11-14T22:13:20.123456Z",
            "durationMs": 1.543,
            "status": "error",
            "statusMessage": "broken",
            "attributes": {
                "text": "a\nb\u{85}\u{2028}",
                "yes": true,
                "int": -5,
                "share": 1e300,
                "nan": "NaN",
                "list": [7],
            },
            "events": [{
                "name": "exception",
                "time": "1970-01-01T00:00:00.000000Z",
                "attributes": { "exception.type": "Io" },
            }],
            "links": [{ "traceId": "cd".repeat(16) }],
            "droppedLinks": 3,
        });
        assert_eq!(shown(&a_span()), expected);
    }

    proptest! {
        #[test]
        fn any_bytes_make_one_line_of_json(bytes: Vec<u8>) {
            shown(&bytes);
        }
    }
}
