//! Where a series is, remembered by small numbers: no label is written or hashed to find it again.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::metrics::family::Family;
use crate::metrics::label::{LabelSet, Values};
use crate::metrics::metric::Metric;

/// A family whose series are found by number where they have been found by labels before.
#[derive(Debug)]
pub(super) struct Remembered<L, M: Metric> {
    family: Family<L, M>,
    memo: Memo,
}

/// A direct-mapped cache from keys of 40 bits to positions of 24. A later key takes the slot of
/// an earlier one, which then is looked up by its labels and remembered anew.
#[derive(Debug)]
struct Memo {
    /// The key above the position plus one; 0 is an empty slot.
    slots: Box<[AtomicU64]>,
}

const SLOTS_LOG2: u32 = 9;
const POSITION_BITS: u32 = 24;
const POSITION_MASK: u64 = (1 << POSITION_BITS) - 1;
const MAX_KEY: u64 = 1 << (u64::BITS - POSITION_BITS);

impl<L: LabelSet, M: Metric> Remembered<L, M> {
    pub(super) fn new(family: Family<L, M>) -> Self {
        Self { family, memo: Memo::new() }
    }

    pub(super) fn family(&self) -> &Family<L, M> {
        &self.family
    }

    /// The series of these labels, which `key` must tell from all others.
    #[inline]
    pub(super) fn get<V: Values<L>>(
        &self,
        key: u64,
        reserved: bool,
        labels: impl FnOnce() -> V,
    ) -> &M {
        let known = self.memo.get(key).and_then(|position| self.family.at(position));
        known.unwrap_or_else(|| self.find(key, reserved, labels()))
    }

    #[cold]
    fn find(&self, key: u64, reserved: bool, labels: impl Values<L>) -> &M {
        let (position, metric) = self.family.find(labels, reserved);
        if let Some(position) = position {
            self.memo.set(key, position);
        }
        metric
    }
}

impl Memo {
    fn new() -> Self {
        let slots = std::iter::repeat_with(AtomicU64::default).take(1 << SLOTS_LOG2);
        Self { slots: slots.collect() }
    }

    #[inline]
    fn get(&self, key: u64) -> Option<usize> {
        let kept = self.slot(key)?.load(Ordering::Relaxed);
        let position = usize::try_from(kept & POSITION_MASK).ok()?;
        if kept >> POSITION_BITS == key { position.checked_sub(1) } else { None }
    }

    #[cold]
    fn set(&self, key: u64, position: usize) {
        let position = position as u64 + 1;
        if let Some(slot) = self.slot(key).filter(|_| key < MAX_KEY && position <= POSITION_MASK) {
            slot.store(key << POSITION_BITS | position, Ordering::Relaxed);
        }
    }

    /// Spread by Fibonacci hashing, so that neighbouring keys part.
    #[inline]
    fn slot(&self, key: u64) -> Option<&AtomicU64> {
        let spread = key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - SLOTS_LOG2);
        self.slots.get(usize::try_from(spread).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_until_another_takes_its_slot() {
        let memo = Memo::new();
        assert_eq!(memo.get(7), None);
        for key in 0..100_000 {
            memo.set(key, 0);
            assert_eq!(memo.get(key), Some(0));
        }
        let found = (0..100_000).filter(|key| memo.get(*key).is_some()).count();
        assert_eq!(found, 1 << SLOTS_LOG2);
    }

    #[test]
    fn what_does_not_fit_is_not_kept() {
        let memo = Memo::new();
        memo.set(MAX_KEY, 1);
        memo.set(1, usize::try_from(POSITION_MASK).unwrap());
        assert_eq!((memo.get(MAX_KEY), memo.get(1), memo.get(0)), (None, None, None));
    }
}
