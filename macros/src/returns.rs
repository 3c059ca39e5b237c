//! What a function returns, as far as its signature tells.

use proc_macro2::{Ident, TokenStream};
use quote::quote_spanned;
use syn::spanned::Spanned;
use syn::visit_mut::{VisitMut, visit_type_mut};
use syn::{GenericArgument, Path, PathArguments, ReturnType, Type, TypeParamBound, parse_quote};

use crate::tokens::own_at;

/// The type of a function's value, or of its future's.
pub(crate) struct Returns {
    /// As it may stand in an expression: `_` in place of each `impl Trait`.
    pub(crate) inferred: Type,
    /// Whether it tells the compiler anything.
    pub(crate) tells: bool,
    pub(crate) is_never: bool,
    /// Turns what the body made into responses.
    pub(crate) convert: TokenStream,
}

impl Returns {
    pub(crate) fn of(output: &ReturnType) -> Self {
        match output {
            ReturnType::Default => Self::of_type(&parse_quote!(())),
            ReturnType::Type(_, ty) => Self::of_type(ty),
        }
    }

    /// Where the signature does not tell.
    pub(crate) fn untold() -> Self {
        Self::of_type(&parse_quote!(_))
    }

    pub(crate) fn of_type(ty: &Type) -> Self {
        let mut inferred = ty.clone();
        Infer.visit_type_mut(&mut inferred);
        Self {
            tells: !matches!(bare(&inferred), Type::Infer(_)),
            is_never: matches!(bare(ty), Type::Never(_)),
            convert: convert(bare(ty)),
            inferred,
        }
    }
}

/// A type out of its parentheses.
pub(crate) fn bare(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => bare(&group.elem),
        Type::Paren(paren) => bare(&paren.elem),
        ty => ty,
    }
}

/// The types among the arguments of the last segment of a path.
pub(crate) fn type_arguments(path: &Path) -> Vec<&Type> {
    let arguments = path.segments.last().map(|segment| &segment.arguments);
    let Some(PathArguments::AngleBracketed(arguments)) = arguments else { return Vec::new() };
    let types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(bare(ty)),
        _ => None,
    });
    types.collect()
}

struct Infer;

impl VisitMut for Infer {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if matches!(ty, Type::ImplTrait(_)) {
            *ty = parse_quote!(_);
        }
        visit_type_mut(self, ty);
    }
}

/// The conversion of a value declared as `impl IntoResponse`, or as a `Result` with one. It stands
/// where that is declared, for values that are no response.
fn convert(ty: &Type) -> TokenStream {
    if let Some(path) = into_response(ty) {
        let place = own_at(path.span());
        return quote_spanned!(place=> let returned = <_ as #path>::into_response(returned););
    }
    let Type::Path(ty) = ty else { return TokenStream::new() };
    if ty.path.segments.last().is_none_or(|last| last.ident != "Result") {
        return TokenStream::new();
    }
    let arms = type_arguments(&ty.path).into_iter().zip(["map", "map_err"]);
    let arms: TokenStream = arms.filter_map(|(ty, map)| convert_arm(ty, map)).collect();
    if arms.is_empty() {
        return arms;
    }
    quote_spanned!(arms.span()=> let returned = returned #arms;)
}

/// The same of one arm of a `Result`.
fn convert_arm(ty: &Type, map: &str) -> Option<TokenStream> {
    let path = into_response(ty)?;
    let place = own_at(path.span());
    let map = Ident::new(map, place);
    Some(quote_spanned!(place=> .#map(<_ as #path>::into_response)))
}

/// The path of an `impl IntoResponse` that promises nothing which a response does not keep.
fn into_response(ty: &Type) -> Option<&Path> {
    let Type::ImplTrait(ty) = ty else { return None };
    let mut path = None;
    for bound in &ty.bounds {
        match bound {
            TypeParamBound::Trait(bound) if ends_in(&bound.path, "IntoResponse") => {
                path = Some(&bound.path);
            }
            TypeParamBound::Trait(bound) if ends_in(&bound.path, "Send") => {}
            TypeParamBound::Lifetime(_) | TypeParamBound::PreciseCapture(_) => {}
            _ => return None,
        }
    }
    path
}

pub(crate) fn ends_in(path: &Path, name: &str) -> bool {
    path.segments.last().is_some_and(|last| last.ident == name)
}
