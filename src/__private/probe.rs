//! What a value's type can do, found out where the type is known: a method is looked for on as
//! many references as the call has, then on one less, so that what is asked first is found first.

use std::convert::Infallible;

use http::{Response, StatusCode};

use crate::context::Classify;

use super::failure::What;

/// A value that is asked.
#[derive(Debug)]
pub struct Probe<'a, T: ?Sized>(pub &'a T);

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

impl<'a, B> Probe<'a, Response<B>> {
    /// What a failed response is shown as.
    pub fn shown(&self) -> What<'a> {
        What::Status(self.0.status())
    }
}

impl<'a> Probe<'a, StatusCode> {
    /// What a failed response is shown as.
    pub fn shown(&self) -> What<'a> {
        What::Status(*self.0)
    }
}

/// The traits behind the questions.
pub mod probes {
    use super::super::failure::What;
    use super::super::labels::{Domain, NoDomain};
    use super::{Classify, Infallible, Probe};
    use crate::__private::{Call, User};
    use crate::context::Outcome;
    use crate::metrics::{Bounded, Free, Label};
    use std::error::Error;
    use std::fmt::Display;

    /// Whatever is no `Result` is no error.
    pub trait Split<'a, T: ?Sized> {
        /// The value, as the one in `Ok`.
        fn split(self) -> Result<&'a T, &'a Infallible>;
    }

    impl<'a, T: ?Sized> Split<'a, T> for Probe<'a, T> {
        #[inline]
        fn split(self) -> Result<&'a T, &'a Infallible> {
            Ok(self.0)
        }
    }

    /// A value that classifies itself.
    pub trait Classified {
        /// The outcome it says.
        fn said_by_value(&self) -> Option<Outcome>;

        /// The same of an error.
        fn said_by_error(&self) -> Option<Outcome>;
    }

    /// Any other.
    pub trait Unclassified {
        /// Nothing.
        fn said_by_value(&self) -> Option<Outcome>;

        /// Nothing.
        fn said_by_error(&self) -> Option<Outcome>;
    }

    impl<T: Classify + ?Sized> Classified for Probe<'_, T> {
        #[inline]
        fn said_by_value(&self) -> Option<Outcome> {
            Some(self.0.classify())
        }

        #[inline]
        fn said_by_error(&self) -> Option<Outcome> {
            Some(self.0.classify())
        }
    }

    impl<T: ?Sized> Unclassified for &Probe<'_, T> {
        #[inline]
        fn said_by_value(&self) -> Option<Outcome> {
            None
        }

        #[inline]
        fn said_by_error(&self) -> Option<Outcome> {
            None
        }
    }

    /// What a failed value that is no response is shown as.
    pub trait Shown<'a> {
        /// Its type's name: the value is nobody's business.
        fn shown(&self) -> What<'a>;
    }

    impl<'a, T: ?Sized> Shown<'a> for &Probe<'a, T> {
        fn shown(&self) -> What<'a> {
            What::name::<T>()
        }
    }

    macro_rules! told {
        ($Trait:ident, $doc:literal, [$($ref:tt)*], ($($generics:tt)*) ($($bound:tt)*), $way:expr) => {
            #[doc = $doc]
            pub trait $Trait<'a> {
                /// What it is told as.
                fn told(&self) -> What<'a>;
            }

            impl<'a, $($generics)*> $Trait<'a> for $($ref)* Probe<'a, T>
            where
                T: $($bound)*
            {
                #[inline]
                fn told(&self) -> What<'a> {
                    let way: fn(&'a T) -> What<'a> = $way;
                    way(self.0)
                }
            }
        };
    }

    told!(AsError, "An error.", [&&&&], (T)(Error), |error| What::Error(error));
    told!(
        AsSendError, "What holds an error.", [&&&],
        ('e: 'a, T)(AsRef<dyn Error + Send + Sync + 'e>), |error| What::Error(error.as_ref())
    );
    told!(
        AsLocalError, "What holds an error that stays in its thread.", [&&],
        ('e: 'a, T)(AsRef<dyn Error + 'e>), |error| What::Error(error.as_ref())
    );
    told!(AsText, "A text.", [&], (T)(Display), |text| What::Display(text));

    /// Anything else.
    pub trait Untold<'a> {
        /// Its type's name.
        fn told(&self) -> What<'a>;
    }

    impl<'a, T: ?Sized> Untold<'a> for Probe<'a, T> {
        #[inline]
        fn told(&self) -> What<'a> {
            What::name::<T>()
        }
    }

    /// Says who makes the request.
    pub trait TellUser {
        /// Says it.
        fn tell_user(&self, call: &Call);
    }

    impl<T: User + ?Sized> TellUser for Probe<'_, T> {
        #[inline]
        fn tell_user(&self, call: &Call) {
            let _ = (call, self.0);
        }
    }

    /// A label whose type bounds it.
    pub trait BoundedLabel<'a, L> {
        /// As it is given.
        fn label(&self) -> Bounded<'a, L>;

        /// Its type.
        fn domain(&self) -> Domain<L>;
    }

    /// A label of text.
    pub trait FreeLabel<'a> {
        /// As it is given.
        fn label(&self) -> Free<'a>;

        /// Its type.
        fn domain(&self) -> NoDomain;
    }

    impl<'a, L: Label> BoundedLabel<'a, L> for Probe<'a, L> {
        #[inline]
        fn label(&self) -> Bounded<'a, L> {
            Bounded(self.0)
        }

        fn domain(&self) -> Domain<L> {
            super::super::labels::domain_of()
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
}
