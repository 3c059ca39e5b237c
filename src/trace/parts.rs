//! Members of a span that are lists: its events, its links.

/// Encoded members, as many as there may be.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) bytes: Vec<u8>,
    count: u32,
    pub(super) dropped: u32,
}

/// Bytes of one list, past which it takes no more: what is longer could not be sent.
const MAX_BYTES: usize = 512 << 10;

impl Parts {
    /// Where the next one goes, unless there are as many as may be: then it is counted.
    pub(super) fn next(&mut self, limit: u32) -> Option<&mut Vec<u8>> {
        if self.is_full(limit) {
            self.skip();
            return None;
        }
        self.count += 1;
        Some(&mut self.bytes)
    }

    pub(super) fn is_full(&self, limit: u32) -> bool {
        self.count >= limit || self.bytes.len() >= MAX_BYTES
    }

    /// Counts one that found no place.
    pub(super) fn skip(&mut self) {
        self.dropped = self.dropped.saturating_add(1);
    }

    /// None any more; the memory stays.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        (self.count, self.dropped) = (0, 0);
    }
}
