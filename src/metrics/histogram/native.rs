//! Prometheus native histograms: exponential buckets, kept where values fall.
//!
//! Bucket `i` of schema 3 holds the values above 2^((i−1)/8) and up to 2^(i/8). A histogram that
//! is native has classic buckets too, and counts a value once, for both: at the place numbered by
//! its native index plus its classic bucket. Both grow with the value and one of them at least
//! differs between neighbours, so a place belongs to one pair of them, and names it.

use std::sync::atomic::{AtomicU64, Ordering};

use arrayvec::ArrayVec;
use once_cell::race::OnceBox;

use crate::metrics::exposition::NativeSample;

use super::cells::{HEAD, MAX_BUCKETS};

/// Counts by place, in chunks that are made when a value first falls there.
pub(super) struct Native {
    groups: [OnceBox<Group>; GROUPS],
}

/// The native buckets in use, ascending.
pub(super) struct Buckets {
    /// Each power of two has 2^schema buckets.
    schema: i32,
    zero: u64,
    positive: ArrayVec<(i32, u64), MAX_POSITIVE>,
}

type Group = [OnceBox<Chunk>; GROUP];

#[derive(Default)]
#[repr(align(64))]
struct Chunk([AtomicU64; CHUNK]);

const SCHEMA: i32 = 3;
/// Up to here a value counts as zero; the default of Prometheus's Go client.
const ZERO_THRESHOLD: f64 = f64::from_bits((1023 - 128) << MANTISSA_BITS);
/// The index of the zero bucket, right below that of the smallest value that is not zero.
const ZERO: i32 = -128 << SCHEMA;
/// The index of +Inf, right above that of the largest finite value.
const INFINITE: i32 = (1024 << SCHEMA) + 1;
/// Most buckets shown, as the Go client is advised to keep.
const MAX_POSITIVE: usize = 160;

const MANTISSA_BITS: u32 = 52;
const MANTISSA: u64 = (1 << MANTISSA_BITS) - 1;

const CHUNK: usize = 8;
const GROUP: usize = 32;
/// The first place: those before it are of classic buckets alone.
const FIRST: usize = HEAD;
const PLACES: usize = FIRST + (INFINITE - ZERO) as usize + MAX_BUCKETS;
const GROUPS: usize = PLACES.div_ceil(CHUNK * GROUP);

/// The lower bounds of the buckets between one and two; halves of them stand in Prometheus itself.
const STEPS: [f64; 1 << SCHEMA] = [
    1.0,
    2.0 * 0.545_253_866_332_628_8,
    2.0 * 0.594_603_557_501_360_5,
    2.0 * 0.648_419_777_325_504_8,
    2.0 * 0.707_106_781_186_547_5,
    2.0 * 0.771_105_412_703_970_4,
    2.0 * 0.840_896_415_253_714_4,
    2.0 * 0.917_004_043_204_671_1,
];

/// Where a value of the classic bucket `bucket` is counted.
#[inline]
pub(super) fn place(value: f64, bucket: usize) -> usize {
    FIRST + usize::try_from(index(value) - ZERO).unwrap_or(0) + bucket
}

/// The counts of all `cells` together, by classic and by native bucket.
pub(super) fn read<'a, I>(
    bounds: &[f64],
    cells: impl Fn() -> I,
) -> (ArrayVec<u64, MAX_BUCKETS>, Buckets)
where
    I: Iterator<Item = &'a Native>,
{
    let mut classic: ArrayVec<u64, MAX_BUCKETS> = (0..=bounds.len()).map(|_| 0).collect();
    let mut native = Buckets { schema: SCHEMA, zero: 0, positive: ArrayVec::new() };
    // The last place of each classic bucket but the last.
    let mut ends = bounds.iter().enumerate().map(|(n, bound)| place(*bound, n)).peekable();
    let mut bucket = 0;
    each_place(cells, &mut |place, count| {
        while ends.next_if(|end| *end < place).is_some() {
            bucket += 1;
        }
        if let Some(counted) = classic.get_mut(bucket) {
            *counted = counted.wrapping_add(count);
        }
        native.add(ZERO + i32::try_from(place - bucket - FIRST).unwrap_or(0), count);
    });
    (classic, native)
}

/// Calls `visit` with every place in use, ascending, and how much was counted there.
fn each_place<'a, I>(cells: impl Fn() -> I, visit: &mut dyn FnMut(usize, u64))
where
    I: Iterator<Item = &'a Native>,
{
    let used = (0..GROUPS).filter(|group| cells().any(|cells| cells.group(*group).is_some()));
    for place in used.flat_map(|group| group * GROUP * CHUNK..(group + 1) * GROUP * CHUNK) {
        let count = cells().map(|cells| cells.count(place)).fold(0, u64::wrapping_add);
        if count > 0 {
            visit(place, count);
        }
    }
}

impl Default for Native {
    fn default() -> Self {
        Self { groups: [const { OnceBox::new() }; GROUPS] }
    }
}

impl Native {
    /// The counter of a place, which is made if need be.
    #[inline]
    pub(super) fn cell(&self, place: usize) -> Option<&AtomicU64> {
        let chunk = place / CHUNK;
        let group = self.groups.get(chunk / GROUP)?.get_or_init(Box::default);
        group.get(chunk % GROUP)?.get_or_init(Box::default).0.get(place % CHUNK)
    }

    fn group(&self, n: usize) -> Option<&Group> {
        self.groups.get(n)?.get()
    }

    fn count(&self, place: usize) -> u64 {
        let chunk = place / CHUNK;
        let chunk = self.group(chunk / GROUP).and_then(|group| group.get(chunk % GROUP)?.get());
        let cell = chunk.and_then(|chunk| chunk.0.get(place % CHUNK));
        cell.map_or(0, |cell| cell.load(Ordering::Relaxed))
    }
}

impl Buckets {
    pub(super) fn sample(&self) -> NativeSample<'_> {
        NativeSample {
            schema: self.schema,
            zero_threshold: ZERO_THRESHOLD,
            zero_count: self.zero,
            positive: &self.positive,
        }
    }

    /// Adds to the bucket of `index` in schema 3; indices come ascending.
    fn add(&mut self, index: i32, count: u64) {
        if index == ZERO {
            self.zero = self.zero.wrapping_add(count);
            return;
        }
        while !self.try_add(coarser(index, SCHEMA - self.schema), count) {
            self.merge();
        }
    }

    fn try_add(&mut self, index: i32, count: u64) -> bool {
        match self.positive.last_mut() {
            Some((last, total)) if *last == index => {
                *total = total.wrapping_add(count);
                true
            }
            _ => self.positive.try_push((index, count)).is_ok(),
        }
    }

    /// Halves the resolution.
    fn merge(&mut self) {
        self.schema -= 1;
        for (index, count) in std::mem::take(&mut self.positive) {
            // Merged buckets are never more than before, so there is room.
            self.try_add(coarser(index, 1), count);
        }
    }
}

/// The native bucket of a number.
#[inline]
fn index(value: f64) -> i32 {
    if value <= ZERO_THRESHOLD {
        return ZERO;
    }
    if value > f64::MAX {
        return INFINITE;
    }
    let bits = value.to_bits();
    let steps = STEPS.iter().filter(|step| step.to_bits() & MANTISSA < bits & MANTISSA).count();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        reason = "an exponent has 11 bits, and there are 8 steps"
    )]
    let (exponent, steps) = ((bits >> MANTISSA_BITS) as i32 - 1023, steps as i32);
    (exponent << SCHEMA) + steps
}

/// The bucket that holds `index` in a schema lower by `schemas`.
fn coarser(index: i32, schemas: i32) -> i32 {
    (index + (1 << schemas) - 1) >> schemas
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The upper bound of a bucket, by another way than [`index`].
    fn upper(index: i32, schema: i32) -> f64 {
        (f64::from(index) * (-f64::from(schema)).exp2()).exp2()
    }

    #[test]
    fn the_steps_are_eighth_roots_of_two() {
        for (n, step) in (0..).zip(STEPS) {
            assert!((step / upper(n, SCHEMA) - 1.0).abs() < 1e-15, "{n}: {step}");
        }
    }

    #[test]
    fn an_index_bounds_its_value() {
        let values = (0..200_000).map(|n| 2e-38 * 1.008_f64.powi(n)).take_while(|v| v.is_finite());
        for value in values.filter(|value| *value > ZERO_THRESHOLD) {
            let index = index(value);
            assert!(value <= upper(index, SCHEMA) * (1.0 + 1e-12), "{value} in {index}");
            assert!(value >= upper(index - 1, SCHEMA) * (1.0 - 1e-12), "{value} in {index}");
        }
    }

    #[test]
    fn a_power_of_two_ends_its_bucket() {
        for exponent in -127..=1023 {
            let value = f64::from(exponent).exp2();
            assert_eq!(index(value), exponent * 8, "2^{exponent}");
            assert_eq!(index(value.next_up()), exponent * 8 + 1, "above 2^{exponent}");
            assert_eq!(index(value.next_down()), exponent * 8, "below 2^{exponent}");
        }
    }

    #[test]
    fn the_ends_of_the_line_have_their_buckets() {
        let zeros = [0.0, -0.0, -1.0, f64::MIN, f64::NEG_INFINITY, 5e-324, ZERO_THRESHOLD];
        assert!(zeros.map(index).iter().all(|index| *index == ZERO));
        assert_eq!(index(ZERO_THRESHOLD.next_up()), ZERO + 1);
        assert_eq!(index(f64::MAX), INFINITE - 1);
        assert_eq!(index(f64::INFINITY), INFINITE);
        let last = place(f64::INFINITY, MAX_BUCKETS - 1);
        assert!(last < PLACES && Native::default().cell(last).is_some());
    }

    #[test]
    fn a_coarser_bucket_ends_where_its_last_one_did() {
        for index in -100..100 {
            for schemas in 0..=7 {
                let coarse = coarser(index, schemas);
                assert!(upper(coarse, 3 - schemas) >= upper(index, 3), "{index} by {schemas}");
                assert!(upper(coarse - 1, 3 - schemas) < upper(index, 3), "{index} by {schemas}");
            }
        }
    }

    #[test]
    fn each_place_tells_both_buckets() {
        let bounds = [-1.0, 0.0, 1e-50, 0.5, 1.0, 1.01, 1.02, 1.03, 1.2, 1e9];
        let values = [
            -2.0,
            -1.0,
            -0.5,
            0.0,
            1e-60,
            1e-50,
            1e-49,
            0.49,
            0.5,
            0.99,
            1.0,
            1.005,
            1.01,
            1.015,
            1.02,
            1.025,
            1.03,
            1.04,
            1.2,
            5.0,
            1e9,
            1e10,
            f64::MAX,
            f64::INFINITY,
        ];
        for value in values {
            let native = Native::default();
            let bucket = bounds.iter().filter(|bound| **bound < value).count();
            native.cell(place(value, bucket)).unwrap().fetch_add(3, Ordering::Relaxed);
            let (classic, buckets) = read(&bounds, || std::iter::once(&native));
            let expected = (0..=bounds.len()).map(|n| if n == bucket { 3 } else { 0 });
            assert!(classic.into_iter().eq(expected), "{value}");
            match index(value) {
                ZERO => assert_eq!((buckets.zero, buckets.positive.len()), (3, 0), "{value}"),
                index => assert_eq!(buckets.positive.as_slice(), [(index, 3)], "{value}"),
            }
        }
    }

    #[test]
    fn too_many_buckets_are_merged_in_pairs() {
        let native = Native::default();
        let exponents = -120..=1000;
        for exponent in exponents.clone() {
            let cell = native.cell(place(f64::from(exponent).exp2(), 0)).unwrap();
            cell.fetch_add(1, Ordering::Relaxed);
        }
        let (_, buckets) = read(&[f64::MAX], || std::iter::once(&native));
        assert_eq!(buckets.schema, -3, "eight powers of two a bucket");
        assert!(buckets.positive.len() <= MAX_POSITIVE);
        assert!(buckets.positive.iter().all(|(_, count)| *count == 8 || *count == 1));
        let total: u64 = buckets.positive.iter().map(|(_, count)| count).sum();
        assert_eq!(total, exponents.count() as u64);
        assert!(buckets.positive.is_sorted_by(|a, b| a.0 < b.0));
    }
}
