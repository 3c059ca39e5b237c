//! What a value's type can do, found out where the type is known.
//!
//! A method is looked for on as many references as its call has, then on one fewer, and so on, so
//! that what stands behind more references is found first. What is inherent is found before what
//! is a trait's.

mod label;
mod outcome;
mod told;
mod user;

use std::convert::Infallible;

/// A value that is asked.
#[derive(Debug)]
pub struct Probe<'a, T: ?Sized>(pub &'a T);

/// Every trait whose methods are questions.
pub mod probes {
    pub use super::Split;
    pub use super::label::{BorrowedLabel, BoundedLabel, FreeLabel, RefusedLabel};
    pub use super::outcome::{Classified, Unclassified};
    pub use super::told::{
        AsAnswer, AsError, AsLocalError, AsSendError, AsText, Shown, ShownAnswer, Untold,
    };
    pub use super::user::{RefusedUser, ShownUser};
}

/// A value that is no `Result`.
pub trait Split<'a, T: ?Sized> {
    /// The value, as one in `Ok`.
    ///
    /// # Errors
    ///
    /// None.
    fn split(self) -> Result<&'a T, &'a Infallible>;
}

impl<'a, T, E> Probe<'a, Result<T, E>> {
    /// The two arms of a `Result`.
    ///
    /// # Errors
    ///
    /// The value's own.
    #[inline]
    pub fn split(self) -> Result<&'a T, &'a E> {
        self.0.as_ref()
    }
}

impl<'a, T: ?Sized> Split<'a, T> for Probe<'a, T> {
    #[inline]
    fn split(self) -> Result<&'a T, &'a Infallible> {
        Ok(self.0)
    }
}
