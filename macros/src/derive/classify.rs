//! `#[derive(Classify)]`: what each variant of an error says of how the work has ended.

mod answer;

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Data, DataEnum, DataStruct, DeriveInput, Field, Fields, Generics, Ident, Path};
use syn::{Variant, parse_quote};

use super::{Mistakes, Once, crate_path, own, read_attributes, read_crate};
use answer::{ACCEPTED, Answer};

/// The implementation in the making.
struct Plan<'a> {
    krate: Path,
    generics: Generics,
    /// What holds of all that say nothing else.
    default: Option<Answer>,
    input: &'a DeriveInput,
    mistakes: Mistakes,
}

/// The implementation, or what is wrong with the type.
pub(crate) fn expand(input: &DeriveInput) -> TokenStream {
    let mut plan = Plan::new(input);
    let body = match &input.data {
        Data::Enum(data) => plan.enumeration(data),
        Data::Struct(data) => plan.structure(data),
        Data::Union(data) => {
            let text = "`Classify` can be derived for an enum or a struct";
            plan.mistakes.at(&data.union_token, text);
            TokenStream::new()
        }
    };
    plan.implementation(&body)
}

impl<'a> Plan<'a> {
    fn new(input: &'a DeriveInput) -> Self {
        let mut mistakes = Mistakes::default();
        let mut krate = Once::new("crate");
        let mut default = None;
        let well = read_attributes(&input.attrs, "classify", &mut mistakes, |meta| {
            if meta.path.is_ident("crate") {
                read_crate(meta, &mut krate)
            } else {
                Answer::read(meta, &mut default, &format!("{ACCEPTED}, `crate = path`"))
            }
        });
        let default = default.or(Answer::unless(well));
        let (krate, generics) = (crate_path(krate), input.generics.clone());
        Self { krate, generics, default, input, mistakes }
    }

    fn enumeration(&mut self, data: &DataEnum) -> TokenStream {
        if let Some(Answer::Transparent(place)) = &self.default {
            let text = "`transparent` stands on a variant, whose single field is asked then";
            self.mistakes.add(syn::Error::new(*place, text));
            return TokenStream::new();
        }
        if data.variants.is_empty() {
            return quote!(match *self {});
        }
        let arms: Vec<_> = data.variants.iter().map(|variant| self.variant(variant)).collect();
        quote!(match self { #(#arms)* })
    }

    fn variant(&mut self, variant: &Variant) -> TokenStream {
        let mut answer = None;
        let well = read_attributes(&variant.attrs, "classify", &mut self.mistakes, |meta| {
            Answer::read(meta, &mut answer, ACCEPTED)
        });
        let answer = answer.or(Answer::unless(well));
        let name = own(&variant.ident);
        self.arm(&quote!(Self::#name), &variant.ident, &variant.fields, answer.as_ref())
    }

    fn structure(&mut self, data: &DataStruct) -> TokenStream {
        let arm = self.arm(&quote!(Self), &self.input.ident, &data.fields, None);
        quote!(match self { #arm })
    }

    /// What is answered for the values of one form.
    fn arm(
        &mut self,
        form: &TokenStream,
        name: &Ident,
        fields: &Fields,
        answer: Option<&Answer>,
    ) -> TokenStream {
        let krate = &self.krate;
        let outcome = match answer.or(self.default.as_ref()) {
            Some(Answer::Named(outcome)) => {
                let outcome = Ident::new(outcome, proc_macro2::Span::call_site());
                quote!(#krate::context::Outcome::#outcome)
            }
            Some(Answer::Http(status)) => quote!(#krate::context::Outcome::of_http(#status)),
            Some(Answer::Grpc(status)) => quote!(#krate::context::Outcome::of_grpc(#status)),
            Some(Answer::Transparent(_)) => return self.transparent(form, name, fields),
            None => {
                self.mistakes.at(name, silence(name, &self.input.data));
                return TokenStream::new();
            }
        };
        quote!(#form { .. } => #outcome,)
    }

    fn transparent(&mut self, form: &TokenStream, name: &Ident, fields: &Fields) -> TokenStream {
        let Some((member, field)) =
            fields.members().zip(fields).next().filter(|_| fields.len() == 1)
        else {
            let found = fields.len();
            let text = format!("`transparent` asks the single field, and `{name}` has {found}");
            self.mistakes.at(name, text);
            return TokenStream::new();
        };
        let (krate, kind) = (&self.krate, &field.ty);
        if mentions_parameter(field, &self.input.generics) {
            let bound = parse_quote!(#kind: #krate::context::Classify);
            self.generics.make_where_clause().predicates.push(bound);
        }
        quote! {
            #form { #member: inner } => <#kind as #krate::context::Classify>::classify(inner),
        }
    }

    fn implementation(self, body: &TokenStream) -> TokenStream {
        let (name, krate) = (&self.input.ident, &self.krate);
        let (generics, arguments, bounds) = self.generics.split_for_impl();
        // After a mistake any answer does, so that no further error speaks of what is missing.
        let stand_in = quote!(#krate::context::Outcome::ServerError);
        let body = if self.mistakes.any() { &stand_in } else { body };
        let implementation = quote! {
            #[automatically_derived]
            impl #generics #krate::context::Classify for #name #arguments #bounds {
                fn classify(&self) -> #krate::context::Outcome {
                    #body
                }
            }
        };
        self.mistakes.and(&implementation)
    }
}

/// What a variant or a struct without an answer is told.
fn silence(name: &Ident, data: &Data) -> String {
    let place = match data {
        Data::Enum(_) => "on it or, for every variant that says nothing itself, on the enum",
        Data::Struct(_) | Data::Union(_) => "on it",
    };
    format!(
        "`{name}` does not say how the work has ended: write `#[classify(..)]` {place}, with one \
         of {ACCEPTED}"
    )
}

fn mentions_parameter(field: &Field, generics: &Generics) -> bool {
    let parameters: Vec<_> = generics.type_params().map(|parameter| &parameter.ident).collect();
    mentions(field.ty.to_token_stream(), &parameters)
}

fn mentions(tokens: TokenStream, names: &[&Ident]) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => names.contains(&&word),
        TokenTree::Group(group) => mentions(group.stream(), names),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}
