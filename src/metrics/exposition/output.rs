//! The bytes of an exposition, and how they are written fast.
//!
//! An exposition is millions of short copies, where a call to `memcpy` costs more than the copy.
//! So the buffer stays initialised past its end, and short pieces are copied as whole blocks that
//! may spill over; what follows overwrites the spill.

use std::ops::Range;

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

#[derive(Clone, Copy, Debug)]
struct Piece {
    block: [u8; BLOCK],
    len: usize,
    /// Where its tail ends in `tails`; that of the piece before ends where this begins.
    tail: usize,
}

/// Texts behind each other, each with an end, read in order.
pub(crate) struct Values<'a> {
    all: &'a [u8],
    left: &'a [u8],
    end: u8,
}

/// Bytes of a piece copied at once.
const BLOCK: usize = 32;
/// Bytes of a value copied at once.
const WORD: usize = 8;

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
        if let Some(to) = self.room.get_mut(self.at..self.at + text.len()) {
            to.copy_from_slice(text);
            self.at += text.len();
        }
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

    /// Copies the pieces, and between each and the next a value of `values`, where `end` ends each.
    ///
    /// A piece within is left out if nothing stands between it and the next: to Prometheus a label
    /// without a value is no label.
    #[inline]
    pub(crate) fn weave(&mut self, pieces: &Pieces, values: &[u8], end: u8) {
        let mut values = Values::new(values, end);
        let mut tail = 0;
        for (n, piece) in pieces.list.iter().enumerate() {
            if n > 0 {
                self.value(&mut values);
            }
            if pieces.is_inner(n) && values.is_next_empty() {
                tail = piece.tail;
                continue;
            }
            store(self.room, self.at, &piece.block);
            self.at += piece.len.min(BLOCK);
            if piece.len > BLOCK {
                self.put(pieces.tails.get(tail..piece.tail).unwrap_or_default());
            }
            tail = piece.tail;
        }
    }

    /// Copies the next value.
    #[inline]
    pub(crate) fn value(&mut self, values: &mut Values<'_>) {
        loop {
            let word = values.word();
            store(self.room, self.at, &word.to_le_bytes());
            let len = position(word, values.end);
            self.at += len;
            if len < WORD {
                values.left = values.left.get(len + 1..).unwrap_or_default();
                return;
            }
            values.left = values.left.get(WORD..).unwrap_or_default();
        }
    }

    /// Moves what was written from `from` on by `by` bytes.
    pub(crate) fn insert(&mut self, from: usize, by: usize) {
        if from <= self.at && self.at + by <= self.room.len() {
            self.room.copy_within(from..self.at, from + by);
            self.at += by;
        }
    }

    /// Copies one of the pieces.
    #[inline]
    pub(crate) fn piece(&mut self, pieces: &Pieces, n: usize) {
        let Some(piece) = pieces.list.get(n) else { return };
        store(self.room, self.at, &piece.block);
        self.at += piece.len.min(BLOCK);
        if piece.len > BLOCK {
            let tail = n.checked_sub(1).and_then(|n| pieces.list.get(n)).map_or(0, |p| p.tail);
            self.put(pieces.tails.get(tail..piece.tail).unwrap_or_default());
        }
    }

    /// Copies up to a word, of which `len` bytes count.
    #[inline]
    pub(crate) fn word(&mut self, word: u64, len: usize) {
        store(self.room, self.at, &word.to_le_bytes());
        self.at += len;
    }
}

impl<'a> Values<'a> {
    pub(crate) fn new(all: &'a [u8], end: u8) -> Self {
        Self { all, left: all, end }
    }

    #[inline]
    fn is_next_empty(&self) -> bool {
        self.left.first() == Some(&self.end)
    }

    /// Passes over the next value if there is nothing in it.
    #[inline]
    pub(crate) fn pass_empty(&mut self) -> bool {
        let is_empty = self.is_next_empty();
        if is_empty {
            self.left = self.left.get(1..).unwrap_or_default();
        }
        is_empty
    }

    /// The next eight bytes; behind the last of them stands an end.
    #[inline]
    fn word(&self) -> u64 {
        self.left
            .first_chunk::<WORD>()
            .map_or_else(|| self.last(), |word| u64::from_le_bytes(*word))
    }

    #[inline]
    fn last(&self) -> u64 {
        let missing = 8 * (WORD - self.left.len());
        let ends = u64::from_le_bytes([self.end; WORD]);
        if missing == 64 {
            return ends;
        }
        let bytes = match self.all.last_chunk::<WORD>() {
            Some(last) => u64::from_le_bytes(*last) >> missing,
            None => self.left.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
        };
        bytes | ends << (64 - missing)
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

    /// Neither the first nor the last.
    #[inline]
    pub(crate) fn is_inner(&self, n: usize) -> bool {
        n > 0 && n + 1 < self.list.len()
    }

    pub(crate) fn push(&mut self, parts: &[&[u8]]) {
        let (mut block, mut len) = ([0; BLOCK], 0);
        for byte in parts.iter().copied().flatten() {
            match block.get_mut(len) {
                Some(slot) => *slot = *byte,
                None => self.tails.push(*byte),
            }
            len += 1;
        }
        self.list.push(Piece { block, len, tail: self.tails.len() });
        self.room += len;
    }

    /// Bytes of all pieces together.
    #[inline]
    pub(crate) fn room(&self) -> usize {
        self.room
    }
}

#[inline]
fn store<const N: usize>(room: &mut [u8], at: usize, word: &[u8; N]) {
    if let Some(to) = room.get_mut(at..).and_then(|room| room.first_chunk_mut::<N>()) {
        *to = *word;
    }
}

/// Which byte of the word is `wanted`; 8 if none is.
#[inline]
fn position(word: u64, wanted: u8) -> usize {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    let differing = word ^ (ONES * u64::from(wanted));
    let zeros = differing.wrapping_sub(ONES) & !differing & (ONES << 7);
    zeros.trailing_zeros() as usize / 8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_and_values_alternate() {
        for (first, second) in (0..40).flat_map(|first| (0..20).map(move |second| (first, second)))
        {
            let (v, w) = ("v".repeat(first), "w".repeat(second));
            let long = "l".repeat(first + second);
            let mut pieces = Pieces::default();
            pieces.push(&[long.as_bytes(), b"{a=\""]);
            pieces.push(&[b"\",", b"b=\""]);
            pieces.push(&[b"\"} ", long.as_bytes()]);
            let values = [v.as_bytes(), b"\xff", w.as_bytes(), b"\xff"].concat();
            let mut out = Output::default();
            out.write(pieces.room() + values.len(), |line| line.weave(&pieces, &values, 0xff));
            let last = if w.is_empty() { String::new() } else { format!("\",b=\"{w}") };
            let expected = format!("{long}{{a=\"{v}{last}\"}} {long}");
            assert_eq!(std::str::from_utf8(out.as_bytes()), Ok(&*expected));
            out.clear();
            out.write(pieces.room(), |line| (0..pieces.len()).for_each(|n| line.piece(&pieces, n)));
            let expected = format!("{long}{{a=\"\",b=\"\"}} {long}");
            assert_eq!(std::str::from_utf8(out.as_bytes()), Ok(&*expected));
        }
    }

    #[test]
    fn a_piece_before_nothing_is_left_out() {
        let mut pieces = Pieces::default();
        for piece in ["{a=\"", "\",b=\"", "\",c=\"", "\"} "] {
            pieces.push(&[piece.as_bytes()]);
        }
        let woven = |values: &[u8]| {
            let mut out = Output::default();
            out.write(pieces.room() + values.len(), |line| line.weave(&pieces, values, 0xff));
            String::from_utf8(out.as_bytes().to_vec()).unwrap()
        };
        assert_eq!(woven(b"x\xff\xffz\xff"), "{a=\"x\",c=\"z\"} ");
        assert_eq!(woven(b"x\xffy\xff\xff"), "{a=\"x\",b=\"y\"} ");
        assert_eq!(woven(b"\xff\xff\xff"), "{a=\"\"} ");
    }

    #[test]
    fn a_gap_moves_what_is_behind_it() {
        let mut out = Output::default();
        out.put(b"head body");
        out.insert(5, b"12 ");
        assert_eq!(out.as_bytes(), b"head 12 body");
    }
}
