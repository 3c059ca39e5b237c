//! The expansions of the attributes, token by token.

mod boxed;
mod domains;
pub(crate) mod mistakes;
mod whole;

use proc_macro2::TokenStream;

use crate::instrument::instrument;
use crate::role::Role;

/// The attribute, with its role's arguments, on an item.
fn expansion(role: Role, arguments: &TokenStream, item: &TokenStream) -> String {
    text(&instrument(role, arguments.clone(), item))
}

/// Tokens as a text without the spaces, of which `>>` has fewer than `> >`.
fn text(tokens: &TokenStream) -> String {
    tokens.to_string().replace(' ', "")
}

/// The whole of an expansion.
#[track_caller]
fn check(role: Role, arguments: &TokenStream, item: &TokenStream, expected: &TokenStream) {
    similar(&expansion(role, arguments, item), &text(expected));
}

/// What an endpoint's expansion has in it, in this order.
#[track_caller]
fn check_parts(arguments: &TokenStream, item: &TokenStream, parts: &[TokenStream]) {
    let expansion = expansion(Role::Endpoint, arguments, item);
    let mut rest = &*expansion;
    for part in parts.iter().map(text) {
        let found = rest.split_once(&part);
        rest = found.unwrap_or_else(|| panic!("\n{rest}\n\nhas no\n\n{part}\n")).1;
    }
}

/// Two texts, shown from where they part.
#[track_caller]
fn similar(found: &str, expected: &str) {
    let parts = found.chars().zip(expected.chars()).position(|(found, expected)| found != expected);
    let parts = parts.unwrap_or_else(|| found.chars().count().min(expected.chars().count()));
    let from =
        |text: &str| text.chars().skip(parts.saturating_sub(40)).take(160).collect::<String>();
    assert_eq!(found, expected, "\nfound    …{}\nexpected …{}\n", from(found), from(expected));
}
