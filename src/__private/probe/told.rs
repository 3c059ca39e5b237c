//! What a failed value can be told as.

use std::error::Error;
use std::fmt::Display;

use http::{Response, StatusCode};

use super::Probe;
use crate::__private::failure::What;

/// An answer, which is told by its status: what else is in it is for the caller alone.
pub trait Answer {
    /// Its status.
    fn status(&self) -> StatusCode;
}

/// An answer that is no error.
pub trait ShownAnswer<'a> {
    /// Its status.
    fn shown(&self) -> What<'a>;
}

/// Any other value that is no error.
pub trait Shown<'a> {
    /// Its type's name: the value itself is nobody's business.
    fn shown(&self) -> What<'a>;
}

impl Answer for StatusCode {
    #[inline]
    fn status(&self) -> StatusCode {
        *self
    }
}

impl<B> Answer for Response<B> {
    #[inline]
    fn status(&self) -> StatusCode {
        self.status()
    }
}

macro_rules! tuples {
    ($($Rest:ident)*) => {
        impl<$($Rest),*> Answer for (StatusCode, $($Rest,)*) {
            #[inline]
            fn status(&self) -> StatusCode {
                self.0
            }
        }
    };
}

tuples!(A);
tuples!(A B);
tuples!(A B C);
tuples!(A B C D);

impl<'a, T: Answer + ?Sized> ShownAnswer<'a> for &Probe<'a, T> {
    #[inline]
    fn shown(&self) -> What<'a> {
        What::Status(self.0.status())
    }
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
    AsAnswer: "An answer.", &&&&&Probe<'a, T>, [T], [Answer],
    |answer| What::Status(answer.status())
);
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
