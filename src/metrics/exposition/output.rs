//! The bytes of an exposition, and how they are written fast.
//!
//! An exposition is millions of short copies, where a call to `memcpy` costs more than the copy.
//! So the buffer stays initialised past its end, and short pieces are copied as whole blocks that
//! may spill over; what follows overwrites the spill.

use std::ops::Range;

use crate::metrics::key::Labels;

/// A buffer that keeps its memory from one scrape to the next.
#[derive(Debug, Default)]
pub(crate) struct Output {
    bytes: Vec<u8>,
    len: usize,
}

/// Part of an [`Output`] with room for what is about to be written.
pub(crate) struct Cursor<'a> {
    room: &'a mut [u8],
    at: usize,
}

/// Pieces of text, each padded so that it can be copied as a block.
#[derive(Debug, Default)]
pub(crate) struct Pieces {
    list: Vec<Piece>,
    /// What is too long for a block.
    tails: Vec<u8>,
    room: usize,
}

#[derive(Clone, Debug)]
struct Piece {
    block: [u8; BLOCK],
    /// Of the block.
    len: usize,
    /// Where in `tails` the rest is.
    tail: Range<usize>,
}

/// Bytes of a piece copied at once.
const BLOCK: usize = 32;

impl Output {
    pub(crate) fn clear(&mut self) {
        self.len = 0;
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or(&self.bytes)
    }

    /// Gives memory back that the last exposition was far from needing.
    pub(crate) fn shrink(&mut self) {
        if self.bytes.len() / 4 > self.len {
            self.bytes.truncate(self.len);
            self.bytes.shrink_to_fit();
        }
    }

    pub(crate) fn put(&mut self, text: &[u8]) {
        let mut cursor = self.cursor(text.len());
        cursor.put(text);
        self.len += cursor.at;
    }

    pub(crate) fn push(&mut self, byte: u8) {
        self.put(&[byte]);
    }

    /// Writes at most `limit` bytes.
    #[inline]
    pub(crate) fn write(&mut self, limit: usize, write: impl FnOnce(&mut Cursor<'_>)) {
        let mut cursor = self.cursor(limit);
        write(&mut cursor);
        self.len += cursor.at;
    }

    /// Writes again what stands at `range`.
    pub(crate) fn copy(&mut self, range: Range<usize>) {
        let len = range.len();
        self.cursor(len);
        if range.end <= self.len && self.len + len <= self.bytes.len() {
            self.bytes.copy_within(range, self.len);
            self.len += len;
        }
    }

    /// Moves what stands behind `from`, and puts `gap` there.
    pub(crate) fn insert(&mut self, from: usize, gap: &[u8]) {
        let end = self.len;
        self.put(gap);
        if from <= end {
            self.bytes.copy_within(from..end, from + gap.len());
            if let Some(to) = self.bytes.get_mut(from..from + gap.len()) {
                to.copy_from_slice(gap);
            }
        }
    }

    #[inline]
    fn cursor(&mut self, limit: usize) -> Cursor<'_> {
        let needed = self.len + limit + BLOCK;
        if needed > self.bytes.len() {
            self.grow(needed);
        }
        Cursor { room: self.bytes.get_mut(self.len..).unwrap_or_default(), at: 0 }
    }

    #[cold]
    fn grow(&mut self, needed: usize) {
        self.bytes.resize(needed.max(self.bytes.len() * 2).max(1 << 12), 0);
    }
}

impl Cursor<'_> {
    /// Copies text of any length.
    #[inline]
    pub(crate) fn put(&mut self, text: &[u8]) {
        self.at = put(self.room, self.at, text);
    }

    #[inline]
    pub(crate) fn push(&mut self, byte: u8) {
        if let Some(to) = self.room.get_mut(self.at) {
            *to = byte;
            self.at += 1;
        }
    }

    /// Bytes written so far.
    #[inline]
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// Writes over one byte.
    #[inline]
    pub(crate) fn replace(&mut self, at: usize, byte: u8) {
        if let Some(to) = self.room.get_mut(at) {
            *to = byte;
        }
    }

    /// Copies the pieces, and between each and the next a value that needs no escaping.
    #[inline]
    pub(crate) fn weave(&mut self, pieces: &Pieces, labels: &Labels<'_>) {
        let Some((last, before)) = pieces.list.split_last() else { return };
        let (room, mut at, mut left) = (&mut *self.room, self.at, labels.values);
        for (n, piece) in before.iter().enumerate() {
            let len = labels.layout.len(n, left);
            // To Prometheus a label without a value is no label.
            if n == 0 || len > 0 {
                at = piece.put(room, at, pieces);
                at = put_first(room, at, left, len);
            }
            left = left.get(len + 1..).unwrap_or_default();
        }
        self.at = last.put(room, at, pieces);
    }

    /// Moves what was written from `from` on by `by` bytes.
    pub(crate) fn insert(&mut self, from: usize, by: usize) {
        if from <= self.at && self.at + by <= self.room.len() {
            self.room.copy_within(from..self.at, from + by);
            self.at += by;
        }
    }

    /// Copies one of the pieces.
    pub(crate) fn piece(&mut self, pieces: &Pieces, n: usize) {
        if let Some(piece) = pieces.list.get(n) {
            self.at = piece.put(self.room, self.at, pieces);
        }
    }

    /// Copies up to a word, of which `len` bytes count.
    #[inline]
    pub(crate) fn word(&mut self, word: u64, len: usize) {
        store(self.room, self.at, &word.to_le_bytes());
        self.at += len;
    }
}

impl Pieces {
    pub(crate) fn clear(&mut self) {
        self.list.clear();
        self.tails.clear();
        self.room = 0;
    }

    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    pub(crate) fn push(&mut self, parts: &[&[u8]]) {
        let (mut block, mut len, tail) = ([0; BLOCK], 0, self.tails.len());
        for byte in parts.iter().copied().flatten() {
            match block.get_mut(len) {
                Some(slot) => (*slot, len) = (*byte, len + 1),
                None => self.tails.push(*byte),
            }
        }
        let tail = tail..self.tails.len();
        self.room += len + tail.len();
        self.list.push(Piece { block, len, tail });
    }

    /// Bytes of all pieces together.
    #[inline]
    pub(crate) fn room(&self) -> usize {
        self.room
    }
}

impl Piece {
    #[inline]
    fn put(&self, room: &mut [u8], at: usize, pieces: &Pieces) -> usize {
        store(room, at, &self.block);
        if self.tail.start < self.tail.end {
            let tail = pieces.tails.get(self.tail.clone()).unwrap_or_default();
            return put_long(room, at + self.len, tail);
        }
        at + self.len
    }
}

/// The first `len` bytes of text, at once where more than those may be read.
#[inline]
fn put_first(room: &mut [u8], at: usize, text: &[u8], len: usize) -> usize {
    match text.first_chunk::<16>() {
        Some(block) if len <= 16 => {
            store(room, at, block);
            at + len
        }
        _ => put(room, at, text.get(..len).unwrap_or_default()),
    }
}

/// Copies text and says where it ends; what is short in two words that overlap.
#[inline]
fn put(room: &mut [u8], at: usize, text: &[u8]) -> usize {
    match text.len() {
        0..4 => put_bytes(room, at, text),
        4..8 => put_ends::<4>(room, at, text),
        8..16 => put_ends::<8>(room, at, text),
        16..=32 => put_ends::<16>(room, at, text),
        _ => put_long(room, at, text),
    }
}

/// The first, the last and the one between, of three bytes at most.
#[inline]
fn put_bytes(room: &mut [u8], at: usize, text: &[u8]) -> usize {
    if let (Some(first), Some(last)) = (text.first(), text.last()) {
        let middle = text.len() / 2;
        store(room, at, &[*first]);
        store(room, at + middle, &[text.get(middle).copied().unwrap_or(*last)]);
        store(room, at + text.len() - 1, &[*last]);
    }
    at + text.len()
}

/// The first and the last `N` bytes of text that has `N` to 2 `N`.
#[inline]
fn put_ends<const N: usize>(room: &mut [u8], at: usize, text: &[u8]) -> usize {
    if let (Some(first), Some(last)) = (text.first_chunk::<N>(), text.last_chunk::<N>()) {
        store(room, at, first);
        store(room, at + text.len() - N, last);
    }
    at + text.len()
}

fn put_long(room: &mut [u8], at: usize, text: &[u8]) -> usize {
    if let Some(to) = room.get_mut(at..at + text.len()) {
        to.copy_from_slice(text);
    }
    at + text.len()
}

#[inline]
fn store<const N: usize>(room: &mut [u8], at: usize, word: &[u8; N]) {
    if let Some(to) = room.get_mut(at..).and_then(|room| room.first_chunk_mut::<N>()) {
        *to = *word;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::key::{END, Layout};
    use std::borrow::Cow;

    fn written(limit: usize, write: impl FnOnce(&mut Cursor<'_>)) -> String {
        let mut out = Output::default();
        out.write(limit, write);
        String::from_utf8(out.as_bytes().to_vec()).unwrap()
    }

    #[test]
    fn texts_of_any_length_are_copied() {
        let letters: String = ('a'..='z').cycle().take(100).collect();
        for len in 0..letters.len() {
            let (first, second) = letters.split_at(len);
            let both = written(letters.len(), |line| {
                line.put(first.as_bytes());
                line.put(second.as_bytes());
            });
            assert_eq!(both, letters);
        }
    }

    #[test]
    fn pieces_and_values_alternate() {
        let names = ["a", "b", "c", "d"].map(Cow::Borrowed);
        let letters: String = ('e'..='z').cycle().take(100).collect();
        for len in 0..100 {
            let long = "l".repeat(len);
            let mut pieces = Pieces::default();
            pieces.push(&[long.as_bytes(), b"{a=\""]);
            for name in ["b", "c", "d"] {
                pieces.push(&[b"\",", name.as_bytes(), b"=\""]);
            }
            pieces.push(&[b"\"} ", long.as_bytes()]);
            let woven = |values: [&str; 4]| {
                let values = values.map(|value| [value.as_bytes(), &[END]].concat()).concat();
                let layout = Layout::of(&values);
                let labels = Labels { names: &names, values: &values, layout };
                written(pieces.room() + values.len(), |line| line.weave(&pieces, &labels))
            };
            let value = letters.get(..len).unwrap();
            let of = |labels: &str| format!("{long}{{{labels}}} {long}");
            let last = if len > 0 { format!(",d=\"{value}\"") } else { String::new() };
            let middle = last.replace("d=", "c=");
            assert_eq!(
                woven([value, "x", "yz", value]),
                of(&format!("a=\"{value}\",b=\"x\",c=\"yz\"{last}"))
            );
            assert_eq!(woven(["x", "", value, "y"]), of(&format!("a=\"x\"{middle},d=\"y\"")));
            assert_eq!(woven(["", "", "", ""]), of("a=\"\""));
        }
    }

    #[test]
    fn a_gap_moves_what_is_behind_it() {
        let mut out = Output::default();
        out.put(b"head body");
        out.insert(5, b"12 ");
        assert_eq!(out.as_bytes(), b"head 12 body");
    }
}
