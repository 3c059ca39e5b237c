//! Why a check does not pass, with its cause.

use std::error::Error;
use std::fmt;

use crate::health::BoxError;

/// Something that failed because of something else.
#[derive(Debug)]
pub(super) struct Because {
    what: String,
    cause: BoxError,
}

/// For [`Result::map_err`].
pub(super) fn because<E: Into<BoxError>>(what: impl Into<String>) -> impl FnOnce(E) -> BoxError {
    move |cause| Box::new(Because { what: what.into(), cause: cause.into() })
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl Error for Because {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.cause)
    }
}
