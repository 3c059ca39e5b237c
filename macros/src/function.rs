//! The function that an attribute stands on: its signature is parsed, its body left as it is.

use std::iter::Peekable;

use proc_macro2::token_stream::IntoIter;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Error, Result, Signature, Visibility};

const MISSING: &str = "a body in braces is missing";

pub(crate) struct Function {
    /// Those that stand above and below the attribute, and within the body's head.
    pub(crate) attributes: TokenStream,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
    /// The body, in its braces.
    pub(crate) body: Group,
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut attributes = TokenStream::new();
        for attribute in input.call(Attribute::parse_outer)? {
            attribute.to_tokens(&mut attributes);
        }
        let visibility = input.parse()?;
        let signature = input.parse()?;
        let body = body(input.parse()?)?;
        let body = without_attributes(body, &mut attributes);
        Ok(Self { attributes, visibility, signature, body })
    }
}

/// The body's braces, also out of the group that a macro's `$body:block` comes in.
fn body(token: TokenTree) -> Result<Group> {
    match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Ok(group),
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
            let missing = || Error::new(group.span(), MISSING);
            body(group.stream().into_iter().next().ok_or_else(missing)?)
        }
        other => Err(Error::new(other.span(), MISSING)),
    }
}

/// The body without `#![..]` at its head, which become attributes of the function: the body's block
/// is to be an expression, and those have none.
fn without_attributes(body: Group, attributes: &mut TokenStream) -> Group {
    let mut tokens = body.stream().into_iter().peekable();
    let mut taken = false;
    while let Some([hash, list]) = attribute(&mut tokens) {
        attributes.extend([hash, list]);
        taken = true;
    }
    if !taken {
        return body;
    }
    let mut rest = Group::new(Delimiter::Brace, tokens.collect());
    rest.set_span(body.span());
    rest
}

/// `#` and `[..]` of the `#![..]` that stands next.
fn attribute(tokens: &mut Peekable<IntoIter>) -> Option<[TokenTree; 2]> {
    let mut ahead = tokens.clone();
    let hash = ahead.next_if(|token| is(token, '#'))?;
    ahead.next_if(|token| is(token, '!'))?;
    let list = ahead.next()?;
    *tokens = ahead;
    Some([hash, list])
}

fn is(token: &TokenTree, punctuation: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == punctuation)
}
