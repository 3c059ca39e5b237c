//! What the derives share: their arguments, the crate's path, and many mistakes told at once.

mod case;
mod classify;
mod label;
#[cfg(test)]
mod tests;

pub(crate) use classify::expand as classify;
pub(crate) use label::expand as label;

use proc_macro2::Span;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::meta::ParseNestedMeta;
use syn::{Attribute, Error, Ident, Path, Result, Token, parse_quote};

use crate::mistakes::Mistakes;

/// A setting that may be given once.
struct Once<T> {
    name: &'static str,
    value: Option<T>,
}

impl<T> Once<T> {
    fn new(name: &'static str) -> Self {
        Self { name, value: None }
    }

    fn set(&mut self, meta: &ParseNestedMeta<'_>, value: T) -> Result<()> {
        if self.value.is_some() {
            return Err(meta.error(format!("`{}` is given twice", self.name)));
        }
        self.value = Some(value);
        Ok(())
    }
}

/// Reads each `#[name(..)]` by `read`, which is asked for every argument in it. Whether all of
/// them could be read.
fn read_attributes(
    attributes: &[Attribute],
    name: &str,
    mistakes: &mut Mistakes,
    mut read: impl FnMut(&ParseNestedMeta<'_>) -> Result<()>,
) -> bool {
    let mut well = true;
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident(name)) {
        if let Err(mistake) = attribute.parse_nested_meta(|meta| read(&meta)) {
            mistakes.add(mistake);
            well = false;
        }
    }
    well
}

/// `crate = path`: where the library is, for a crate that has it under another name.
fn read_crate(meta: &ParseNestedMeta<'_>, found: &mut Once<Path>) -> Result<()> {
    let value = meta.value()?;
    if value.peek(syn::LitStr) {
        return Err(value.error("`crate`: found a text; accepted: a path, as in `crate = renamed`"));
    }
    let path = value.call(Path::parse_mod_style)?;
    found.set(meta, path)
}

fn crate_path(found: Once<Path>) -> Path {
    found.value.unwrap_or_else(|| parse_quote!(::obskit))
}

/// The error of an argument that is none, with what is accepted in its place.
fn unknown(meta: &ParseNestedMeta<'_>, accepted: &str) -> Error {
    let path = &meta.path;
    let name = path.get_ident().map_or_else(
        || path.to_token_stream().to_string().replace(' ', ""),
        |name| name.unraw().to_string(),
    );
    Error::new_spanned(path, format!("unknown argument `{name}`; accepted: {accepted}"))
}

/// Refuses `name = ..` and `name(..)`.
fn expect_no_value(meta: &ParseNestedMeta<'_>, name: &str) -> Result<()> {
    if meta.input.peek(Token![=]) || meta.input.peek(syn::token::Paren) {
        return Err(meta.error(format!("`{name}` takes no value")));
    }
    Ok(())
}

/// A variant's name as the derive's own token, so that no lint of the user's, such as the one on
/// what is deprecated, speaks of it.
fn own(name: &Ident) -> Ident {
    let mut own = name.clone();
    own.set_span(Span::call_site().located_at(name.span()));
    own
}
