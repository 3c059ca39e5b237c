//! The label values that one call gives a declared metric.

use std::fmt;

use super::key::Buffer;
use super::label::Label;

/// The labels of one update: a tuple of at most eight, each [`Bounded`] or [`Free`].
pub trait Given {
    /// How many label sets there are, if the type of every label tells; 0 otherwise.
    const SETS: usize;

    /// The place of this label set among all, in the order in which they are made at 0.
    fn index(&self) -> Option<usize>;

    /// Hands out the texts.
    fn with<R>(&self, use_texts: impl FnOnce(&[&[u8]]) -> R) -> R;
}

/// One of them.
pub trait GivenLabel {
    /// How many values its type has; 0 if that does not tell.
    const VALUES: usize;

    /// Its value's place among them.
    fn position(&self) -> Option<usize>;

    /// Its value as it stands in the exposition.
    fn text<'a>(&'a self, buffer: &'a mut Buffer) -> &'a [u8];
}

/// A value whose type bounds it.
pub struct Bounded<'a, L>(pub &'a L);

/// A text, which the metric's limit bounds.
#[derive(Clone, Copy, Debug)]
pub struct Free<'a>(pub &'a str);

impl<L: Label> GivenLabel for Bounded<'_, L> {
    const VALUES: usize = L::VALUES.len();

    #[inline]
    fn position(&self) -> Option<usize> {
        self.0.position()
    }

    #[inline]
    fn text<'a>(&'a self, buffer: &'a mut Buffer) -> &'a [u8] {
        Label::text(self.0, buffer)
    }
}

impl GivenLabel for Free<'_> {
    const VALUES: usize = 0;

    #[inline]
    fn position(&self) -> Option<usize> {
        None
    }

    #[inline]
    fn text<'a>(&'a self, _buffer: &'a mut Buffer) -> &'a [u8] {
        super::key::text(self.0)
    }
}

impl<L> fmt::Debug for Bounded<'_, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bounded").finish_non_exhaustive()
    }
}

macro_rules! given {
    ($($G:ident $n:tt),*) => {
        impl<$($G: GivenLabel),*> Given for ($($G,)*) {
            const SETS: usize = 1_usize$(.saturating_mul($G::VALUES))*;

            #[inline]
            fn index(&self) -> Option<usize> {
                let index = 0;
                $(let index = index * $G::VALUES + self.$n.position()?;)*
                Some(index)
            }

            #[inline]
            fn with<R>(&self, use_texts: impl FnOnce(&[&[u8]]) -> R) -> R {
                use_texts(&[$(self.$n.text(&mut Buffer::default())),*])
            }
        }
    };
}

given!(A 0);
given!(A 0, B 1);
given!(A 0, B 1, C 2);
given!(A 0, B 1, C 2, D 3);
given!(A 0, B 1, C 2, D 3, E 4);
given!(A 0, B 1, C 2, D 3, E 4, F 5);
given!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
given!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
