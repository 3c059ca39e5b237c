//! Attributes, each of which is encoded when it is given.

use std::ops::Range;

use crate::protobuf::{Field, Message, fields};

/// The attributes of one span, event, link, log record or resource, in the order they were given.
///
/// A key stands once: a later value takes the place of an earlier one.
#[derive(Clone, Debug)]
pub(crate) struct Attributes {
    /// As members of the message they are in.
    bytes: Vec<u8>,
    /// Their number there.
    field: u32,
    count: u32,
    dropped: u32,
}

/// How much one holder of attributes may have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) count: u32,
    /// Characters of a text.
    pub(crate) length: Option<u32>,
}

/// `AnyValue`, as far as spans and records have values.
#[cfg_attr(
    not(feature = "opentelemetry"),
    expect(dead_code, reason = "only the API of OpenTelemetry has lists")
)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    Text(&'a str),
    Bool(bool),
    Int(i64),
    Double(f64),
    List(&'a [Self]),
}

/// Past so many bytes nothing is added, whatever the limits are: what is longer could not be sent.
const MAX_BYTES: usize = 512 << 10;

const KEY: u32 = 1;
const VALUE: u32 = 2;

impl Attributes {
    /// Of `Resource`.
    pub(crate) const RESOURCE: u32 = 1;
    /// Of `Span.Event`.
    pub(crate) const EVENT: u32 = 3;
    /// Of `Span`.
    pub(crate) const SPAN: u32 = 9;

    /// None so far, for the message in which they have this number.
    pub(crate) fn new(field: u32) -> Self {
        Self { bytes: Vec::new(), field, count: 0, dropped: 0 }
    }

    /// Adds one whose key is not there yet.
    #[inline]
    pub(crate) fn add(&mut self, key: &str, value: Value<'_>, limits: Limits) {
        if !self.has_room(limits) {
            return;
        }
        Message::new(&mut self.bytes).message(self.field, |pair| {
            pair.bytes(KEY, key.as_bytes());
            pair.message(VALUE, |any| value.write(any, limits.length));
        });
    }

    /// Adds one, or puts its value in place of that which is there.
    pub(crate) fn set(&mut self, key: &str, value: Value<'_>, limits: Limits) {
        if let Some(range) = self.find(key.as_bytes()) {
            self.bytes.drain(range);
            self.count -= 1;
        }
        self.add(key, value, limits);
    }

    /// Sets each of the others.
    pub(crate) fn merge(&mut self, others: &Self, limits: Limits) {
        for member in fields(&others.bytes) {
            let Some((_, Field::Bytes(pair))) = member else { return };
            if let Some(Some((KEY, Field::Bytes(key)))) = fields(pair).next()
                && let Some(range) = self.find(key)
            {
                self.bytes.drain(range);
                self.count -= 1;
            }
            if self.has_room(limits) {
                Message::new(&mut self.bytes).bytes(self.field, pair);
            }
        }
        self.dropped = self.dropped.saturating_add(others.dropped);
    }

    /// As members of their message.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether there is one of that key.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.find(key.as_bytes()).is_some()
    }

    /// How many found no place.
    pub(crate) fn dropped(&self) -> u32 {
        self.dropped
    }

    /// The memory that stays when they are cleared.
    pub(crate) fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    /// None any more; the memory stays.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        (self.count, self.dropped) = (0, 0);
    }

    /// Takes the place of one more, or counts that there is none.
    #[inline]
    fn has_room(&mut self, limits: Limits) -> bool {
        let has_room = self.count < limits.count && self.bytes.len() < MAX_BYTES;
        if has_room {
            self.count += 1;
        } else {
            self.dropped = self.dropped.saturating_add(1);
        }
        has_room
    }

    fn find(&self, key: &[u8]) -> Option<Range<usize>> {
        let mut at = 0;
        for member in fields(&self.bytes) {
            let (_, Field::Bytes(pair)) = member? else { return None };
            let end = at + 1 + digits(pair.len()) + pair.len();
            if fields(pair).next() == Some(Some((KEY, Field::Bytes(key)))) {
                return Some(at..end);
            }
            at = end;
        }
        None
    }
}

/// How many bytes a number takes.
fn digits(number: usize) -> usize {
    let bits = usize::BITS - (number | 1).leading_zeros();
    bits.div_ceil(7) as usize
}

impl Value<'_> {
    fn write(self, any: &mut Message<'_>, length: Option<u32>) {
        match self {
            Self::Text(text) => any.bytes(1, cut(text, length).as_bytes()),
            Self::Bool(value) => any.number(2, value.into()),
            Self::Int(value) => any.number(3, value.cast_unsigned()),
            Self::Double(value) => any.double(4, value),
            Self::List(values) => any.message(5, |list| {
                for value in values {
                    list.message(1, |any| value.write(any, length));
                }
            }),
        }
    }
}

fn cut(text: &str, length: Option<u32>) -> &str {
    let Some(length) = length.and_then(|length| usize::try_from(length).ok()) else { return text };
    // As many bytes are as many characters at most.
    if text.len() <= length {
        return text;
    }
    let end = text.char_indices().nth(length).map_or(text.len(), |(end, _)| end);
    text.get(..end).unwrap_or(text)
}
