//! Mistakes in what the user wrote; all of them are told in one build.

use std::fmt::Display;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Error;

/// Mistakes found so far.
#[derive(Default)]
pub(crate) struct Mistakes(Option<Error>);

impl Mistakes {
    pub(crate) fn add(&mut self, mistake: Error) {
        match &mut self.0 {
            Some(first) => first.combine(mistake),
            none => *none = Some(mistake),
        }
    }

    /// Says `text` of what stands at `place`.
    pub(crate) fn at(&mut self, place: &impl ToTokens, text: impl Display) {
        self.add(Error::new_spanned(place, text));
    }

    pub(crate) fn join(&mut self, others: Self) {
        others.0.into_iter().for_each(|other| self.add(other));
    }

    pub(crate) fn any(&self) -> bool {
        self.0.is_some()
    }

    /// The mistakes as errors of the compiler, and what goes with them.
    pub(crate) fn and(self, tokens: &TokenStream) -> TokenStream {
        let errors = self.0.map(Error::into_compile_error);
        quote!(#errors #tokens)
    }
}
