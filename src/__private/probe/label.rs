//! Labels of a metric with a limit: bounded by their type, or texts.

use super::Probe;
use crate::__private::labels::{Domain, NoDomain, domain_of};
use crate::metrics::{Bounded, Free, Label};

/// What can be a label of a metric with a limit: nothing more than the message of an error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no label",
    label = "a label of a metric with a `limit` is text (`AsRef<str>`) or implements `Label`"
)]
pub trait LabelOrText {}

impl LabelOrText for str {}

/// A borrowed text. That it may live for ever, and be a `Label` then, is asked of nobody.
pub trait BorrowedLabel<'a> {
    /// As it is given.
    fn label(&self) -> Free<'a>;

    /// Its type.
    fn domain(&self) -> NoDomain;
}

/// A label whose type bounds it.
pub trait BoundedLabel<'a, L> {
    /// As it is given.
    fn label(&self) -> Bounded<'a, L>;

    /// Its type.
    fn domain(&self) -> Domain<L>;
}

/// A text.
pub trait FreeLabel<'a> {
    /// As it is given.
    fn label(&self) -> Free<'a>;

    /// Its type.
    fn domain(&self) -> NoDomain;
}

/// Anything else, which does not compile.
pub trait RefusedLabel<'a, T: ?Sized> {
    /// As it would be given.
    fn label(&self) -> Free<'a>
    where
        T: LabelOrText;

    /// Its type.
    fn domain(&self) -> NoDomain;
}

impl<'a> BorrowedLabel<'a> for &&&Probe<'a, &str> {
    #[inline]
    fn label(&self) -> Free<'a> {
        Free(self.0)
    }

    fn domain(&self) -> NoDomain {
        NoDomain
    }
}

impl<'a, L: Label> BoundedLabel<'a, L> for &&Probe<'a, L> {
    #[inline]
    fn label(&self) -> Bounded<'a, L> {
        Bounded(self.0)
    }

    fn domain(&self) -> Domain<L> {
        domain_of()
    }
}

impl<'a, T: AsRef<str> + ?Sized> FreeLabel<'a> for &Probe<'a, T> {
    #[inline]
    fn label(&self) -> Free<'a> {
        Free(self.0.as_ref())
    }

    fn domain(&self) -> NoDomain {
        NoDomain
    }
}

impl<'a, T: ?Sized> RefusedLabel<'a, T> for Probe<'a, T> {
    fn label(&self) -> Free<'a>
    where
        T: LabelOrText,
    {
        Free("")
    }

    fn domain(&self) -> NoDomain {
        NoDomain
    }
}
