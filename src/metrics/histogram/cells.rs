//! Where a histogram counts: one set of cells, or one for each shard.

use std::sync::atomic::{AtomicU64, Ordering};

use arrayvec::ArrayVec;

use crate::metrics::counter::add_bits;

use super::Settings;
use super::native::{self, Native};

/// The sum and the first buckets; the other buckets, or native ones in place of all.
///
/// In native mode a place is a native bucket cut where bounds of the classic ones fall into it, so
/// that one addition counts in both and they never disagree.
pub(super) struct Cells {
    head: Line,
    more: More,
}

enum More {
    Classic(Box<[Line]>),
    Native(Box<Native>),
}

/// What a histogram counted, all cells together.
pub(super) struct Counts {
    pub(super) buckets: ArrayVec<u64, MAX_BUCKETS>,
    pub(super) native: Option<native::Buckets>,
}

pub(super) const MAX_BUCKETS: usize = 65;

/// Whole cache lines, so that histograms written by different threads share none.
#[derive(Default)]
#[repr(align(64))]
struct Line([AtomicU64; WORDS]);

const WORDS: usize = 16;
/// Places from here on are outside the head, beside the sum.
pub(super) const HEAD: usize = WORDS - 1;

impl Cells {
    pub(super) fn new(settings: &Settings) -> Self {
        let lines = (settings.bounds.len() + 1).saturating_sub(HEAD).div_ceil(WORDS);
        let more = if settings.native {
            More::Native(Box::default())
        } else {
            More::Classic(std::iter::repeat_with(Line::default).take(lines).collect())
        };
        Self { head: Line::default(), more }
    }

    /// Counts `value`, unless another thread changes the sum just now.
    #[inline]
    pub(super) fn try_add(&self, place: usize, value: f64) -> bool {
        let [sum, ..] = &self.head.0;
        let old = sum.load(Ordering::Relaxed);
        let new = (f64::from_bits(old) + value).to_bits();
        let added = sum.compare_exchange(old, new, Ordering::Relaxed, Ordering::Relaxed).is_ok();
        if added {
            self.count(place);
        }
        added
    }

    #[inline]
    pub(super) fn add(&self, place: usize, value: f64) {
        let [sum, ..] = &self.head.0;
        add_bits(sum, value);
        self.count(place);
    }

    /// Counts a value that is not to be in the sum.
    #[inline]
    pub(super) fn count(&self, place: usize) {
        let [_, buckets @ ..] = &self.head.0;
        if let Some(cell) = buckets.get(place).or_else(|| self.more.cell(place)) {
            cell.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn sum(&self) -> f64 {
        let [sum, ..] = &self.head.0;
        f64::from_bits(sum.load(Ordering::Relaxed))
    }

    fn bucket(&self, n: usize) -> u64 {
        let [_, buckets @ ..] = &self.head.0;
        let cell = buckets.get(n).or_else(|| self.more.cell(n));
        cell.map_or(0, |cell| cell.load(Ordering::Relaxed))
    }

    fn native(&self) -> Option<&Native> {
        match &self.more {
            More::Classic(_) => None,
            More::Native(native) => Some(native),
        }
    }
}

impl More {
    fn cell(&self, place: usize) -> Option<&AtomicU64> {
        match self {
            Self::Classic(lines) => {
                let word = place - HEAD;
                lines.get(word / WORDS)?.0.get(word % WORDS)
            }
            Self::Native(native) => native.cell(place),
        }
    }
}

impl Counts {
    pub(super) fn read<'a, I>(settings: &Settings, cells: impl Fn() -> I) -> Self
    where
        I: Iterator<Item = &'a Cells>,
    {
        if settings.native {
            let (buckets, native) =
                native::read(&settings.bounds, || cells().filter_map(Cells::native));
            return Self { buckets, native: Some(native) };
        }
        let bucket = |n| cells().map(|cells| cells.bucket(n)).fold(0, u64::wrapping_add);
        Self { buckets: (0..=settings.bounds.len()).map(bucket).collect(), native: None }
    }
}
