//! An append-only list whose items never move, read without a lock.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use once_cell::race::OnceBox;

/// Items in chunks of [`CHUNK`], the chunks on shelves that double in length.
///
/// Chunks are small, so that memory follows the number of items closely; shelves double, so that
/// an item is three loads away however many there are.
pub(crate) struct Arena<T> {
    shelves: [OnceLock<Box<[Chunk<T>]>>; SHELVES],
    len: AtomicUsize,
}

/// Most items of one arena.
pub(crate) const CAPACITY: usize = CHUNK * ((1 << SHELVES) - 1);

type Chunk<T> = OnceBox<[OnceLock<T>; CHUNK]>;

const CHUNK: usize = 32;
const SHELVES: usize = 19;

impl<T> Arena<T> {
    pub(crate) const fn new() -> Self {
        Self { shelves: [const { OnceLock::new() }; SHELVES], len: AtomicUsize::new(0) }
    }

    /// Items added so far; each of them can be read.
    pub(crate) fn len(&self) -> usize {
        self.len.load(Ordering::Acquire)
    }

    #[inline]
    pub(crate) fn get(&self, position: usize) -> Option<&T> {
        let (shelf, chunk, item) = locate(position);
        self.shelves.get(shelf)?.get()?.get(chunk)?.get()?.get(item)?.get()
    }

    /// Appends `item` and says where it is. One caller at a time; `None` when the arena is full.
    pub(crate) fn push(&self, item: T) -> Option<(usize, &T)> {
        let position = self.len.load(Ordering::Relaxed);
        let (shelf, chunk, slot) = locate(position);
        let chunks = self.shelves.get(shelf)?.get_or_init(|| empty_shelf(1 << shelf));
        let slot = chunks.get(chunk)?.get_or_init(empty_chunk).get(slot)?;
        let item = slot.get_or_init(|| item);
        self.len.store(position + 1, Ordering::Release);
        Some((position, item))
    }

    /// The items in the order they were added.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        let chunks = self.shelves.iter().map_while(OnceLock::get).flatten();
        chunks.map_while(OnceBox::get).flatten().map_while(OnceLock::get)
    }
}

/// Shelf, chunk on it, item in that.
#[inline]
fn locate(position: usize) -> (usize, usize, usize) {
    let chunk = position / CHUNK + 1;
    let shelf = chunk.ilog2() as usize;
    (shelf, chunk - (1 << shelf), position % CHUNK)
}

fn empty_shelf<T>(len: usize) -> Box<[Chunk<T>]> {
    std::iter::repeat_with(OnceBox::new).take(len).collect()
}

#[expect(clippy::unnecessary_box_returns, reason = "what OnceBox takes")]
fn empty_chunk<T>() -> Box<[OnceLock<T>; CHUNK]> {
    Box::new([const { OnceLock::new() }; CHUNK])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_stay_where_they_were_put() {
        let arena = Arena::new();
        for n in 0..10_000usize {
            assert_eq!(arena.push(n).map(|(position, item)| (position, *item)), Some((n, n)));
        }
        assert_eq!(arena.len(), 10_000);
        assert!((0..10_000).all(|n| arena.get(n) == Some(&n)));
        assert!(arena.get(10_000).is_none());
        assert!(arena.iter().copied().eq(0..10_000));
    }

    #[test]
    fn positions_cover_the_shelves_without_a_gap() {
        assert_eq!(locate(0), (0, 0, 0));
        assert_eq!(locate(CHUNK), (1, 0, 0));
        assert_eq!(locate(2 * CHUNK), (1, 1, 0));
        assert_eq!(locate(3 * CHUNK), (2, 0, 0));
        assert_eq!(locate(CAPACITY - 1), (SHELVES - 1, (1 << (SHELVES - 1)) - 1, CHUNK - 1));
    }
}
