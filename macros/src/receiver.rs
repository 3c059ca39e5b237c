//! `self` within a function that `#[async_trait]` has been over: it is called `__self` there.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::quote;

use crate::fields::{self, Field};
use crate::tokens::mention;

/// The tokens with `self` by its other name; paths that begin with `self::` are left.
pub(crate) fn renamed(tokens: TokenStream) -> TokenStream {
    let mut tokens = tokens.into_iter().peekable();
    let mut renamed_tokens = TokenStream::new();
    while let Some(token) = tokens.next() {
        let token = match token {
            TokenTree::Ident(name) if name == "self" && !is(tokens.peek(), ':') => {
                Ident::new("__self", name.span()).into()
            }
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), renamed(group.stream()));
                inner.set_span(group.span());
                inner.into()
            }
            token => token,
        };
        renamed_tokens.extend([token]);
    }
    renamed_tokens
}

/// The same of a span's fields, whose names stay: `self.id` becomes `self.id = __self.id`.
pub(crate) fn renamed_fields(fields: TokenStream) -> TokenStream {
    let fields = fields::split(fields).into_iter().map(|Field { sigil, name, value }| {
        let value = match value {
            Some(value) => Some(renamed(value)),
            None if mention(&name, "self") => {
                let value = renamed(name.clone());
                return quote!(#name = #sigil #value);
            }
            None => None,
        };
        quote!(#sigil #name #value)
    });
    quote!(#(#fields),*)
}

fn is(token: Option<&TokenTree>, punctuation: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == punctuation)
}
