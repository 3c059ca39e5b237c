//! Whether a value says how the work it came from went.

use crate::context::{Classify, Outcome};

use super::Probe;

/// A value that does.
pub trait Classified {
    /// What it says.
    fn said(&self) -> Option<Outcome>;
}

/// Any other.
pub trait Unclassified {
    /// Nothing.
    fn said(&self) -> Option<Outcome>;
}

impl<T: Classify + ?Sized> Classified for &Probe<'_, T> {
    #[inline]
    fn said(&self) -> Option<Outcome> {
        Some(self.0.classify())
    }
}

impl<T: ?Sized> Unclassified for Probe<'_, T> {
    #[inline]
    fn said(&self) -> Option<Outcome> {
        None
    }
}
