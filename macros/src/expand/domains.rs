//! What the types of labels tell of their values.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit::{Visit, visit_pat_ident};
use syn::visit_mut::{VisitMut, visit_pat_ident_mut};
use syn::{Expr, GenericParam, Pat, PatIdent, Type};

use super::Plan;
use crate::args::{Label, Metric};
use crate::tokens::{find, find_any, map, mention, own};

impl Plan<'_> {
    /// The types of a metric's labels, asked of their expressions in code that never runs. It is in
    /// a static, where the function's own type parameters, `Self` and `self` have no meaning.
    pub(super) fn domains(&self, metric: &Metric) -> TokenStream {
        let private = &self.private;
        let asked = metric.labels.iter().map(|label| self.domain(label));
        let known: Vec<_> = metric.labels.iter().filter(|label| self.asks(label)).collect();
        let parameters = self
            .parameters
            .iter()
            .filter(|(pattern, _)| known.iter().any(|label| binds(pattern, &label.value)));
        let parameters = parameters.map(|(pattern, ty)| {
            let (pattern, ty) = (without_mut(pattern), without_lifetimes(ty));
            // So that none of them is unused.
            let names = names(&pattern).into_iter().filter(|name| is_linted(name));
            own!(let #pattern: #ty = #private::never(); let _ = (#(&#names,)*);)
        });
        let result = known.iter().find_map(|label| find(label.value.to_token_stream(), "result"));
        let result = result.map(|result| {
            let ty = without_lifetimes(&self.returns.inferred);
            own!(let #result = &#private::never::<#ty>();)
        });
        own!(#private::domains(|| { #(#parameters)* #result (#(#asked,)*) }))
    }

    fn domain(&self, label: &Label) -> TokenStream {
        let private = &self.private;
        match &label.annotation {
            Some(ty) if !self.is_generic(ty) => {
                own!(#private::domain_or_text!(#private::never::<#ty>()))
            }
            None if self.asks(label) => {
                let value = &label.value;
                own!(#private::domain_or_text!(#value))
            }
            _ => own!(#private::NoDomain),
        }
    }

    /// Whether a label's expression is to be asked, and can be.
    fn asks(&self, label: &Label) -> bool {
        let value = &label.value;
        let mut asked = self.parameters.iter().filter(|(pattern, _)| binds(pattern, value));
        label.annotation.is_none()
            && !mention(value, "self")
            && !self.may_be_generic(value)
            && asked.all(|(_, ty)| !self.may_be_generic(ty))
            && (!mention(value, "result") || self.tells_result())
    }

    fn tells_result(&self) -> bool {
        let returns = &self.returns;
        returns.tells && returns.convert.is_empty() && !self.may_be_generic(&returns.inferred)
    }

    /// Whether tokens mention what has no meaning in a static.
    fn is_generic(&self, tokens: &impl ToTokens) -> bool {
        let parameters = &self.signature.generics.params;
        let is_parameter = |name: &Ident| {
            parameters.iter().any(|parameter| match parameter {
                GenericParam::Type(parameter) => parameter.ident == *name,
                GenericParam::Const(parameter) => parameter.ident == *name,
                GenericParam::Lifetime(_) => false,
            })
        };
        let wanted = |name: &Ident| name == "Self" || is_parameter(name);
        find_any(tokens.to_token_stream(), &wanted).is_some()
    }

    /// The same, or what cannot be written in a `let`, or what an `impl<T>` around the method may
    /// have for a parameter. That one is out of sight: a letter, maybe with a digit, passes for it.
    fn may_be_generic(&self, tokens: &impl ToTokens) -> bool {
        let wanted = |name: &Ident| {
            let name = name.to_string();
            let is_parameter =
                matches!(*name.as_bytes(), [b'A'..=b'Z'] | [b'A'..=b'Z', b'0'..=b'9']);
            is_parameter || ["impl", "for", "_"].contains(&&*name)
        };
        self.is_generic(tokens) || find_any(tokens.to_token_stream(), &wanted).is_some()
    }
}

/// Whether a pattern binds a name that an expression mentions.
fn binds(pattern: &Pat, expression: &Expr) -> bool {
    let names = names(pattern);
    let is_bound = |name: &Ident| names.contains(&name);
    find_any(expression.to_token_stream(), &is_bound).is_some()
}

/// The names that a pattern binds.
fn names(pattern: &Pat) -> Vec<&Ident> {
    struct Names<'ast>(Vec<&'ast Ident>);

    impl<'ast> Visit<'ast> for Names<'ast> {
        fn visit_pat_ident(&mut self, pattern: &'ast PatIdent) {
            self.0.push(&pattern.ident);
            visit_pat_ident(self, pattern);
        }
    }

    let mut names = Names(Vec::new());
    names.visit_pat(pattern);
    names.0
}

/// The pattern with no name that may be changed: nothing changes it.
fn without_mut(pattern: &Pat) -> Pat {
    struct WithoutMut;

    impl VisitMut for WithoutMut {
        fn visit_pat_ident_mut(&mut self, pattern: &mut PatIdent) {
            pattern.mutability = None;
            visit_pat_ident_mut(self, pattern);
        }
    }

    let mut pattern = pattern.clone();
    WithoutMut.visit_pat_mut(&mut pattern);
    pattern
}

/// Whether the compiler would speak of a name that is not used.
fn is_linted(name: &Ident) -> bool {
    !name.to_string().starts_with('_')
}

/// The type with `'_` for every lifetime but `'static`.
fn without_lifetimes(ty: &Type) -> TokenStream {
    let mut after_tick = false;
    map(ty.to_token_stream(), &mut |token| {
        let was_after_tick = after_tick;
        after_tick = matches!(&token, TokenTree::Punct(tick) if tick.as_char() == '\'');
        match token {
            TokenTree::Ident(name) if was_after_tick && name != "static" => {
                Ident::new("_", name.span()).into()
            }
            token => token,
        }
    })
}
