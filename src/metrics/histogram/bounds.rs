//! The upper bounds of a histogram's buckets.

use std::fmt;
use std::ops::Deref;

use arrayvec::ArrayVec;

/// Upper bounds of buckets, inclusive, without the last, which is +Inf.
///
/// Any list of numbers makes one; a metric is refused at its registration unless they are 1 to 64,
/// finite and in ascending order.
///
/// ```
/// use obskit::metrics::{Bounds, Metrics};
///
/// let metrics = Metrics::default();
/// metrics.histogram("queue_seconds", "Time in the queue.").buckets([0.1, 1.0, 10.0]).register()?;
/// let sizes = Bounds::exponential(256.0, 4.0, 8);
/// metrics.histogram("mail_bytes", "Size of a message.").buckets(sizes).register()?;
/// # Ok::<(), obskit::Error>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct Bounds {
    list: ArrayVec<f64, { MAX_BOUNDS + 1 }>,
    /// The list, then +Inf.
    blocks: [[f64; BLOCK]; MAX_BOUNDS / BLOCK],
}

const MAX_BOUNDS: usize = 64;
/// A length that the compiler knows becomes a chain of branches, each predicted by itself.
const BLOCK: usize = 16;

impl Bounds {
    /// `count` bounds, the first at `start`, each `width` above the one before.
    pub fn linear(start: f64, width: f64, count: usize) -> Self {
        let bounds = std::iter::successors(Some(0.0), |n| Some(n + 1.0));
        bounds.map(|n| width.mul_add(n, start)).take(count).collect()
    }

    /// `count` bounds, the first at `start`, each `factor` times the one before.
    pub fn exponential(start: f64, factor: f64, count: usize) -> Self {
        std::iter::successors(Some(start), |bound| Some(bound * factor)).take(count).collect()
    }

    /// The bucket of `value`: the first whose bound is not below it.
    #[inline]
    pub(super) fn bucket(&self, value: f64) -> usize {
        let [first, ..] = &self.blocks;
        let in_block =
            |block: &[f64; BLOCK]| block.iter().position(|bound| value <= *bound).unwrap_or(BLOCK);
        if self.list.len() <= BLOCK {
            return in_block(first);
        }
        let ends = self.blocks.each_ref().map(|[.., end]| *end);
        let n = ends.iter().position(|end| value <= *end).unwrap_or(ends.len());
        n * BLOCK + self.blocks.get(n).map_or(0, in_block)
    }

    pub(in crate::metrics) fn validate(&self) -> Result<(), String> {
        if self.is_empty() || self.len() > MAX_BOUNDS {
            let found = self.len();
            return Err(format!("it has {found} buckets; accepted: 1 to {MAX_BOUNDS} bounds"));
        }
        if let Some(bound) = self.iter().find(|bound| !bound.is_finite()) {
            return Err(format!(
                "it has the bucket {bound:?}; accepted: finite bounds, +Inf being always there"
            ));
        }
        let unordered = |pair: &&[f64]| matches!(pair, [lower, upper] if lower >= upper);
        match self.windows(2).find(unordered) {
            Some(pair) => {
                Err(format!("it has the buckets {pair:?} in a row; accepted: ascending bounds"))
            }
            None => Ok(()),
        }
    }
}

impl Deref for Bounds {
    type Target = [f64];

    #[inline]
    fn deref(&self) -> &[f64] {
        &self.list
    }
}

/// Keeps one more than a histogram may have, and not those after it.
impl FromIterator<f64> for Bounds {
    fn from_iter<I: IntoIterator<Item = f64>>(bounds: I) -> Self {
        let list: ArrayVec<f64, _> = bounds.into_iter().take(MAX_BOUNDS + 1).collect();
        let mut blocks = [[f64::INFINITY; BLOCK]; MAX_BOUNDS / BLOCK];
        blocks.as_flattened_mut().iter_mut().zip(&list).for_each(|(to, bound)| *to = *bound);
        Self { list, blocks }
    }
}

impl<const N: usize> From<[f64; N]> for Bounds {
    fn from(bounds: [f64; N]) -> Self {
        bounds.into_iter().collect()
    }
}

impl From<&[f64]> for Bounds {
    fn from(bounds: &[f64]) -> Self {
        bounds.iter().copied().collect()
    }
}

impl From<Vec<f64>> for Bounds {
    fn from(bounds: Vec<f64>) -> Self {
        bounds.into_iter().collect()
    }
}

impl fmt::Debug for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Bounds").field(&&**self).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_falls_below_the_lowest_bound_not_under_it() {
        for count in [1, 11, BLOCK, BLOCK + 1, MAX_BOUNDS] {
            let bounds = Bounds::linear(1.0, 1.0, count);
            for n in 0..=count {
                let value = f64::from(u32::try_from(n).unwrap());
                assert_eq!(bounds.bucket(value), n.saturating_sub(1), "{value} of {count}");
                assert_eq!(bounds.bucket(value + 0.5), n, "{value}.5 of {count}");
            }
            assert_eq!(bounds.bucket(-1.0), 0);
            assert_eq!(bounds.bucket(f64::INFINITY), count);
            assert_eq!(bounds.bucket(f64::NEG_INFINITY), 0);
        }
    }

    #[test]
    fn helpers_space_bounds_as_they_say() {
        assert_eq!(Bounds::linear(0.5, 0.25, 3), [0.5, 0.75, 1.0].into());
        assert_eq!(Bounds::exponential(1.0, 10.0, 4), [1.0, 10.0, 100.0, 1000.0].into());
        assert_eq!(Bounds::linear(0.0, 1.0, usize::MAX).len(), MAX_BOUNDS + 1);
    }
}
