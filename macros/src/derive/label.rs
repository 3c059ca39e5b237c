//! `#[derive(Label)]`: an enum's variants as the values of a label.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::{Data, DataEnum, DeriveInput, GenericParam, Ident, LitStr, Path, Variant};

use super::case::Case;
use super::{Mistakes, Once, crate_path, own, read_attributes, read_crate, unknown};

/// As `obskit::metrics` keeps of a value.
const MAX_BYTES: usize = 128;

/// What the enum itself says.
struct Settings {
    case: Case,
    krate: Path,
}

/// A variant and its value.
struct Value {
    variant: Ident,
    text: String,
}

/// The implementation, or what is wrong with the type.
pub(crate) fn expand(input: &DeriveInput) -> TokenStream {
    let mut mistakes = Mistakes::default();
    let settings = settings(input, &mut mistakes);
    if !fits(input, &mut mistakes) {
        return mistakes.and(&TokenStream::new());
    }
    let values = match &input.data {
        Data::Enum(data) => values(data, settings.case, &mut mistakes),
        Data::Struct(_) | Data::Union(_) => Vec::new(),
    };
    if mistakes.any() {
        // It stands in, so that no further error speaks of a type that is no label.
        return mistakes.and(&implementation(input, &settings.krate, &[]));
    }
    implementation(input, &settings.krate, &values)
}

/// Whether its kind and its parameters are those of a label; only then can anything stand in.
fn fits(input: &DeriveInput, mistakes: &mut Mistakes) -> bool {
    match &input.data {
        Data::Enum(data) if data.variants.is_empty() => mistakes.at(
            &input.ident,
            "`Label` cannot be derived for an enum without variants: it has no value",
        ),
        Data::Enum(_) => {}
        Data::Struct(data) => mistakes.at(
            &data.struct_token,
            "`Label` can be derived for an enum alone: what a struct holds has no bound; derive \
             it on an enum, or declare the label with `limit = N`",
        ),
        Data::Union(data) => {
            mistakes.at(&data.union_token, "`Label` can be derived for an enum alone");
        }
    }
    let mut fits = true;
    for parameter in &input.generics.params {
        if !matches!(parameter, GenericParam::Const(_)) {
            fits = false;
            mistakes.at(
                parameter,
                "`Label` cannot be derived for an enum with parameters of types or lifetimes: \
                 a label's values are the variants alone",
            );
        }
    }
    fits
}

fn settings(input: &DeriveInput, mistakes: &mut Mistakes) -> Settings {
    let mut case = Once::new("rename_all");
    let mut krate = Once::new("crate");
    read_attributes(&input.attrs, "label", mistakes, |meta| {
        if meta.path.is_ident("rename_all") {
            let name: LitStr = meta.value()?.parse()?;
            let found = Case::named(&name.value()).ok_or_else(|| {
                let accepted = Case::names();
                syn::Error::new_spanned(
                    &name,
                    format!("`rename_all`: found {:?}; accepted: {accepted}", name.value()),
                )
            })?;
            case.set(meta, found)
        } else if meta.path.is_ident("crate") {
            read_crate(meta, &mut krate)
        } else {
            Err(unknown(meta, "`rename_all = \"..\"`, `crate = path`"))
        }
    });
    Settings { case: case.value.unwrap_or_default(), krate: crate_path(krate) }
}

fn values(data: &DataEnum, case: Case, mistakes: &mut Mistakes) -> Vec<Value> {
    let mut values: Vec<Value> = Vec::new();
    for variant in &data.variants {
        let (place, text) = value(variant, case, mistakes);
        if !(1..=MAX_BYTES).contains(&text.len()) {
            let found = text.len();
            mistakes.at(&place, format!("a value of {found} bytes; accepted: 1 to {MAX_BYTES}"));
        }
        if let Some(other) = values.iter().find(|other| other.text == text) {
            let other = &other.variant;
            mistakes.at(&place, format!("{text:?} is the value of `{other}` already"));
        }
        values.push(Value { variant: variant.ident.clone(), text });
    }
    values
}

/// The value of a variant, and the tokens it comes from.
fn value(variant: &Variant, case: Case, mistakes: &mut Mistakes) -> (TokenStream, String) {
    let mut rename: Once<LitStr> = Once::new("rename");
    read_attributes(&variant.attrs, "label", mistakes, |meta| {
        if !meta.path.is_ident("rename") {
            return Err(unknown(meta, "`rename = \"..\"`"));
        }
        let text = meta.value()?.parse()?;
        rename.set(meta, text)
    });
    if let Some(text) = rename.value {
        return (text.to_token_stream(), text.value());
    }
    let name = variant.ident.unraw().to_string();
    (variant.ident.to_token_stream(), case.apply(&name))
}

/// Without `values` it is one that compiles and says nothing.
fn implementation(input: &DeriveInput, krate: &Path, values: &[Value]) -> TokenStream {
    let name = &input.ident;
    let (generics, arguments, bounds) = input.generics.split_for_impl();
    let texts = values.iter().map(|value| &value.text);
    let methods = (!values.is_empty()).then(|| methods(krate, values));
    let stand_in = values.is_empty().then(|| {
        quote! {
            fn write(&self, _: &mut #krate::metrics::LabelValue<'_>) {}
        }
    });
    quote! {
        #[automatically_derived]
        impl #generics #krate::metrics::Label for #name #arguments #bounds {
            const VALUES: &'static [&'static str] = &[#(#texts),*];
            #methods
            #stand_in
        }
    }
}

fn methods(krate: &Path, values: &[Value]) -> TokenStream {
    let variants: Vec<_> = values.iter().map(|value| own(&value.variant)).collect();
    let texts = values.iter().map(|value| &value.text);
    let positions = 0..values.len();
    quote! {
        #[inline]
        fn write(&self, value: &mut #krate::metrics::LabelValue<'_>) {
            value.push_str(match self {
                #(Self::#variants { .. } => #texts,)*
            });
        }

        #[inline]
        fn position(&self) -> ::core::option::Option<usize> {
            ::core::option::Option::Some(match self {
                #(Self::#variants { .. } => #positions,)*
            })
        }
    }
}
