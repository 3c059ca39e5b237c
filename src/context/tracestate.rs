//! `tracestate`, by [W3C Trace Context](https://www.w3.org/TR/trace-context/) § 3.3.

use arrayvec::ArrayVec;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::byte_set::ByteSet;

pub(crate) static TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

/// The most members a list has (§ 3.3.1.1).
const MEMBERS: usize = 32;
/// The longest list that is passed on, in bytes; the least the standard asks for (§ 3.3.1.5).
const LENGTH: usize = 512;
/// Members longer than this are the first to go when the list is too long (§ 3.3.1.5).
const LONG: usize = 128;
/// What is read of a hostile header, in bytes.
const READ: usize = 8 * 1024;

const NAME: ByteSet = ByteSet::new(b"_-*/").range(b'a', b'z').range(b'0', b'9');
const VALUE: ByteSet = ByteSet::new(b"").range(b' ', b'~').without(b",=");

/// What the tracing systems on a request's way have added: a list of up to 32 members and 512
/// bytes, never empty, passed on as it came.
///
/// Several headers are joined in order. White space around the members is kept. A list with any
/// wrong member, or a key twice, is dropped whole. One that is too long loses whole members:
/// those over 128 bytes first, then others, each time the rightmost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceState(HeaderValue);

/// One member as it stands between two commas, and the key in it.
#[derive(Clone, Copy)]
struct Member<'a> {
    text: &'a [u8],
    key: &'a [u8],
}

#[derive(Default)]
struct List<'a> {
    members: ArrayVec<Member<'a>, MEMBERS>,
    /// Something was left out for being too much.
    trimmed: bool,
}

impl TraceState {
    /// The list in all `tracestate` headers, or `None` when it is empty or wrong.
    pub fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let values = headers.get_all(&TRACESTATE);
        let mut each = values.iter();
        let first = each.next()?;
        let list = List::read(values.iter().map(HeaderValue::as_bytes))?;
        let verbatim = each.next().is_none() && !list.trimmed && first.len() <= LENGTH;
        if verbatim { Some(Self(first.clone())) } else { list.join().map(Self) }
    }

    /// The value to send in a header.
    pub fn as_header(&self) -> &HeaderValue {
        &self.0
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }

    /// The members from the left, each a key and a value, without white space around them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let members = self.as_str().split(',').map(|member| member.trim_matches([' ', '\t']));
        members.filter_map(|member| member.split_once('='))
    }

    /// The value of this key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.iter().find_map(|(name, value)| (name == key).then_some(value))
    }
}

impl<'a> List<'a> {
    /// The first members of all the headers, or `None` when any of what is read is wrong.
    fn read(headers: impl Iterator<Item = &'a [u8]>) -> Option<Self> {
        let mut list = Self::default();
        let mut budget = READ;
        for header in headers {
            let text = within(header, budget);
            list.trimmed |= text.len() < header.len();
            budget = budget.saturating_sub(header.len() + 1);
            for text in text.split(|byte| *byte == b',') {
                list.add(text)?;
            }
        }
        (!list.members.is_empty()).then_some(list)
    }

    /// `None` when the member is wrong or its key stands already; an empty one is passed over.
    fn add(&mut self, text: &'a [u8]) -> Option<()> {
        let inner = trim(text);
        if inner.is_empty() {
            return Some(());
        }
        let key = key(inner)?;
        if self.members.iter().any(|member| member.key == key) {
            return None;
        }
        self.trimmed |= self.members.try_push(Member { text, key }).is_err();
        Some(())
    }

    fn join(mut self) -> Option<HeaderValue> {
        while self.len() > LENGTH {
            let long = self.members.iter().rposition(|member| member.text.len() > LONG);
            match long {
                Some(index) => drop(self.members.remove(index)),
                None => drop(self.members.pop()),
            }
        }
        let mut text = ArrayVec::<u8, LENGTH>::new();
        for member in &self.members {
            if !text.is_empty() {
                text.try_push(b',').ok()?;
            }
            text.try_extend_from_slice(member.text).ok()?;
        }
        if text.is_empty() { None } else { HeaderValue::from_bytes(&text).ok() }
    }

    fn len(&self) -> usize {
        let bytes: usize = self.members.iter().map(|member| member.text.len() + 1).sum();
        bytes.saturating_sub(1)
    }
}

/// The header, or the whole members among its first `budget` bytes.
fn within(header: &[u8], budget: usize) -> &[u8] {
    let Some(start) = header.get(..budget).filter(|start| start.len() < header.len()) else {
        return header;
    };
    let end = start.iter().rposition(|byte| *byte == b',').unwrap_or(0);
    start.get(..end).unwrap_or_default()
}

fn trim(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}

/// The key of a member that is right throughout (§ 3.3.1.3).
fn key(member: &[u8]) -> Option<&[u8]> {
    let equals = member.iter().position(|byte| *byte == b'=')?;
    let (key, value) = (member.get(..equals)?, member.get(equals + 1..)?);
    (is_key(key) && is_value(value)).then_some(key)
}

/// A name, or a tenant, `@` and a system.
///
/// A name may begin with a digit: level 2 of the standard allows it and level 1 does not.
fn is_key(key: &[u8]) -> bool {
    let mut parts = key.splitn(2, |byte| *byte == b'@');
    match (parts.next(), parts.next()) {
        (Some(name), None) => is_name(name, 256),
        (Some(tenant), Some(system @ [b'a'..=b'z', ..])) => {
            is_name(tenant, 241) && is_name(system, 14)
        }
        _ => false,
    }
}

fn is_name(name: &[u8], longest: usize) -> bool {
    let first = matches!(name, [b'a'..=b'z' | b'0'..=b'9', ..]);
    first && name.len() <= longest && NAME.holds(name)
}

/// 1 to 256 printable bytes without `,` and `=`; the blanks at its end are no longer there.
fn is_value(value: &[u8]) -> bool {
    (1..=256).contains(&value.len()) && VALUE.holds(value)
}
