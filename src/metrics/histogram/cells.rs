//! Where a histogram counts: one set of cells, or one for each shard.

use std::sync::atomic::{AtomicU64, Ordering};

use arrayvec::ArrayVec;

use crate::metrics::counter::add_bits;

use super::Settings;
use super::native::{self, Native};

/// The sum, then the buckets; or the sum alone, beside native buckets.
///
/// In native mode a place is a native bucket cut where bounds of the classic ones fall into it, so
/// that one addition counts in both and they never disagree.
pub(super) struct Cells {
    lines: Box<[Line]>,
    native: Option<Box<Native>>,
}

/// What a histogram counted, all cells together.
pub(super) struct Counts {
    pub(super) buckets: ArrayVec<u64, MAX_BUCKETS>,
    pub(super) native: Option<native::Buckets>,
}

pub(super) const MAX_BUCKETS: usize = 65;

/// Two cache lines, because x86 fetches them in pairs: no two threads' cells share one.
#[derive(Default)]
#[repr(align(128))]
struct Line([AtomicU64; WORDS]);

const WORDS: usize = 16;

impl Cells {
    pub(super) fn new(settings: &Settings) -> Self {
        let buckets = if settings.native { 0 } else { settings.bounds.len() + 1 };
        let lines = (1 + buckets).div_ceil(WORDS);
        Self {
            lines: std::iter::repeat_with(Line::default).take(lines).collect(),
            native: settings.native.then(Box::default),
        }
    }

    /// Counts `value`, unless another thread changes the sum just now.
    #[inline]
    pub(super) fn try_add(&self, place: usize, value: f64) -> bool {
        let Some(sum) = self.word(0) else { return true };
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
        if let Some(sum) = self.word(0) {
            add_bits(sum, value);
        }
        self.count(place);
    }

    /// Counts a value that is not to be in the sum.
    #[inline]
    pub(super) fn count(&self, place: usize) {
        let cell = match &self.native {
            None => self.word(1 + place),
            Some(native) => native.cell(place),
        };
        if let Some(cell) = cell {
            cell.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn sum(&self) -> f64 {
        self.word(0).map_or(0.0, |sum| f64::from_bits(sum.load(Ordering::Relaxed)))
    }

    #[inline]
    fn word(&self, n: usize) -> Option<&AtomicU64> {
        self.lines.get(n / WORDS)?.0.get(n % WORDS)
    }

    fn bucket(&self, n: usize) -> u64 {
        self.word(1 + n).map_or(0, |bucket| bucket.load(Ordering::Relaxed))
    }
}

impl Counts {
    pub(super) fn read<'a, I>(settings: &Settings, cells: impl Fn() -> I) -> Self
    where
        I: Iterator<Item = &'a Cells>,
    {
        if settings.native {
            let (buckets, native) = native::read(&settings.bounds, || {
                cells().filter_map(|cells| cells.native.as_deref())
            });
            return Self { buckets, native: Some(native) };
        }
        let bucket = |n| cells().map(|cells| cells.bucket(n)).fold(0, u64::wrapping_add);
        Self { buckets: (0..=settings.bounds.len()).map(bucket).collect(), native: None }
    }
}
