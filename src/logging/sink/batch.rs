//! Lines on their way into one write.

use super::deliver::Delivered;

/// Whole lines, one after the other.
#[derive(Debug)]
pub(super) struct Batch {
    bytes: Vec<u8>,
    /// Where each line ends.
    ends: Vec<usize>,
    /// The output was left within a line, which ends before the next one begins.
    torn: bool,
}

/// The most bytes in one write, unless a single line is longer.
const LARGEST: usize = 64 << 10;

impl Batch {
    pub(super) fn new() -> Self {
        Self { bytes: Vec::with_capacity(LARGEST), ends: Vec::new(), torn: false }
    }

    pub(super) fn push(&mut self, line: &[u8]) {
        if self.torn && self.ends.is_empty() {
            self.bytes.push(b'\n');
        }
        self.bytes.extend_from_slice(line);
        self.ends.push(self.bytes.len());
    }

    /// Whether a line still goes along.
    pub(super) fn has_room(&self, line: &[u8]) -> bool {
        self.ends.is_empty() || self.bytes.len() + line.len() <= LARGEST
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn lines(&self) -> u64 {
        self.ends.len() as u64
    }

    /// Empties it, and says how many of its lines were lost on the way.
    pub(super) fn sent(&mut self, delivered: Delivered) -> u64 {
        let Delivered { bytes, whole } = delivered;
        if let Some(last) = bytes.checked_sub(1) {
            self.torn = self.bytes.get(last).is_some_and(|byte| *byte != b'\n');
        }
        // If the flush failed, it is not known what of it came through.
        let out = if bytes == self.bytes.len() && !whole { 0 } else { bytes };
        let lost = self.ends.iter().filter(|end| out < **end).count() as u64;
        self.bytes.clear();
        self.bytes.shrink_to(LARGEST);
        self.ends.clear();
        lost
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_goes_alone() {
        let mut batch = Batch::new();
        let long = vec![b'x'; LARGEST + 1];
        assert!(batch.has_room(&long));
        batch.push(b"one\n");
        assert!(batch.has_room(&long[..LARGEST - 4]));
        assert!(!batch.has_room(&long[..LARGEST - 3]));
    }

    #[test]
    fn a_line_counts_when_all_of_it_is_out() {
        let check = |bytes, whole, lost, next: &[u8]| {
            let mut batch = Batch::new();
            batch.push(b"one\n");
            batch.push(b"two\n");
            assert_eq!(batch.sent(Delivered { bytes, whole }), lost, "{bytes}");
            batch.push(b"x\n");
            batch.push(b"y\n");
            assert_eq!((batch.bytes(), batch.lines()), (next, 2), "{bytes}");
            assert_eq!(batch.sent(Delivered { bytes: next.len() - 1, whole: false }), 1);
        };
        check(0, false, 2, b"x\ny\n");
        check(3, false, 2, b"\nx\ny\n");
        check(4, false, 1, b"x\ny\n");
        check(5, false, 1, b"\nx\ny\n");
        check(8, true, 0, b"x\ny\n");
        check(8, false, 2, b"x\ny\n");
    }

    #[test]
    fn nothing_more_out_leaves_it_torn() {
        let mut batch = Batch::new();
        for (bytes, expected) in
            [(1, &b"one\n"[..]), (0, b"\none\n"), (1, b"\none\n"), (4, b"one\n")]
        {
            batch.push(b"one\n");
            assert_eq!(batch.bytes(), expected);
            batch.sent(Delivered { bytes, whole: false });
        }
    }
}
