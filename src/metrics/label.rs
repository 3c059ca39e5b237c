//! Label values: small sets by type, free text by explicit declaration and limit.

use super::key::{self, Buffer, LabelValue};

/// A label's value whose set of values is small by its type.
///
/// Implemented for `bool`, the integers of at most 16 bits and `&'static str`; an enum of one's
/// own derives it. What it can be stands in [`VALUES`](Label::VALUES), and each of its series then
/// exists at 0 before its first update. `String` is no label, because what a user can type has no
/// bound: a label of free text is declared as [`Text`], which the family's series limit bounds, or
/// given to an attribute's metric with `limit = N`.
///
/// ```
/// use obskit::Label;
/// use obskit::metrics::{LabelValue, Metrics};
///
/// #[derive(Label)]
/// enum DayType { Push, Pull, Legs }
///
/// /// The same by hand, for what an enum cannot say.
/// struct Weekend(bool);
///
/// impl Label for Weekend {
///     const VALUES: &'static [&'static str] = &["no", "yes"];
///
///     fn write(&self, value: &mut LabelValue<'_>) {
///         value.push_str(if self.0 { "yes" } else { "no" });
///     }
/// }
///
/// let metrics = Metrics::default();
/// let sessions = metrics.counter("sessions_total", "Training sessions.");
/// let sessions = sessions.label::<DayType>("day_type").label::<Weekend>("weekend").register()?;
/// sessions.get((DayType::Legs, Weekend(true))).inc();
/// # let _ = (DayType::Push, DayType::Pull);
/// # Ok::<(), obskit::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no label: nothing bounds it, and each new value would be a new series",
    label = "an enum that derives `Label`, `&'static str`, `bool` or an integer of 16 bits or less \
             is one",
    note = "`#[derive(obskit::Label)]` makes a label of an enum",
    note = "a text may be a label of an attribute's metric that has a `limit = N`, and of a \
            registered one as `.label::<obskit::metrics::Text>(..)`"
)]
pub trait Label: 'static {
    /// Every value there is; empty when the type does not tell.
    const VALUES: &'static [&'static str] = &[];

    /// Writes this value as it stands in the exposition. Nothing past 128 bytes is kept.
    fn write(&self, value: &mut LabelValue<'_>);

    /// The same; what has its text at hand gives it as it is.
    #[doc(hidden)]
    #[inline]
    fn text<'a>(&'a self, buffer: &'a mut Buffer) -> &'a [u8] {
        match self.position().and_then(|position| Self::VALUES.get(position)) {
            Some(value) => key::text(value),
            None => buffer.written(|value| self.write(value)),
        }
    }

    /// This value's place in [`VALUES`](Label::VALUES), from types that know it without a search.
    #[doc(hidden)]
    #[inline]
    fn position(&self) -> Option<usize> {
        None
    }
}

/// The type to declare for a label of free text; any `&str`, `String` or `Cow` then fits.
#[derive(Clone, Copy, Debug)]
pub enum Text {}

/// What a family's label may be declared as: a [`Label`], or [`Text`].
pub trait Declared: 'static {
    #[doc(hidden)]
    const VALUES: &'static [&'static str];
}

/// A value that fits a label declared as `D`.
pub trait Fits<D> {
    #[doc(hidden)]
    fn text<'a>(&'a self, buffer: &'a mut Buffer) -> &'a [u8];
}

/// The declared types of a family's labels: a tuple of at most eight.
pub trait LabelSet: 'static {
    #[doc(hidden)]
    const DOMAINS: &'static [&'static [&'static str]];
}

/// The values of a family's labels: a tuple that fits the [`LabelSet`] one for one.
pub trait Values<L> {
    #[doc(hidden)]
    fn with<R>(&self, use_texts: impl FnOnce(&[&[u8]]) -> R) -> R;
}

/// A tuple made one longer; how a family's builder gathers its labels.
pub trait Append<D> {
    #[doc(hidden)]
    type Longer: LabelSet;
}

/// Most labels of one family.
pub(crate) const MAX_LABELS: usize = 8;

impl Label for &'static str {
    #[inline]
    fn write(&self, value: &mut LabelValue<'_>) {
        value.push_str(self);
    }

    #[inline]
    fn text<'a>(&'a self, _buffer: &'a mut Buffer) -> &'a [u8] {
        key::text(self)
    }
}

impl Label for bool {
    const VALUES: &'static [&'static str] = &["false", "true"];

    #[inline]
    fn write(&self, value: &mut LabelValue<'_>) {
        value.push_str(if *self { "true" } else { "false" });
    }

    #[inline]
    fn text<'a>(&'a self, _buffer: &'a mut Buffer) -> &'a [u8] {
        if *self { b"true" } else { b"false" }
    }

    #[inline]
    fn position(&self) -> Option<usize> {
        Some(usize::from(*self))
    }
}

macro_rules! integer_labels {
    ($($integer:ty)*) => {$(
        impl Label for $integer {
            #[inline]
            fn write(&self, value: &mut LabelValue<'_>) {
                value.push_str(itoa::Buffer::new().format(*self));
            }

            #[inline]
            fn text<'a>(&'a self, buffer: &'a mut Buffer) -> &'a [u8] {
                buffer.integer((*self).into())
            }
        }
    )*};
}

integer_labels!(u8 i8 u16 i16);

impl<L: Label> Declared for L {
    const VALUES: &'static [&'static str] = L::VALUES;
}

impl Declared for Text {
    const VALUES: &'static [&'static str] = &[];
}

impl<L: Label> Fits<L> for L {
    #[inline]
    fn text<'a>(&'a self, buffer: &'a mut Buffer) -> &'a [u8] {
        Label::text(self, buffer)
    }
}

macro_rules! text_values {
    ($($text:ty)*) => {$(
        impl Fits<Text> for $text {
            #[inline]
            fn text<'a>(&'a self, _buffer: &'a mut Buffer) -> &'a [u8] {
                key::text(self)
            }
        }
    )*};
}

text_values!(&str String &String std::borrow::Cow<'_, str>);

macro_rules! label_sets {
    ($($D:ident $V:ident $n:tt),*) => {
        impl<$($D: Declared),*> LabelSet for ($($D,)*) {
            const DOMAINS: &'static [&'static [&'static str]] = &[$($D::VALUES),*];
        }

        impl<$($D,)* $($V: Fits<$D>),*> Values<($($D,)*)> for ($($V,)*) {
            #[inline]
            fn with<R>(&self, use_texts: impl FnOnce(&[&[u8]]) -> R) -> R {
                use_texts(&[$(self.$n.text(&mut Buffer::default())),*])
            }
        }
    };
}

macro_rules! appends {
    ($($D:ident),*) => {
        impl<$($D: Declared,)* Last: Declared> Append<Last> for ($($D,)*) {
            type Longer = ($($D,)* Last,);
        }
    };
}

label_sets!();
label_sets!(A X 0);
label_sets!(A X 0, B Y 1);
label_sets!(A X 0, B Y 1, C Z 2);
label_sets!(A X 0, B Y 1, C Z 2, D W 3);
label_sets!(A X 0, B Y 1, C Z 2, D W 3, E V 4);
label_sets!(A X 0, B Y 1, C Z 2, D W 3, E V 4, F U 5);
label_sets!(A X 0, B Y 1, C Z 2, D W 3, E V 4, F U 5, G T 6);
label_sets!(A X 0, B Y 1, C Z 2, D W 3, E V 4, F U 5, G T 6, H S 7);
appends!();
appends!(A);
appends!(A, B);
appends!(A, B, C);
appends!(A, B, C, D);
appends!(A, B, C, D, E);
appends!(A, B, C, D, E, F);
appends!(A, B, C, D, E, F, G);
