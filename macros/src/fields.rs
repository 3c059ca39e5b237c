//! The fields of a span, told apart as far as needed: `tracing` reads them.

use proc_macro2::{TokenStream, TokenTree};
use syn::Expr;

/// `name = value`, or a name that is its own value.
pub(crate) struct Field {
    /// `%` or `?` before a name that is its own value.
    pub(crate) sigil: TokenStream,
    pub(crate) name: TokenStream,
    /// What follows the name, `=` included.
    pub(crate) value: Option<TokenStream>,
}

pub(crate) fn split(fields: TokenStream) -> Vec<Field> {
    let tokens: Vec<TokenTree> = fields.into_iter().collect();
    let fields = tokens.split(|token| is(token, ',')).filter(|field| !field.is_empty());
    fields.map(field).collect()
}

impl Field {
    /// The expression that is its value, if it is given as one.
    pub(crate) fn expression(&self) -> Option<Expr> {
        let tokens = self.value.clone()?.into_iter();
        let before = |token: &TokenTree| ['=', '%', '?'].iter().any(|sign| is(token, *sign));
        syn::parse2(tokens.skip_while(before).collect()).ok()
    }
}

fn field(tokens: &[TokenTree]) -> Field {
    let stream = |part: &[TokenTree]| part.iter().cloned().collect::<TokenStream>();
    if let Some(equals) = tokens.iter().position(|token| is(token, '=')) {
        let (name, value) = tokens.split_at(equals);
        return Field { sigil: TokenStream::new(), name: stream(name), value: Some(stream(value)) };
    }
    let is_sigil = tokens.first().is_some_and(|token| is(token, '%') || is(token, '?'));
    let (sigil, name) = tokens.split_at(usize::from(is_sigil));
    Field { sigil: stream(sigil), name: stream(name), value: None }
}

fn is(token: &TokenTree, punctuation: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == punctuation)
}
