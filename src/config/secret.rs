//! Values that are never printed.

use std::fmt;

/// A value that neither `Debug` nor `Display` shows; [`expose`](Self::expose) alone gives it.
///
/// ```
/// let token = obskit::config::Secret::from("hunter2".to_owned());
/// assert_eq!(format!("{token:?} {token}"), "[hidden] [hidden]");
/// assert_eq!(token.expose(), "hunter2");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// The value itself. Comparing it with what a caller sent must take constant time, which `==`
    /// does not.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> From<T> for Secret<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hidden]")
    }
}

impl<T> fmt::Display for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hidden]")
    }
}
