//! Cells that threads do not share, for values that many threads write.

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};

use once_cell::race::OnceBox;

/// Cells per sharded value; a power of two. Threads past it share cells, two to one and so on.
const SHARDS: usize = 16;

/// `T` once for each shard, made when threads first contend for it and never before.
pub(crate) struct Sharded<T> {
    cells: OnceBox<[Padded<T>; SHARDS]>,
}

/// Two cache lines, because x86 fetches them in pairs.
#[repr(align(128))]
struct Padded<T>(T);

/// The calling thread's shard.
#[inline]
pub(crate) fn shard() -> usize {
    SHARD.with(|cell| {
        let shard = cell.get();
        if shard == UNASSIGNED { assign(cell) } else { shard }
    })
}

const UNASSIGNED: usize = usize::MAX;

thread_local! {
    static SHARD: Cell<usize> = const { Cell::new(UNASSIGNED) };
}

#[cold]
fn assign(cell: &Cell<usize>) -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let shard = NEXT.fetch_add(1, Ordering::Relaxed) % SHARDS;
    cell.set(shard);
    shard
}

impl<T> Default for Sharded<T> {
    fn default() -> Self {
        Self { cells: OnceBox::new() }
    }
}

impl<T> Sharded<T> {
    /// This thread's cell, if the value has been sharded.
    #[inline]
    pub(crate) fn get(&self) -> Option<&T> {
        let cells = self.cells.get()?;
        cells.get(shard() % SHARDS).map(|padded| &padded.0)
    }

    /// This thread's cell, sharding the value now if need be.
    #[cold]
    pub(crate) fn get_or_shard(&self, mut make: impl FnMut() -> T) -> Option<&T> {
        let cells = self.cells.get_or_init(|| Box::new(std::array::from_fn(|_| Padded(make()))));
        cells.get(shard() % SHARDS).map(|padded| &padded.0)
    }

    /// Every cell; none before the value is sharded.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.cells.get().into_iter().flatten().map(|padded| &padded.0)
    }
}
