//! What stands before the body.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

use super::Plan;
use super::labels::ask_result;
use crate::args::{Kind, Metric, When};
use crate::receiver;
use crate::tokens::{mention, moved, own, own_at};

impl Plan<'_> {
    /// The call's beginning, and what has to be asked of the parameters while they are whole.
    pub(super) fn begin(&self) -> TokenStream {
        let (private, title) = (&self.private, self.title());
        let fields = self.fields();
        let user = self.arguments.user.as_ref().map(|user| {
            let (place, user) = (own_at(user.span()), self.tokens(user));
            let private = moved(&self.private, place);
            quote_spanned!(place=> #private::tell_user!(call, #user);)
        });
        let early = |metric: &Metric| !ask_result(metric);
        let labelled = self.labelled(early);
        let metrics = self.arguments.metrics.iter().enumerate();
        let metrics = metrics.map(|(n, metric)| self.asked_before(n, metric));
        let conditions = [("okay", &self.arguments.ok_if), ("failed", &self.arguments.error_if)];
        let conditions =
            conditions.into_iter().map(|(name, condition)| self.kept(name, condition.as_ref()));
        own!(
            let mut call = #private::Call::begin(&OBSKIT_SITE, || {
                #private::tracing::info_span!(#title #fields)
            });
            #user #labelled #(#metrics)* #(#conditions)*
        )
    }

    fn fields(&self) -> Option<TokenStream> {
        let fields = self.arguments.fields.clone().filter(|fields| !fields.is_empty())?;
        let fields = if self.moves_self { receiver::renamed_fields(fields) } else { fields };
        Some(own!(, #fields))
    }

    /// A metric's labels, value and condition, as far as they are no question to the result.
    fn asked_before(&self, n: usize, metric: &Metric) -> TokenStream {
        let value = metric.value.as_ref().filter(|value| !mention(value, "result"));
        let value = value.map(|value| {
            let (name, place) = (own_name(&format!("given{n}")), own_at(value.span()));
            let (private, value) = (moved(&self.private, place), self.tokens(value));
            let converted = match metric.kind {
                Kind::Counter => quote_spanned!(place=> #private::Amount::amount(#value)),
                Kind::Histogram => quote_spanned!(place=> #private::Measure::measure(#value)),
            };
            own!(let #name = #converted;)
        });
        let when = match &metric.when {
            When::If(condition) => self.kept(&format!("when{n}"), Some(condition)),
            _ => None,
        };
        let labels = self.labels_before(n, metric);
        own!(#labels #value #when)
    }

    /// `let name = condition;`, unless it asks the result.
    fn kept(&self, name: &str, expression: Option<&Expr>) -> Option<TokenStream> {
        let expression = expression.filter(|expression| !mention(expression, "result"))?;
        let (name, expression) = (own_name(name), self.tokens(expression));
        Some(own!(let #name: bool = #expression;))
    }

    /// The expression, or the name that its value was kept under before the body.
    pub(super) fn asked(&self, name: &str, expression: &Expr) -> TokenStream {
        if mention(expression, "result") {
            self.tokens(expression)
        } else {
            own_name(name).into_token_stream()
        }
    }
}

pub(super) fn own_name(name: &str) -> Ident {
    format_ident!("{name}", span = proc_macro2::Span::mixed_site())
}
