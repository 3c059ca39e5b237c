//! Lines that wait, bounded in bytes, the severe ones apart so that they can outlive the others.

use std::sync::atomic::{AtomicUsize, Ordering};

use crossbeam_queue::ArrayQueue;
use tracing::Level;

/// Lines that wait, and empty buffers for further ones. Nothing here takes a lock.
pub(super) struct Queue {
    classes: [Class; Rank::ALL.len()],
    /// Bytes that may wait, all classes together.
    limit: usize,
    /// The least that a line counts for, so that the bound in bytes bounds their number too.
    least: usize,
    spare: ArrayQueue<Vec<u8>>,
}

/// Which lines outlive which: later ones here outlive earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rank {
    /// INFO and below.
    Low,
    Warn,
    Error,
}

/// One line.
#[derive(Debug)]
pub(super) struct Entry {
    /// Nanoseconds since the epoch.
    pub(super) at: u64,
    pub(super) line: Vec<u8>,
}

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pushed {
    /// How many lines had to go: this one, or lesser ones that gave way to it.
    pub(super) lost: u64,
    /// So much waits that it should not wait longer.
    pub(super) pressing: bool,
}

/// The lines of one rank.
struct Class {
    lines: ArrayQueue<Entry>,
    /// What they count for, those that are about to be put there included.
    bytes: AtomicUsize,
}

/// The capacity of a new buffer.
const BUFFER: usize = 512;
/// The capacity up to which a buffer is kept for further lines.
const KEPT: usize = 2 << 10;
/// How many are kept.
const SPARE: usize = 1 << 10;
/// The most lines that may wait, whatever the bytes.
const LINES: usize = 1 << 18;

impl Queue {
    pub(super) fn new(limit: usize) -> Self {
        let least = BUFFER.max(limit / LINES);
        let slots = (limit / least).max(1);
        let class = |_| Class { lines: ArrayQueue::new(slots), bytes: AtomicUsize::new(0) };
        let spare = ArrayQueue::new(SPARE.min(slots));
        Self { classes: Rank::ALL.map(class), limit, least, spare }
    }

    pub(super) fn buffer(&self) -> Vec<u8> {
        self.spare.pop().unwrap_or_else(|| Vec::with_capacity(BUFFER))
    }

    pub(super) fn recycle(&self, mut line: Vec<u8>) {
        if (1..=KEPT).contains(&line.capacity()) {
            line.clear();
            let _ = self.spare.push(line);
        }
    }

    /// Takes a line if there is room, or room can be made by dropping lesser ones, oldest first.
    ///
    /// A line is refused only if lines of its own rank and above fill the buffer by themselves.
    pub(super) fn push(&self, rank: Rank, entry: Entry) -> Pushed {
        let Some(bytes) = self.reserve(rank, self.cost(&entry.line)) else {
            self.recycle(entry.line);
            return Pushed { lost: 1, pressing: true };
        };
        let mut lost = self.make_room(rank);
        let class = self.class(rank);
        // What counts for `least` at least finds a slot, so this is not refused.
        if let Err(entry) = class.lines.push(entry) {
            self.release(rank, &entry);
            lost += 1;
        }
        Pushed { lost, pressing: bytes > self.pressing() }
    }

    /// The oldest line of a rank.
    pub(super) fn pop(&self, rank: Rank) -> Option<Entry> {
        let entry = self.class(rank).lines.pop()?;
        self.release(rank, &entry);
        Some(entry)
    }

    pub(super) fn len(&self, rank: Rank) -> usize {
        self.class(rank).lines.len()
    }

    pub(super) fn is_empty(&self, rank: Rank) -> bool {
        self.class(rank).lines.is_empty()
    }

    pub(super) fn is_pressing(&self) -> bool {
        self.classes.iter().any(|class| class.bytes.load(Ordering::Relaxed) > self.pressing())
    }

    /// Drops everything and says how many lines that were.
    pub(super) fn clear(&self) -> u64 {
        let mut count = 0;
        for rank in Rank::ALL {
            while self.pop(rank).is_some() {
                count += 1;
            }
        }
        count
    }

    /// The memory behind a line, which is what the bound is about.
    fn cost(&self, line: &Vec<u8>) -> usize {
        line.capacity().max(self.least)
    }

    /// Room among the lines of this rank and above, lesser ones not minded; says what those of
    /// this rank count for now.
    fn reserve(&self, rank: Rank, cost: usize) -> Option<usize> {
        let above = self.classes.iter().skip(rank as usize + 1);
        let above: usize = above.map(|class| class.bytes.load(Ordering::Relaxed)).sum();
        let add = |bytes: usize| Some(bytes + cost).filter(|bytes| bytes + above <= self.limit);
        let bytes = &self.class(rank).bytes;
        bytes.fetch_update(Ordering::AcqRel, Ordering::Relaxed, add).ok().map(|bytes| bytes + cost)
    }

    fn make_room(&self, rank: Rank) -> u64 {
        let mut lost = 0;
        let total = || self.classes.iter().map(|class| class.bytes.load(Ordering::Relaxed)).sum();
        while rank != Rank::Low && self.limit < total() {
            let lesser = Rank::ALL.into_iter().take(rank as usize);
            let Some(entry) = lesser.into_iter().find_map(|rank| self.pop(rank)) else { break };
            self.recycle(entry.line);
            lost += 1;
        }
        lost
    }

    fn release(&self, rank: Rank, entry: &Entry) {
        self.class(rank).bytes.fetch_sub(self.cost(&entry.line), Ordering::AcqRel);
    }

    fn pressing(&self) -> usize {
        (self.limit / 4).min(256 << 10)
    }

    fn class(&self, rank: Rank) -> &Class {
        let [low, warn, error] = &self.classes;
        match rank {
            Rank::Low => low,
            Rank::Warn => warn,
            Rank::Error => error,
        }
    }
}

impl Rank {
    pub(super) const ALL: [Self; 3] = [Self::Low, Self::Warn, Self::Error];

    pub(super) fn of(level: Level) -> Self {
        match level {
            Level::ERROR => Self::Error,
            Level::WARN => Self::Warn,
            _ => Self::Low,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use super::*;

    const LIMIT: usize = 64 << 10;

    fn line(queue: &Queue, at: u64) -> Entry {
        let mut line = queue.buffer();
        line.push(b'\n');
        Entry { at, line }
    }

    fn push(queue: &Queue, rank: Rank, at: u64) -> u64 {
        queue.push(rank, line(queue, at)).lost
    }

    fn times(queue: &Queue, rank: Rank) -> Vec<u64> {
        std::iter::from_fn(|| queue.pop(rank)).map(|entry| entry.at).collect()
    }

    #[test]
    fn lesser_lines_give_way_and_never_the_other_way_round() {
        let queue = Queue::new(LIMIT);
        let fit = (LIMIT / BUFFER) as u64;
        let lost = |rank, times: Range<u64>| times.map(|at| push(&queue, rank, at)).sum::<u64>();
        assert_eq!(lost(Rank::Low, 0..fit), 0);
        assert_eq!(lost(Rank::Low, fit..fit + 1), 1, "the new one is refused");
        assert_eq!(lost(Rank::Warn, fit..fit + 1), 1, "the oldest gives way");
        assert_eq!(lost(Rank::Error, 0..fit), fit);
        assert_eq!(lost(Rank::Error, fit..fit + 1), 1, "only errors are left");
        assert_eq!(lost(Rank::Warn, fit..fit + 1), 1);
        assert_eq!(lost(Rank::Low, fit..fit + 1), 1);
        assert_eq!([queue.len(Rank::Low), queue.len(Rank::Warn)], [0, 0]);
        assert_eq!(times(&queue, Rank::Error), (0..fit).collect::<Vec<_>>());
        assert_eq!(push(&queue, Rank::Low, 0), 0, "everything was given back");
    }

    #[test]
    fn info_goes_before_warn() {
        let queue = Queue::new(LIMIT);
        let half = (LIMIT / BUFFER / 2) as u64;
        for at in 0..half {
            push(&queue, Rank::Low, at);
            push(&queue, Rank::Warn, at);
        }
        for at in 0..half {
            assert_eq!(push(&queue, Rank::Error, at), 1);
        }
        assert_eq!((queue.len(Rank::Low), queue.len(Rank::Warn)), (0, half as usize));
        assert_eq!(push(&queue, Rank::Error, half), 1);
        assert_eq!(times(&queue, Rank::Warn).first(), Some(&1), "its oldest line is gone");
    }

    #[test]
    fn memory_is_what_counts() {
        let queue = Queue::new(LIMIT);
        let entry = |capacity| Entry { at: 0, line: Vec::with_capacity(capacity) };
        assert_eq!(queue.push(Rank::Error, entry(LIMIT + 1)).lost, 1);
        assert_eq!(queue.push(Rank::Low, entry(LIMIT - BUFFER)).lost, 0);
        assert_eq!(queue.push(Rank::Low, entry(BUFFER + 1)).lost, 1);
        assert_eq!(queue.push(Rank::Low, entry(1)), Pushed { lost: 0, pressing: true });
        assert_eq!(queue.push(Rank::Error, entry(LIMIT)).lost, 2);
        assert_eq!(queue.clear(), 1);
        assert!(!queue.is_pressing());
    }

    #[test]
    fn buffers_come_back() {
        let queue = Queue::new(LIMIT);
        let mut line = queue.buffer();
        line.extend_from_slice(&[b'x'; BUFFER + 1]);
        let address = line.as_ptr();
        queue.recycle(line);
        let line = queue.buffer();
        assert_eq!((line.as_ptr(), line.len()), (address, 0));
        queue.recycle(Vec::with_capacity(KEPT + 1));
        assert_eq!(queue.buffer().capacity(), BUFFER, "large ones are not kept");
        (0..10_000).for_each(|_| queue.recycle(Vec::with_capacity(1)));
        assert_eq!(queue.spare.len(), LIMIT / BUFFER, "no more than could be needed");
    }
}
