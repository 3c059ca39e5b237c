//! The labels of a call.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;

use super::Plan;
use super::begin::own_name;
use crate::args::{Label, Metric};
use crate::tokens::{mention, moved, own, own_at};

impl Plan<'_> {
    /// The lookups of the series that the labels of the metrics choose which are `wanted`.
    pub(super) fn labelled(&self, wanted: impl Fn(&Metric) -> bool) -> Option<TokenStream> {
        let metrics = self.arguments.metrics.iter().enumerate();
        let metrics = metrics.filter(|(_, metric)| !metric.labels.is_empty() && wanted(metric));
        let series: Vec<_> = metrics.map(|(n, metric)| self.series(n, metric)).collect();
        (!series.is_empty()).then(|| own!(let labelling = call.labelling(); #(#series)*))
    }

    /// Where some label of a metric asks the result, the others are kept until it is there.
    pub(super) fn labels_before(&self, n: usize, metric: &Metric) -> TokenStream {
        let labels = metric.labels.iter().enumerate();
        let kept = labels.filter(|(_, label)| is_kept(metric, label)).map(|(m, label)| {
            let (name, value) = (kept_name(n, m), self.tokens(&label.value));
            let place = own_at(label.value.span());
            let clone = quote_spanned!(place=> ::core::clone::Clone::clone(&(#value)));
            let ty = label.annotation.as_ref().map(|ty| own!(: #ty));
            own!(let #name #ty = #clone;)
        });
        kept.collect()
    }

    fn series(&self, n: usize, metric: &Metric) -> TokenStream {
        let labels = metric.labels.iter().enumerate().map(|(m, label)| {
            let kept = is_kept(metric, label).then(|| kept_name(n, m).into_token_stream());
            let value = kept.unwrap_or_else(|| self.tokens(&label.value));
            self.label(label, &value, metric.limit.is_some())
        });
        let series = own_name(&format!("series{n}"));
        // An error in the only label's type is found here once more, and told once at one place.
        let place = match metric.labels.as_slice() {
            [label] => own_at(label.value.span()),
            _ => Span::mixed_site(),
        };
        quote_spanned!(place=> let #series = labelling.series(#n, &(#(#labels,)*));)
    }

    /// A label's value as the lookup takes it, of the type that it is annotated with.
    fn label(&self, label: &Label, value: &TokenStream, is_limited: bool) -> TokenStream {
        let place = own_at(label.value.span());
        let private = moved(&self.private, place);
        match (&label.annotation, is_limited) {
            (None, false) => quote_spanned!(place=> #private::label(&(#value))),
            (None, true) => quote_spanned!(place=> #private::label_or_text!(#value)),
            (Some(ty), false) => quote_spanned!(place=> #private::label::<#ty>(&(#value))),
            (Some(ty), true) => quote_spanned!(place=>
                #private::label_or_text!(*::core::convert::identity::<&#ty>(&(#value)))
            ),
        }
    }
}

/// Whether the labels of a metric are known only when its function has returned.
pub(super) fn ask_result(metric: &Metric) -> bool {
    metric.labels.iter().any(|label| mention(&label.value, "result"))
}

fn is_kept(metric: &Metric, label: &Label) -> bool {
    ask_result(metric) && !mention(&label.value, "result")
}

fn kept_name(n: usize, m: usize) -> Ident {
    own_name(&format!("label{n}_{m}"))
}
