//! The alphabets of header values, each byte one look into a table.

/// A set of bytes.
pub(super) struct ByteSet([bool; 256]);

impl ByteSet {
    /// ASCII letters and digits.
    pub(super) const ALPHANUMERIC: Self =
        Self::new(b"").range(b'0', b'9').range(b'A', b'Z').range(b'a', b'z');

    pub(super) const fn new(bytes: &[u8]) -> Self {
        Self([false; 256]).with(bytes)
    }

    pub(super) const fn range(self, first: u8, last: u8) -> Self {
        self.set_range(first, last, true)
    }

    pub(super) const fn with(mut self, mut bytes: &[u8]) -> Self {
        while let [byte, rest @ ..] = bytes {
            self = self.set_range(*byte, *byte, true);
            bytes = rest;
        }
        self
    }

    pub(super) const fn without(mut self, mut bytes: &[u8]) -> Self {
        while let [byte, rest @ ..] = bytes {
            self = self.set_range(*byte, *byte, false);
            bytes = rest;
        }
        self
    }

    /// Whether every byte is in the set. All are looked at: no branch is cheaper than an early end
    /// where nearly every text is right.
    pub(super) fn holds(&self, text: &[u8]) -> bool {
        text.iter().fold(true, |all, byte| all & self.contains(*byte))
    }

    #[expect(clippy::indexing_slicing, reason = "a byte always lies inside a table of 256")]
    pub(super) fn contains(&self, byte: u8) -> bool {
        self.0[byte as usize]
    }

    #[expect(clippy::indexing_slicing, reason = "a byte always lies inside a table of 256")]
    const fn set_range(mut self, first: u8, last: u8, member: bool) -> Self {
        let mut byte = first as usize;
        while byte <= last as usize {
            self.0[byte] = member;
            byte += 1;
        }
        self
    }
}
