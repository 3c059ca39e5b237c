//! Questions to tokens, and small changes of them.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;

/// Tokens of the attribute's own, whose names the user's tokens cannot see nor hide.
macro_rules! own {
    ($($tokens:tt)*) => {
        ::quote::quote_spanned!(::proc_macro2::Span::mixed_site()=> $($tokens)*)
    };
}
pub(crate) use own;

/// A place in the user's code for tokens of the attribute's own.
pub(crate) fn own_at(place: Span) -> Span {
    Span::mixed_site().located_at(place)
}

/// The same tokens with the same names, at another place.
pub(crate) fn moved(tokens: &TokenStream, place: Span) -> TokenStream {
    map(tokens.clone(), &mut |mut token| {
        token.set_span(token.span().located_at(place));
        token
    })
}

/// The first identifier called `name` that is no field or method.
pub(crate) fn find(tokens: TokenStream, name: &str) -> Option<Ident> {
    find_any(tokens, &|ident| ident == name)
}

/// The first identifier that `wanted` says is one, and that is no field or method.
pub(crate) fn find_any(tokens: TokenStream, wanted: &dyn Fn(&Ident) -> bool) -> Option<Ident> {
    // Dots right before a token: one makes it a field, two or three a range's end.
    let mut dots = 0;
    for token in tokens {
        let found = match &token {
            TokenTree::Ident(ident) if dots != 1 && wanted(ident) => Some(ident.clone()),
            TokenTree::Group(group) => find_any(group.stream(), wanted),
            _ => None,
        };
        if found.is_some() {
            return found;
        }
        let is_dot = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '.');
        dots = if is_dot { dots + 1 } else { 0 };
    }
    None
}

/// Whether `tokens` mention `name`.
pub(crate) fn mention(tokens: &impl ToTokens, name: &str) -> bool {
    find(tokens.to_token_stream(), name).is_some()
}

/// The tokens with each one that is not a group changed.
pub(crate) fn map(
    tokens: TokenStream,
    change: &mut dyn FnMut(TokenTree) -> TokenTree,
) -> TokenStream {
    let mut mapped = |token| match token {
        TokenTree::Group(group) => {
            let mut inner = Group::new(group.delimiter(), map(group.stream(), change));
            inner.set_span(group.span());
            change(inner.into())
        }
        token => change(token),
    };
    tokens.into_iter().map(&mut mapped).collect()
}
