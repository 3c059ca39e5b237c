//! An append-only hash table, read without a lock.
//!
//! Its entries live in an [`Arena`]; its index is a ladder of open-addressed levels, each four
//! times as long as the one before, of which readers probe the current one. Writers take turns
//! under a mutex that no reader touches. Nothing is ever removed, so a reader keeps a plain
//! reference and old levels (a third of the current one, all told) may stay.

use std::hash::{BuildHasher, Hasher};
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use foldhash::fast::{FoldHasher, RandomState};

use super::arena::{Arena, CAPACITY};

/// Hashes a key, part by part: what is written at once is one part.
pub(crate) type KeyHasher<'a> = FoldHasher<'a>;

/// An entry, which has its key in it.
pub(crate) trait Keyed {
    /// Hashes the key.
    fn hash(&self, hasher: &mut KeyHasher<'_>);
}

/// A key in some form in which an entry is looked up by it.
pub(crate) trait Query<V> {
    /// Hashes the key as its entry does.
    fn hash(&self, hasher: &mut KeyHasher<'_>);

    fn is_key_of(&self, entry: &V) -> bool;
}

/// A map from keys to entries, in the order of insertion.
pub(crate) struct Table<V> {
    hasher: RandomState,
    levels: [OnceLock<Box<[AtomicU32]>>; LEVELS],
    current: AtomicUsize,
    entries: Arena<V>,
    writer: Mutex<()>,
}

// Level n has 4 × 4ⁿ slots, but for level 0, which is never made: an empty table owns nothing.
const LEVELS: usize = 13;
const LEVEL_GROWTH: usize = 4;

// A slot is empty (0), or holds an entry's position plus one below a byte of its hash.
const POSITION_BITS: u32 = 24;
const POSITION_MASK: u32 = (1 << POSITION_BITS) - 1;
const _: () = assert!(CAPACITY < POSITION_MASK as usize);

impl<V: Keyed> Table<V> {
    pub(crate) fn new() -> Self {
        Self {
            hasher: RandomState::default(),
            levels: [const { OnceLock::new() }; LEVELS],
            current: AtomicUsize::new(0),
            entries: Arena::new(),
            writer: Mutex::new(()),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &V> {
        self.entries.iter()
    }

    /// The entry that was added after `position` others.
    #[inline]
    pub(crate) fn at(&self, position: usize) -> Option<&V> {
        self.entries.get(position)
    }

    #[inline]
    pub(crate) fn get(&self, key: &impl Query<V>) -> Option<&V> {
        self.find(self.hash(key), key).map(|(_, entry)| entry)
    }

    /// How many entries were added before the one of `key`.
    pub(crate) fn position(&self, key: &impl Query<V>) -> Option<usize> {
        self.find(self.hash(key), key).map(|(position, _)| position)
    }

    /// The entry of `key`, or the one that `make` gives.
    ///
    /// `make` is told the new entry's position and may decline. One thread at a time runs it.
    pub(crate) fn get_or_insert(
        &self,
        key: &impl Query<V>,
        make: impl FnOnce(usize) -> Option<V>,
    ) -> Option<&V> {
        let hash = self.hash(key);
        let found = self.find(hash, key).map(|(_, entry)| entry);
        found.or_else(|| self.insert(hash, key, make))
    }

    #[cold]
    fn insert(
        &self,
        hash: u64,
        key: &impl Query<V>,
        make: impl FnOnce(usize) -> Option<V>,
    ) -> Option<&V> {
        let _turn = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, entry)) = self.find(hash, key) {
            return Some(entry);
        }
        let (position, entry) = self.entries.push(make(self.entries.len())?)?;
        if self.is_crowded() {
            self.climb();
        } else {
            publish(self.level(), hash, position);
        }
        Some(entry)
    }

    #[inline]
    fn find(&self, hash: u64, key: &impl Query<V>) -> Option<(usize, &V)> {
        let slots = self.level();
        for slot in probe(slots, hash) {
            let slot = slot.load(Ordering::Acquire);
            if slot == 0 {
                return None;
            }
            if slot >> POSITION_BITS != tag(hash) {
                continue;
            }
            let position = (slot & POSITION_MASK) as usize - 1;
            let entry = self.entries.get(position)?;
            if key.is_key_of(entry) {
                return Some((position, entry));
            }
        }
        None
    }

    /// More than three quarters full, so that a probe is short and always meets an empty slot.
    fn is_crowded(&self) -> bool {
        self.entries.len() * 4 > self.level().len() * 3
    }

    /// Files every entry in the next level, then shows it to readers.
    fn climb(&self) {
        let next = self.current.load(Ordering::Relaxed) + 1;
        let Some(level) = self.levels.get(next) else { return };
        let len = self.level().len().max(LEVEL_GROWTH) * LEVEL_GROWTH;
        let empty = || std::iter::repeat_with(AtomicU32::default).take(len).collect();
        let slots = level.get_or_init(empty);
        for (position, entry) in self.entries.iter().enumerate() {
            let mut hasher = self.hasher.build_hasher();
            entry.hash(&mut hasher);
            publish(slots, hasher.finish(), position);
        }
        self.current.store(next, Ordering::Release);
    }

    #[inline]
    fn level(&self) -> &[AtomicU32] {
        let current = self.levels.get(self.current.load(Ordering::Acquire));
        current.and_then(OnceLock::get).map_or(&[], |slots| slots)
    }

    #[inline]
    fn hash(&self, key: &impl Query<V>) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        key.hash(&mut hasher);
        hasher.finish()
    }
}

fn publish(slots: &[AtomicU32], hash: u64, position: usize) {
    let Ok(position) = u32::try_from(position + 1) else { return };
    let free = probe(slots, hash).find(|slot| slot.load(Ordering::Relaxed) == 0);
    if let Some(slot) = free {
        slot.store(tag(hash) << POSITION_BITS | position, Ordering::Release);
    }
}

/// The slots of `hash` in the order they are tried; a level's length is a power of two.
#[inline]
fn probe(slots: &[AtomicU32], hash: u64) -> impl Iterator<Item = &AtomicU32> {
    let mask = slots.len().wrapping_sub(1);
    let start = usize::try_from(hash & u64::from(u32::MAX)).unwrap_or(0);
    (0..slots.len()).filter_map(move |step| slots.get(start.wrapping_add(step) & mask))
}

#[inline]
fn tag(hash: u64) -> u32 {
    (hash >> 56) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU64;
    use std::thread;

    struct Entry {
        key: Box<[u8]>,
        hits: AtomicU64,
    }

    impl Keyed for Entry {
        fn hash(&self, hasher: &mut KeyHasher<'_>) {
            Query::<Self>::hash(&&*self.key, hasher);
        }
    }

    impl Query<Entry> for &[u8] {
        fn hash(&self, hasher: &mut KeyHasher<'_>) {
            hasher.write(self);
        }

        fn is_key_of(&self, entry: &Entry) -> bool {
            *self == &*entry.key
        }
    }

    fn hit(table: &Table<Entry>, key: usize) {
        let key = &key.to_le_bytes()[..];
        let make = |_| Some(Entry { key: key.into(), hits: AtomicU64::new(0) });
        table.get_or_insert(&key, make).unwrap().hits.fetch_add(1, Ordering::Relaxed);
    }

    #[test]
    fn each_key_has_one_entry() {
        let table = Table::new();
        for round in 0..3 {
            for key in 0..5_000 {
                hit(&table, key);
            }
            assert_eq!(table.len(), 5_000, "round {round}");
        }
        assert!(table.iter().all(|entry| entry.hits.load(Ordering::Relaxed) == 3));
        assert!(table.get(&&b"never"[..]).is_none());
    }

    #[test]
    fn a_declined_key_is_not_added() {
        let table = Table::<Entry>::new();
        assert!(table.get_or_insert(&&b"key"[..], |_| None).is_none());
        assert_eq!(table.len(), 0);
    }

    /// R24: no update is lost to a race of two creations.
    #[test]
    fn racing_threads_meet_in_the_same_entries() {
        let table = Table::new();
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..20_000).for_each(|key| hit(&table, key)));
            }
        });
        assert_eq!(table.len(), 20_000);
        assert!(table.iter().all(|entry| entry.hits.load(Ordering::Relaxed) == 4));
    }
}
