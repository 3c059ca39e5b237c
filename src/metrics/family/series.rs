//! One series, and how it is found by its label values.

use std::hash::Hasher;

use crate::concurrent::{KeyHasher, Keyed, Query};
use crate::metrics::key::{self, Layout};

/// One metric of a family, and its label values.
pub(super) struct Series<M> {
    pub(super) values: Box<[u8]>,
    pub(super) metric: M,
    /// Tenths of a second after the family's epoch: enough for 13 years, in four bytes.
    pub(super) created: u32,
    pub(super) layout: Layout,
}

impl<M> Query<Series<M>> for &[&[u8]] {
    #[inline]
    fn hash(&self, hasher: &mut KeyHasher<'_>) {
        self.iter().for_each(|value| hasher.write(value));
    }

    #[inline]
    fn is_key_of(&self, series: &Series<M>) -> bool {
        key::holds(&series.values, self)
    }
}

impl<M> Query<Series<M>> for &[u8] {
    fn hash(&self, hasher: &mut KeyHasher<'_>) {
        key::values(self).for_each(|value| hasher.write(value));
    }

    fn is_key_of(&self, series: &Series<M>) -> bool {
        **self == *series.values
    }
}

impl<M> Keyed for Series<M> {
    fn hash(&self, hasher: &mut KeyHasher<'_>) {
        key::values(&self.values).for_each(|value| hasher.write(value));
    }
}
