//! What a value that a function returned says of how it went.

#[cfg(feature = "tonic")]
mod tonic;

use http::{Response, StatusCode};

use super::Outcome;

/// A value that tells how the work it came from has ended.
///
/// Errors implement it, mostly by `#[derive(Classify)]`, so that `#[instrument_endpoint]` tells the
/// caller's mistakes from the service's. Responses, status codes and tuples that begin with one
/// have it already, and so has `tonic::Status` with the feature `tonic`.
///
/// ```
/// use obskit::Classify;
/// use obskit::context::Outcome;
///
/// enum ApiError {
///     NoSuchWorkout,
///     Database(std::io::Error),
/// }
///
/// impl Classify for ApiError {
///     fn classify(&self) -> Outcome {
///         match self {
///             Self::NoSuchWorkout => Outcome::ClientError,
///             Self::Database(_) => Outcome::ServerError,
///         }
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say how the work has ended",
    label = "it is not `Classify`",
    note = "derive `Classify` on it, or say an outcome, as by `#[classify(server_error)]`"
)]
pub trait Classify {
    /// How it went.
    fn classify(&self) -> Outcome;
}

impl Classify for Outcome {
    fn classify(&self) -> Outcome {
        *self
    }
}

impl Classify for StatusCode {
    fn classify(&self) -> Outcome {
        Outcome::of_http(self.as_u16())
    }
}

impl<B> Classify for Response<B> {
    fn classify(&self) -> Outcome {
        self.status().classify()
    }
}

impl<T: Classify + ?Sized> Classify for &T {
    fn classify(&self) -> Outcome {
        (**self).classify()
    }
}

impl<T: Classify + ?Sized> Classify for Box<T> {
    fn classify(&self) -> Outcome {
        (**self).classify()
    }
}

macro_rules! tuples {
    ($($rest:ident)*) => {
        impl<First: Classify, $($rest),*> Classify for (First, $($rest,)*) {
            fn classify(&self) -> Outcome {
                self.0.classify()
            }
        }
    };
}

tuples!(A);
tuples!(A B);
tuples!(A B C);
tuples!(A B C D);
