//! What a failed value can be told as.

use std::error::Error;
use std::fmt::Display;

use http::{Response, StatusCode};

use super::Probe;
use crate::__private::failure::What;

impl<'a, B> Probe<'a, Response<B>> {
    /// What a failed response is shown as.
    #[inline]
    pub fn shown(&self) -> What<'a> {
        What::Status(self.0.status())
    }
}

impl<'a> Probe<'a, StatusCode> {
    /// What a failed response is shown as.
    #[inline]
    pub fn shown(&self) -> What<'a> {
        What::Status(*self.0)
    }
}

/// A value that is no error, and no response.
pub trait Shown<'a> {
    /// Its type's name: the value itself is nobody's business.
    fn shown(&self) -> What<'a>;
}

impl<'a, T: ?Sized> Shown<'a> for Probe<'a, T> {
    #[inline]
    fn shown(&self) -> What<'a> {
        What::name::<T>()
    }
}

/// Defines a trait for what satisfies a bound, behind so many references.
macro_rules! told {
    ($Trait:ident: $doc:literal, $probe:ty, [$($generics:tt)*], [$($bound:tt)*], $tell:expr) => {
        #[doc = $doc]
        pub trait $Trait<'a> {
            /// What it is told as.
            fn told(&self) -> What<'a>;
        }

        impl<'a, $($generics)*> $Trait<'a> for $probe
        where
            T: $($bound)*
        {
            #[inline]
            fn told(&self) -> What<'a> {
                let tell: fn(&'a T) -> What<'a> = $tell;
                tell(self.0)
            }
        }
    };
}

told!(
    AsError: "An error.", &&&&Probe<'a, T>, [T], [Error],
    |error| What::Error(error)
);
told!(
    AsSendError: "What holds an error.", &&&Probe<'a, T>,
    ['e: 'a, T], [AsRef<dyn Error + Send + Sync + 'e>],
    |error| What::Error(error.as_ref())
);
told!(
    AsLocalError: "What holds an error that may stay on its thread.", &&Probe<'a, T>,
    ['e: 'a, T], [AsRef<dyn Error + 'e>],
    |error| What::Error(error.as_ref())
);
told!(
    AsText: "A text.", &Probe<'a, T>, [T], [Display],
    |text| What::Display(text)
);
told!(
    Untold: "Anything else: by its type's name.", Probe<'a, T>, [T], [Sized],
    |_| What::name::<T>()
);
