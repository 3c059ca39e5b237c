//! A series' label values as one byte string: the key of lookups and the form in memory.

use std::borrow::Cow;

use arrayvec::ArrayVec;

use super::label::MAX_LABELS;

/// The values in the order of the names, each ended by a byte that UTF-8 never holds.
///
/// It lives on the stack, so that a lookup by borrowed values allocates nothing.
#[derive(Debug, Default)]
pub struct Key(ArrayVec<u8, KEY_BYTES>);

/// Where a [`Label`](super::Label) writes its value. What passes 128 bytes is cut.
#[derive(Debug)]
pub struct LabelValue<'a> {
    key: &'a mut Key,
    left: usize,
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

impl Key {
    /// Adds one value, written by `write`.
    #[inline]
    pub(crate) fn value(&mut self, write: impl FnOnce(&mut LabelValue<'_>)) {
        write(&mut LabelValue { key: self, left: MAX_VALUE_BYTES });
        // There is room for every label's end, so this never fails.
        let _ = self.0.try_push(END);
    }

    #[inline]
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
        let kept = if text.len() <= self.left { text } else { cut(text, self.left) };
        self.left -= kept.len();
        let _ = self.key.0.try_extend_from_slice(kept.as_bytes());
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

#[cold]
fn cut(text: &str, limit: usize) -> &str {
    text.get(..text.floor_char_boundary(limit)).unwrap_or_default()
}
