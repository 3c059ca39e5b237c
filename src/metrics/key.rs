//! A series' label values as one byte string: the key of lookups and the form in memory.

use std::borrow::Cow;

use arrayvec::ArrayVec;

use super::label::MAX_LABELS;

/// The values in the order of the names, each ended by a byte that UTF-8 never holds.
///
/// It is made for a series that is new; a known one is found without it.
#[derive(Debug, Default)]
pub(crate) struct Key(ArrayVec<u8, KEY_BYTES>);

/// Where a [`Label`](super::Label) writes its value. What passes 128 bytes is cut.
#[derive(Debug)]
pub struct LabelValue<'a>(&'a mut ArrayVec<u8, MAX_VALUE_BYTES>);

/// Room for the text of one value that does not have it at hand.
#[derive(Debug, Default)]
pub struct Buffer {
    text: ArrayVec<u8, MAX_VALUE_BYTES>,
    digits: [u8; 8],
}

/// Names and values of one series.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Labels<'a> {
    pub(crate) names: &'a [Cow<'static, str>],
    pub(crate) values: &'a [u8],
    pub(crate) layout: Layout,
}

/// What is known of a key's values before they are read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    /// None needs escaping in text.
    pub(crate) plain: bool,
    /// How long the first are, so that their ends need not be looked for.
    lens: [u8; KNOWN],
}

/// As many as memory has room for at no cost.
const KNOWN: usize = 3;
/// Stands for a length that is not known.
const UNKNOWN: u8 = u8::MAX;

pub(crate) const MAX_VALUE_BYTES: usize = 128;
const KEY_BYTES: usize = MAX_LABELS * (MAX_VALUE_BYTES + 1);
pub(crate) const END: u8 = 0xff;
const LONGEST_INTEGER: usize = "-32768".len();

impl Key {
    pub(crate) fn new(values: &[&[u8]]) -> Self {
        let mut key = Self::default();
        for value in values {
            key.push(value);
        }
        key
    }

    /// Adds a value of at most 128 bytes.
    pub(crate) fn push(&mut self, value: &[u8]) {
        // There is room for every label's longest value, so this never fails.
        let _ = self.0.try_extend_from_slice(value);
        let _ = self.0.try_push(END);
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn truncate(&mut self, len: usize) {
        self.0.truncate(len);
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

impl LabelValue<'_> {
    /// Appends `text`.
    #[inline]
    pub fn push_str(&mut self, text: &str) {
        let kept = cut(text, self.0.remaining_capacity());
        let _ = self.0.try_extend_from_slice(kept.as_bytes());
    }
}

impl Buffer {
    /// What `write` writes.
    #[inline]
    pub(super) fn written(&mut self, write: impl FnOnce(&mut LabelValue<'_>)) -> &[u8] {
        write(&mut LabelValue(&mut self.text));
        &self.text
    }

    /// The digits of a number of at most 16 bits.
    #[inline]
    pub(super) fn integer(&mut self, number: i32) -> &[u8] {
        // They are gathered in a register and stored at once: stored one by one, they would have
        // to reach the cache before several are loaded together.
        let (mut left, mut word, mut len) = (number.unsigned_abs(), 0, 0);
        loop {
            word = word << 8 | (u64::from(b'0') + u64::from(left % 10));
            (left, len) = (left / 10, len + 1);
            if left == 0 {
                break;
            }
        }
        if number < 0 {
            (word, len) = (word << 8 | u64::from(b'-'), len + 1);
        }
        self.digits = word.to_le_bytes();
        self.digits.get(..len).unwrap_or_default()
    }
}

impl Layout {
    pub(crate) fn of(values: &[u8]) -> Self {
        let mut lens = [UNKNOWN; KNOWN];
        for (known, value) in lens.iter_mut().zip(values.split(|byte| *byte == END)) {
            *known = u8::try_from(value.len()).unwrap_or(UNKNOWN);
        }
        let plain = !values.iter().any(|byte| matches!(byte, b'\\' | b'"' | b'\n'));
        Self { plain, lens }
    }

    /// How long value `n` is, which `left` begins with.
    #[inline]
    pub(crate) fn len(self, n: usize, left: &[u8]) -> usize {
        match self.lens.get(n) {
            Some(&len) if len != UNKNOWN => len.into(),
            _ => left.iter().position(|byte| *byte == END).unwrap_or(left.len()),
        }
    }
}

impl<'a> Labels<'a> {
    /// Each name with its unescaped value; a label without a value is no label.
    pub(crate) fn pairs(self) -> impl Iterator<Item = (&'a str, &'a [u8])> {
        let present = self.names.iter().zip(self.values()).filter(|(_, value)| !value.is_empty());
        present.map(|(name, value)| (name.as_ref(), value))
    }

    /// Every value, unescaped; as many as there are names.
    #[inline]
    pub(crate) fn values(self) -> impl Iterator<Item = &'a [u8]> {
        let mut left = self.values;
        (0..self.names.len()).map(move |n| {
            let len = self.layout.len(n, left);
            let (value, rest) = left.split_at_checked(len).unwrap_or_default();
            left = rest.get(1..).unwrap_or_default();
            value
        })
    }

    pub(crate) fn is_empty(self) -> bool {
        self.names.is_empty()
    }
}

/// The text of a value, as much of it as is kept.
#[inline]
pub(super) fn text(value: &str) -> &[u8] {
    cut(value, MAX_VALUE_BYTES).as_bytes()
}

/// The values in a key.
pub(crate) fn values(key: &[u8]) -> impl Iterator<Item = &[u8]> {
    let values = key.split_inclusive(|byte| *byte == END);
    values.filter_map(<[u8]>::split_last).map(|(_, value)| value)
}

/// Whether these are the values in a key.
#[inline]
pub(crate) fn holds(key: &[u8], values: &[&[u8]]) -> bool {
    let mut left = key;
    for value in values {
        match left.split_at_checked(value.len()) {
            Some((ours, [END, rest @ ..])) if is_same(ours, value) => left = rest,
            _ => return false,
        }
    }
    left.is_empty()
}

/// Byte by byte where that is short: the digits of a number were stored just now, and a load of
/// more than them would wait until they have reached the cache.
#[inline]
fn is_same(value: &[u8], text: &[u8]) -> bool {
    if text.len() <= LONGEST_INTEGER {
        value.iter().zip(text).all(|(ours, theirs)| ours == theirs)
    } else {
        value == text
    }
}

#[inline]
fn cut(text: &str, limit: usize) -> &str {
    if text.len() <= limit { text } else { cut_off(text, limit) }
}

#[cold]
fn cut_off(text: &str, limit: usize) -> &str {
    text.get(..text.floor_char_boundary(limit)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_written_as_anywhere() {
        for number in i32::from(i16::MIN)..=i32::from(u16::MAX) {
            assert_eq!(Buffer::default().integer(number), number.to_string().as_bytes());
        }
    }

    #[test]
    fn a_key_holds_its_values_and_no_others() {
        let values: [&[u8]; 3] = [b"GET", b"", b"/api/workouts/{id}"];
        let key = Key::new(&values);
        assert!(values_of(&key).eq(values));
        assert!(holds(key.as_bytes(), &values));
        let others: [&[&[u8]]; 5] = [
            &values[..2],
            &[b"GE", b"T", values[2]],
            &[b"GET", b"", b"/api/workouts/{ix}"],
            &[b"GET", b"", values[2], b""],
            &[],
        ];
        for other in others {
            assert!(!holds(key.as_bytes(), other), "{other:?}");
        }
    }

    fn values_of(key: &Key) -> impl Iterator<Item = &[u8]> {
        values(key.as_bytes())
    }
}
