//! What counters and histograms take from expressions.

use std::time::Duration;

/// What a counter is raised by.
#[diagnostic::on_unimplemented(
    message = "a counter cannot be raised by `{Self}`",
    label = "`by` wants an integer",
    note = "a negative one counts as 0"
)]
pub trait Amount: Copy {
    /// As the counter takes it.
    fn amount(self) -> u64;
}

/// What a histogram observes.
#[diagnostic::on_unimplemented(
    message = "a histogram cannot observe `{Self}`",
    label = "`value` wants a number or a `std::time::Duration`",
    note = "a duration is observed in seconds"
)]
pub trait Measure: Copy {
    /// As the histogram takes it.
    fn measure(self) -> f64;
}

macro_rules! unsigned {
    ($($integer:ty)*) => {$(
        impl Amount for $integer {
            #[inline]
            fn amount(self) -> u64 {
                u64::try_from(self).unwrap_or(u64::MAX)
            }
        }
    )*};
}

macro_rules! signed {
    ($($integer:ty)*) => {$(
        impl Amount for $integer {
            #[inline]
            fn amount(self) -> u64 {
                u64::try_from(self.max(0)).unwrap_or(u64::MAX)
            }
        }
    )*};
}

macro_rules! measures {
    ($($number:ty)*) => {$(
        impl Measure for $number {
            #[inline]
            fn measure(self) -> f64 {
                f64::from(self)
            }
        }
    )*};
}

macro_rules! wide_measures {
    ($($number:ty)*) => {$(
        impl Measure for $number {
            #[inline]
            #[expect(clippy::cast_precision_loss, reason = "a histogram's values are floats")]
            fn measure(self) -> f64 {
                self as f64
            }
        }
    )*};
}

unsigned!(u16 u32 u64 u128 usize);
signed!(i8 i16 i32 i64 i128 isize);
measures!(u8 u16 u32 i8 i16 i32 f32 f64);
wide_measures!(u64 u128 usize i64 i128 isize);

impl Amount for u8 {
    #[inline]
    fn amount(self) -> u64 {
        self.into()
    }
}

impl Measure for Duration {
    #[inline]
    fn measure(self) -> f64 {
        self.as_secs_f64()
    }
}

impl<A: Amount> Amount for &A {
    #[inline]
    fn amount(self) -> u64 {
        (*self).amount()
    }
}

impl<M: Measure> Measure for &M {
    #[inline]
    fn measure(self) -> f64 {
        (*self).measure()
    }
}
