//! `self` within a function that `#[async_trait]` has been over: it is called `__self` there.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::quote;

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
    let fields: Vec<TokenTree> = fields.into_iter().collect();
    let fields = fields.split(|token| is(Some(token), ',')).filter(|field| !field.is_empty());
    let fields = fields.map(renamed_field);
    quote!(#(#fields),*)
}

fn renamed_field(field: &[TokenTree]) -> TokenStream {
    let tokens = |part: &[TokenTree]| part.iter().cloned().collect::<TokenStream>();
    if let Some(equals) = field.iter().position(|token| is(Some(token), '=')) {
        let (name, value) = field.split_at(equals);
        let (name, value) = (tokens(name), renamed(tokens(value)));
        return quote!(#name #value);
    }
    let is_sigil = is(field.first(), '%') || is(field.first(), '?');
    let (sigil, name) = field.split_at(usize::from(is_sigil));
    let (sigil, name) = (tokens(sigil), tokens(name));
    if !mention(&name, "self") {
        return quote!(#sigil #name);
    }
    let value = renamed(name.clone());
    quote!(#name = #sigil #value)
}

fn is(token: Option<&TokenTree>, punctuation: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == punctuation)
}
