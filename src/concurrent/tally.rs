//! A sum that many threads add to.

use std::sync::atomic::{AtomicU64, Ordering};

use super::Sharded;

/// A sum, which threads that contend for it come to add up on cells of their own. It wraps, so
/// that a number may be taken away by adding its complement.
#[derive(Default)]
pub(crate) struct Tally {
    base: AtomicU64,
    shards: Sharded<AtomicU64>,
}

impl Tally {
    #[inline]
    pub(crate) fn add(&self, n: u64) {
        if let Some(cell) = self.shards.get() {
            cell.fetch_add(n, Ordering::Relaxed);
            return;
        }
        // A load that nothing waits for tells whether another thread came between.
        let expected = self.base.load(Ordering::Relaxed);
        if self.base.fetch_add(n, Ordering::Relaxed) != expected {
            self.shard();
        }
    }

    /// Raises the sum to `total` if it is lower, which nobody may add to otherwise.
    pub(crate) fn raise_to(&self, total: u64) {
        self.base.fetch_max(total, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        let base = self.base.load(Ordering::Relaxed);
        self.shards.iter().fold(base, |sum, cell| sum.wrapping_add(cell.load(Ordering::Relaxed)))
    }

    #[cold]
    fn shard(&self) {
        self.shards.get_or_shard(AtomicU64::default);
    }
}
