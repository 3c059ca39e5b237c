//! Labels that an attribute lists, and what is known of their values beforehand.

use std::fmt;
use std::marker::PhantomData;

use crate::metrics::{Bounded, Domains, GivenLabel, Label};

/// The type of a label, in code that only the compiler reads.
pub struct Domain<L>(PhantomData<fn() -> L>);

/// The type of a label of free text.
#[derive(Clone, Copy, Debug)]
pub struct NoDomain;

/// The types of a metric's labels: a tuple of at most eight.
pub trait DomainSet {
    /// The values of each.
    const DOMAINS: Domains;
}

/// One of them.
pub trait DomainType {
    /// Its values; none where the type does not tell.
    const VALUES: &'static [&'static str];
}

/// A label whose type bounds it. The result's type says nothing of `L`, so that a type that is no
/// label is told once.
#[inline]
pub fn label<L: Label>(label: &L) -> impl GivenLabel + use<'_, L> {
    Bounded(label)
}

/// The type of a label that a [`Label`] is.
pub(super) fn domain_of<L: Label>() -> Domain<L> {
    Domain(PhantomData)
}

/// What the types that a closure would give know of the labels' values; it is not called.
pub fn domains<D: DomainSet>(_types: impl FnOnce() -> D) -> Domains {
    D::DOMAINS
}

impl<L: Label> DomainType for Domain<L> {
    const VALUES: &'static [&'static str] = L::VALUES;
}

impl DomainType for NoDomain {
    const VALUES: &'static [&'static str] = &[];
}

impl<L> fmt::Debug for Domain<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Domain").finish_non_exhaustive()
    }
}

macro_rules! domain_sets {
    ($($D:ident)*) => {
        impl<$($D: DomainType),*> DomainSet for ($($D,)*) {
            const DOMAINS: Domains = &[$($D::VALUES),*];
        }
    };
}

domain_sets!(A);
domain_sets!(A B);
domain_sets!(A B C);
domain_sets!(A B C D);
domain_sets!(A B C D E);
domain_sets!(A B C D E F);
domain_sets!(A B C D E F G);
domain_sets!(A B C D E F G H);
