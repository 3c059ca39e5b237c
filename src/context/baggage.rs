//! Baggage, by [W3C Baggage](https://www.w3.org/TR/baggage/).

use std::borrow::Cow;
use std::ops::ControlFlow;

use arrayvec::ArrayVec;
use http::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::byte_set::ByteSet;

pub(crate) static BAGGAGE: HeaderName = HeaderName::from_static("baggage");

/// The most members passed on, the least the standard asks for (§ 3.3.2).
const MEMBERS: usize = 64;
/// The longest list passed on, in bytes, the least the standard asks for (§ 3.3.2).
const LENGTH: usize = 8192;
/// What is read of a hostile header, in bytes.
const READ: usize = 2 * LENGTH;
const TOKEN: ByteSet = ByteSet::ALPHANUMERIC.with(b"!#$%&'*+-.^_`|~");
const VALUE: ByteSet = ByteSet::new(b"").range(b'!', b'~').without(b"\",;\\");
/// What is written as it is in a value: more would be allowed, none is needed.
const ENCODED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b':').remove(b'/');

/// Names and values that travel with a request through every service: up to 64 members and 8192
/// bytes, never empty.
///
/// Whoever receives a request can read its baggage, so it leaves only for hosts that are allowed
/// it. Members that came are passed on as they came, with their properties.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Baggage(HeaderValue);

/// One name and value of a [`Baggage`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaggageMember<'a> {
    /// The name, a token of RFC 9110 § 5.6.2.
    pub key: &'a str,
    /// The value, percent-decoded; bytes that are not UTF-8 become U+FFFD.
    pub value: Cow<'a, str>,
    /// What follows the first `;`, as it came; empty for most.
    pub properties: &'a str,
}

/// What was read of the headers.
pub(crate) struct Parsed {
    pub(crate) baggage: Option<Baggage>,
    /// How many members were left out: wrong, or beyond a bound. What is not read counts as one.
    pub(crate) dropped: usize,
}

#[derive(Default)]
struct List<'a> {
    members: ArrayVec<&'a str, MEMBERS>,
    length: usize,
    dropped: usize,
}

impl Baggage {
    /// Baggage of one member, or `None` where [`with`](Self::with) would refuse it.
    pub fn new(key: &str, value: &str) -> Option<Self> {
        let member = encode(key, value)?;
        HeaderValue::try_from(member).ok().map(Self)
    }

    /// This baggage with a member added, in place of those of the same key.
    ///
    /// `None` when the key is no token (letters, digits and ``!#$%&'*+-.^_`|~``), or there would
    /// be more than 64 members or 8192 bytes.
    pub fn with(&self, key: &str, value: &str) -> Option<Self> {
        let member = encode(key, value)?;
        let mut list = List::default();
        for text in self.members() {
            if split(text).is_some_and(|(kept, ..)| kept != key) {
                list.push(text);
            }
        }
        list.push(&member);
        if list.dropped == 0 { list.join() } else { None }
    }

    /// The baggage in all `baggage` headers, without the members that are wrong or too many.
    pub fn from_headers(headers: &HeaderMap) -> Option<Self> {
        parse(headers).baggage
    }

    /// The value of this key; the last where it stands more than once.
    pub fn get(&self, key: &str) -> Option<Cow<'_, str>> {
        let values = self.members().filter_map(split);
        values.filter(|(name, ..)| *name == key).last().map(|(_, value, _)| decode(value))
    }

    /// The members in order.
    pub fn iter(&self) -> impl Iterator<Item = BaggageMember<'_>> {
        self.members().filter_map(split).map(|(key, value, properties)| BaggageMember {
            key,
            value: decode(value),
            properties,
        })
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }

    /// The value to send in a header.
    pub fn as_header(&self) -> &HeaderValue {
        &self.0
    }

    fn members(&self) -> impl Iterator<Item = &str> {
        self.as_str().split(',')
    }
}

/// The baggage in all `baggage` headers, and how many members were left out.
pub(crate) fn parse(headers: &HeaderMap) -> Parsed {
    let values = headers.get_all(&BAGGAGE);
    let mut each = values.iter();
    let Some(first) = each.next() else {
        return Parsed { baggage: None, dropped: 0 };
    };
    let single = each.next().is_none();
    let mut list = List::default();
    let mut budget = READ;
    for value in values {
        if list.read(value, budget).is_break() {
            break;
        }
        budget = budget.saturating_sub(value.len() + 1);
    }
    let dropped = list.dropped;
    // Every byte was kept: the value itself is shared, and nothing is copied.
    let whole = single && dropped == 0 && list.length == first.len() + 1;
    let baggage = if whole { Some(Baggage(first.clone())) } else { list.join() };
    Parsed { baggage, dropped }
}

impl<'a> List<'a> {
    /// Takes a header's members, and stops where the budget ends.
    fn read(&mut self, value: &'a HeaderValue, budget: usize) -> ControlFlow<()> {
        let whole = value.len() <= budget;
        let bytes = value.as_bytes();
        let mut members = bytes.get(..budget).unwrap_or(bytes).split(|byte| *byte == b',');
        if !whole {
            // The last may be cut, and what follows it is not read.
            members.next_back();
            self.dropped += 1;
        }
        for member in members {
            match str::from_utf8(member) {
                Ok(text) if text.trim_matches(OWS).is_empty() => {}
                Ok(text) if split(text).is_some() => self.push(text),
                _ => self.dropped += 1,
            }
        }
        if whole { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }

    fn push(&mut self, member: &'a str) {
        let length = self.length + member.len() + 1;
        // The comma counted behind each member does not follow the last.
        if length <= LENGTH + 1 && self.members.try_push(member).is_ok() {
            self.length = length;
        } else {
            self.dropped += 1;
        }
    }

    fn join(self) -> Option<Baggage> {
        if self.members.is_empty() {
            return None;
        }
        HeaderValue::try_from(self.members.join(",")).ok().map(Baggage)
    }
}

const OWS: [char; 2] = [' ', '\t'];

/// Key, value and properties of a member that is right throughout (§ 3.3.1).
fn split(member: &str) -> Option<(&str, &str, &str)> {
    let (pair, properties) = match member.split_once(';') {
        Some((pair, properties)) if properties.split(';').all(is_property) => (pair, properties),
        Some(_) => return None,
        None => (member, ""),
    };
    let (key, value) = pair.split_once('=')?;
    let (key, value) = (key.trim_matches(OWS), value.trim_matches(OWS));
    (is_token(key) && is_value(value)).then_some((key, value, properties.trim_matches(OWS)))
}

fn is_property(property: &str) -> bool {
    match property.split_once('=') {
        Some((key, value)) => is_token(key.trim_matches(OWS)) && is_value(value.trim_matches(OWS)),
        None => is_token(property.trim_matches(OWS)),
    }
}

fn is_token(key: &str) -> bool {
    !key.is_empty() && TOKEN.holds(key.as_bytes())
}

fn is_value(value: &str) -> bool {
    VALUE.holds(value.as_bytes())
}

fn encode(key: &str, value: &str) -> Option<String> {
    if !is_token(key) || key.len() + value.len() > LENGTH {
        return None;
    }
    let member = format!("{key}={}", utf8_percent_encode(value, ENCODED));
    (member.len() <= LENGTH).then_some(member)
}

fn decode(value: &str) -> Cow<'_, str> {
    percent_decode_str(value).decode_utf8_lossy()
}
