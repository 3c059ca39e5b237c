//! The way of an attribute: read, check, expand; or the mistakes, and the function as it was.

use proc_macro2::TokenStream;
use syn::Error;

use crate::function::Function;
use crate::mistakes::Mistakes;
use crate::role::Role;
use crate::{args, check, expand};

/// What an attribute makes of an item.
pub(crate) fn instrument(role: Role, arguments: TokenStream, item: &TokenStream) -> TokenStream {
    let mut mistakes = Mistakes::default();
    let arguments = args::read(role, arguments, &mut mistakes);
    check::arguments(role, &arguments, &mut mistakes);
    let function = syn::parse2::<Function>(item.clone());
    match function {
        Ok(function) => {
            check::function(role, &function, &mut mistakes);
            check::result(&arguments, &function, &mut mistakes);
            if !mistakes.any() {
                return expand::expand(role, &arguments, &function);
            }
        }
        Err(error) => mistakes.add(elsewhere(role, &error)),
    }
    mistakes.and(item)
}

/// The item is no function, or has no body.
fn elsewhere(role: Role, error: &Error) -> Error {
    let text = format!("{} stands on a function with a body: {error}", role.attribute());
    Error::new(error.span(), text)
}
