//! A sketch that slides: when each of its cells was last hit.
//!
//! A `HyperLogLog` files each hash under a register and a rank, and keeps the highest rank of each
//! register. Here every pair of register and rank keeps the time at which it was last hit, so the
//! `HyperLogLog` of any window up to now can be made when it is asked for. Nothing is rotated or
//! cleared on the way, so there is nothing for writers to agree on: a hit is one store, and none
//! at all when the cell was hit in the same tick.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};

use hyperloglockless::{DefaultHasher, HyperLogLog};
use once_cell::race::OnceBox;

/// At most [`MAX_BYTES`], of which a row of 32 KiB is made when its rank is first met: about
/// log₂(users) rows.
pub(super) struct Sightings {
    hasher: DefaultHasher,
    rows: [OnceBox<Row>; RANKS],
    counted: AtomicU64,
}

/// The stamp of the tick in which each register met this rank last, or [`NEVER`].
type Row = Box<[AtomicU16]>;

/// A register and a rank, as `HyperLogLog` has them.
struct Cell {
    register: usize,
    rank: usize,
}

/// A standard error of 1.04 / √16,384 = 0.81 %.
const PRECISION: u8 = 14;
const REGISTERS: usize = 1 << PRECISION;
/// Higher ranks count as the highest: one user in a billion has one.
const RANKS: usize = 30;
const MAX_BYTES: usize = RANKS * REGISTERS * size_of::<AtomicU16>();
const _: () = assert!(MAX_BYTES < 1 << 20);

const NEVER: u16 = 0;
/// Ticks after which stamps come again.
const LAP: u64 = u16::MAX as u64;
/// Ticks by which a count may be late.
const AHEAD: u64 = 120;

impl Sightings {
    /// With a key that no other process has and that is told to nobody.
    pub(super) fn new() -> Self {
        let keyed = RandomState::new();
        let key = u128::from(keyed.hash_one(0)) << 64 | u128::from(keyed.hash_one(1));
        Self::with_key(key)
    }

    fn with_key(key: u128) -> Self {
        Self {
            hasher: DefaultHasher::seeded(&key.to_ne_bytes()),
            rows: [const { OnceBox::new() }; RANKS],
            counted: AtomicU64::new(0),
        }
    }

    /// Notes that `user` was there. Of the user nothing stays but 14 bits of a keyed hash and its
    /// trailing zeros, shared by all who have the same.
    #[inline]
    pub(super) fn record(&self, user: &str, tick: u64) {
        let cell = Cell::of(self.hasher.hash_one(user));
        let Some(row) = self.rows.get(cell.rank) else { return };
        let row = row.get_or_init(|| Box::new(new_row()));
        let Some(seen) = row.get(cell.register) else { return };
        if seen.load(Ordering::Relaxed) != stamp(tick) {
            seen.store(stamp(tick), Ordering::Relaxed);
        }
    }

    /// About how many users there were in each of the windows: so many whole ticks before this
    /// one, ascending.
    pub(super) fn count<const N: usize>(&self, tick: u64, windows: [u16; N]) -> [u64; N] {
        let lapsed = self.has_lapsed(tick, windows);
        let mut sketches = windows.map(|_| self.sketch());
        for (cell, seen, stamp) in self.seen() {
            let age = age(stamp, tick);
            let youngest = windows.iter().position(|ticks| age <= u64::from(*ticks));
            match youngest.filter(|_| !lapsed).and_then(|window| sketches.get_mut(window)) {
                Some(sketch) => sketch.insert_hash(cell.hash()),
                None => clear(seen, stamp),
            }
        }
        let mut sum = self.sketch();
        sketches.map(|sketch| {
            // Their lengths are equal, so this never fails.
            let _ = sum.union(&sketch);
            rounded(sum.raw_count())
        })
    }

    fn sketch(&self) -> HyperLogLog {
        HyperLogLog::with_hasher(PRECISION, self.hasher.clone())
    }

    /// The cells that were ever hit, with the stamp of the last time.
    fn seen(&self) -> impl Iterator<Item = (Cell, &AtomicU16, u16)> {
        let rows = self.rows.iter().enumerate();
        let cells = rows.flat_map(|(rank, row)| {
            let row = row.get().into_iter().flat_map(|row| row.iter());
            row.enumerate().map(move |(register, seen)| (Cell { register, rank }, seen))
        });
        let stamped = cells.map(|(cell, seen)| (cell, seen, seen.load(Ordering::Relaxed)));
        stamped.filter(|(_, _, stamp)| *stamp != NEVER)
    }

    /// Each count clears what is older than the longest window, so that no stamp is met a lap
    /// later. Not counted for so long, old and new cannot be told apart.
    fn has_lapsed<const N: usize>(&self, tick: u64, windows: [u16; N]) -> bool {
        let passed = tick.saturating_sub(self.counted.swap(tick, Ordering::Relaxed));
        let longest = windows.into_iter().max().unwrap_or(0);
        passed + u64::from(longest) + AHEAD >= LAP
    }
}

#[cold]
fn new_row() -> Row {
    std::iter::repeat_with(|| AtomicU16::new(NEVER)).take(REGISTERS).collect()
}

impl Cell {
    #[inline]
    fn of(hash: u64) -> Self {
        let register = usize::try_from(hash >> (u64::BITS - u32::from(PRECISION))).unwrap_or(0);
        let rank = usize::try_from(hash.trailing_zeros()).unwrap_or(0);
        Self { register, rank: rank.min(RANKS - 1) }
    }

    /// A hash that belongs here.
    fn hash(&self) -> u64 {
        (self.register as u64) << (u64::BITS - u32::from(PRECISION)) | 1 << self.rank
    }
}

#[inline]
fn stamp(tick: u64) -> u16 {
    u16::try_from(tick % LAP + 1).unwrap_or(NEVER)
}

/// Ticks since; 0 for what was hit by threads that are ahead of the one that counts.
fn age(stamp: u16, tick: u64) -> u64 {
    let age = (tick % LAP + AHEAD + LAP + 1 - u64::from(stamp)) % LAP;
    age.saturating_sub(AHEAD)
}

/// Unless it was hit since.
fn clear(seen: &AtomicU16, stamp: u16) {
    let _ = seen.compare_exchange(stamp, NEVER, Ordering::Relaxed, Ordering::Relaxed);
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count, not negative"
)]
fn rounded(count: f64) -> u64 {
    count.round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    const WINDOWS: [u16; 3] = [10, 120, 2_880];

    fn sightings() -> Sightings {
        Sightings::with_key(7)
    }

    fn record(sightings: &Sightings, users: std::ops::Range<u32>, tick: u64) {
        users.for_each(|user| sightings.record(&format!("user-{user}"), tick));
    }

    fn bytes(sightings: &Sightings) -> usize {
        sightings.rows.iter().filter_map(OnceBox::get).map(|row| size_of_val(&**row)).sum()
    }

    /// Two standard errors are 1.62 %.
    #[test]
    fn estimates_are_close_under_any_key() {
        for (users, allowed) in
            [(1, 0.0), (50, 0.0), (1_000, 0.02), (10_000, 0.03), (100_000, 0.03)]
        {
            let error = |key| {
                let sightings = Sightings::with_key(key);
                record(&sightings, 0..users, 0);
                let [count, ..] = sightings.count(0, WINDOWS);
                f64::from(u32::try_from(count).unwrap()) / f64::from(users) - 1.0
            };
            let errors: Vec<_> = (1..=10).map(error).collect();
            assert!(errors.iter().all(|error| error.abs() <= allowed), "{errors:?} of {users}");
            let square = errors.iter().map(|error| error * error).sum::<f64>() / 10.0;
            assert!(square.sqrt() <= 0.0125, "{errors:?} of {users}");
        }
    }

    #[test]
    fn a_user_counts_once_and_memory_is_bounded() {
        let sightings = sightings();
        assert_eq!((sightings.count(0, WINDOWS), bytes(&sightings)), ([0; 3], 0));
        for tick in 0..1_000 {
            record(&sightings, 0..3, tick);
        }
        assert_eq!(sightings.count(999, WINDOWS), [3; 3]);
        assert!(bytes(&sightings) <= 3 * 32 * 1024);
        record(&sightings, 0..1_000_000, 1_000);
        assert!(bytes(&sightings) <= MAX_BYTES);
    }

    #[test]
    fn a_user_leaves_each_window_one_tick_after_its_end() {
        for seen in [0, 5, LAP - 1, LAP, LAP + 1, 3 * LAP - 7] {
            let sightings = sightings();
            sightings.count(seen, WINDOWS);
            record(&sightings, 0..1, seen);
            // A scrape that read the clock long before.
            assert_eq!(sightings.count(seen.saturating_sub(AHEAD), WINDOWS), [1; 3], "{seen}");
            let counts =
                [0, 10, 11, 120, 121, 2_880, 2_881].map(|age| sightings.count(seen + age, WINDOWS));
            let expected =
                [[1, 1, 1], [1, 1, 1], [0, 1, 1], [0, 1, 1], [0, 0, 1], [0, 0, 1], [0, 0, 0]];
            assert_eq!(counts, expected, "{seen}");
        }
    }

    #[test]
    fn no_stamp_is_met_again_a_lap_later() {
        for scraped_between in [true, false] {
            let sightings = sightings();
            record(&sightings, 0..100, 3);
            if scraped_between {
                sightings.count(20_000, WINDOWS);
                sightings.count(50_000, WINDOWS);
            }
            assert_eq!(sightings.count(3 + LAP, WINDOWS), [0; 3]);
            record(&sightings, 0..2, 4 + LAP);
            assert_eq!(sightings.count(4 + LAP, WINDOWS), [2; 3]);
        }
    }

    #[test]
    fn threads_lose_nobody_while_time_passes_and_others_count() {
        let sightings = sightings();
        let tick = AtomicU64::new(LAP - 20);
        sightings.count(LAP - 20, WINDOWS);
        let hammer = |first| {
            for user in first..first + 20_000 {
                let now = tick.load(Ordering::Relaxed) + u64::from(user % 1_000 == 0);
                tick.store(now, Ordering::Relaxed);
                record(&sightings, user..user + 1, now);
            }
        };
        thread::scope(|scope| {
            scope.spawn(|| hammer(0));
            scope.spawn(|| hammer(20_000));
            for _ in 0..20 {
                sightings.count(tick.load(Ordering::Relaxed), WINDOWS);
            }
        });
        let [_, hour, day] = sightings.count(tick.into_inner(), WINDOWS);
        assert!((39_000..41_000).contains(&hour), "{hour}");
        assert_eq!(hour, day);
    }
}
