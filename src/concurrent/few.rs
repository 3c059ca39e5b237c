//! A few of the many values that come by.

use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

/// Up to eight different values, half of them the first that came and half of them late ones.
///
/// Whoever offers a value waits for nobody, and mostly does nothing: most values are not looked
/// at once there have been many.
pub(crate) struct Few<T> {
    kept: Mutex<Kept<T>>,
}

struct Kept<T> {
    values: Vec<T>,
    replaced: usize,
}

const MOST: usize = 8;
/// The first values stay, as many as these.
const STAY: usize = 4;
/// So many are looked at, and later ones once in [`SPARSE`].
const DENSE: u64 = 64;
const SPARSE: u64 = 1_024;

impl<T: Clone> Few<T> {
    /// Takes a look at a value that came after `earlier` others. `is` says whether a value that is
    /// kept is the same.
    #[inline]
    pub(crate) fn offer(&self, earlier: u64, is: impl Fn(&T) -> bool, make: impl FnOnce() -> T) {
        if earlier < DENSE || earlier.is_multiple_of(SPARSE) {
            self.consider(is, make);
        }
    }

    /// What was kept.
    pub(crate) fn values(&self) -> Vec<T> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).values.clone()
    }

    #[cold]
    fn consider(&self, is: impl Fn(&T) -> bool, make: impl FnOnce() -> T) {
        let Some(mut kept) = self.try_lock() else { return };
        if kept.values.iter().any(is) {
            return;
        }
        if kept.values.len() < MOST {
            kept.values.push(make());
            return;
        }
        let place = STAY + kept.replaced % (MOST - STAY);
        kept.replaced = kept.replaced.wrapping_add(1);
        if let Some(value) = kept.values.get_mut(place) {
            *value = make();
        }
    }

    fn try_lock(&self) -> Option<MutexGuard<'_, Kept<T>>> {
        match self.kept.try_lock() {
            Ok(kept) => Some(kept),
            Err(TryLockError::Poisoned(kept)) => Some(kept.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

impl<T> Default for Few<T> {
    fn default() -> Self {
        Self { kept: Mutex::new(Kept { values: Vec::new(), replaced: 0 }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(few: &Few<u64>, values: impl Iterator<Item = u64>) -> Vec<u64> {
        for (earlier, value) in (0..).zip(values) {
            few.offer(earlier, |kept| *kept == value, || value);
        }
        few.values()
    }

    #[test]
    fn one_value_however_often_is_one() {
        assert_eq!(offer(&Few::default(), std::iter::repeat_n(7, 100_000)), [7]);
    }

    #[test]
    fn half_of_them_are_late_ones() {
        let values = offer(&Few::default(), 0..1_000_000);
        assert_eq!(values.len(), MOST);
        assert_eq!(values[..STAY], [0, 1, 2, 3]);
        assert!(values[STAY..].iter().all(|late| *late > 990_000), "{values:?}");
    }

    #[test]
    fn a_late_one_is_seen_though_another_came_often() {
        let often = std::iter::repeat_n(7, 10_000).chain(std::iter::repeat_n(8, 2_000));
        assert_eq!(offer(&Few::default(), often), [7, 8]);
    }
}
