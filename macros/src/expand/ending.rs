//! What stands behind the body.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;

use super::Plan;
use super::begin::own_name;
use super::labels::ask_result;
use crate::args::{Kind, Metric, Report, When};
use crate::role::Role;
use crate::tokens::{find, own, own_at};

impl Plan<'_> {
    /// The run of the body by `run`, and what is made of the value it returns.
    pub(super) fn end(&self, run: &TokenStream) -> TokenStream {
        if self.returns.is_never {
            return run.clone();
        }
        let (private, title) = (&self.private, self.title());
        let convert = &self.returns.convert;
        let result = self.result().map(|result| own!(let #result = &returned;));
        let verdict = self.verdict();
        let late = self.labelled(ask_result);
        let updates: Vec<_> = self.metrics().map(|(n, metric)| self.update(n, metric)).collect();
        let slow = self
            .arguments
            .slow
            .as_ref()
            .map(|_| own!(ending.tell_slow(|slow| #private::tell_slow!(#title, slow));));
        let is_used = slow.is_some() || !updates.is_empty();
        let ending = is_used.then(|| own!(let ending =));
        // A borrow that ends too early is found where the value leaves the function.
        let place = own_at(self.returns.inferred.span());
        let value = quote_spanned!(place=> returned);
        own!(
            let returned = #run;
            #convert
            {
                #result
                let verdict = #verdict;
                #late
                #ending call.end(verdict, |failure| #private::tell_failure!(#title, failure));
                #slow
                #(#updates)*
            }
            #value
        )
    }

    fn metrics(&self) -> impl Iterator<Item = (usize, &Metric)> {
        self.arguments.metrics.iter().enumerate()
    }

    /// The user's name for the returned value, where it is asked for.
    fn result(&self) -> Option<Ident> {
        let arguments = self.arguments;
        let labels = arguments.metrics.iter().flat_map(|metric| &metric.labels);
        let labels = labels.map(|label| &label.value);
        let metrics = arguments.metrics.iter().flat_map(|metric| {
            let condition = match &metric.when {
                When::If(condition) => Some(condition),
                _ => None,
            };
            metric.value.iter().chain(condition)
        });
        let conditions = arguments.ok_if.iter().chain(&arguments.error_if);
        let mut all = conditions.chain(labels).chain(metrics);
        all.find_map(|expression| find(expression.to_token_stream(), "result"))
    }

    fn verdict(&self) -> TokenStream {
        let (private, arguments) = (&self.private, self.arguments);
        let ok_if = arguments.ok_if.as_ref().map(|condition| {
            let condition = self.asked("okay", condition);
            own!(.ok_if(#condition))
        });
        let error_if = arguments.error_if.as_ref().map(|condition| {
            let condition = self.asked("failed", condition);
            own!(.error_if(#condition))
        });
        let report = match (arguments.report, self.role) {
            (Some(Report::Errors), _) => Some(own!(.report(#private::Report::Errors))),
            (Some(Report::Never), _) | (None, Role::Dependency) => {
                Some(own!(.report(#private::Report::Never)))
            }
            (Some(Report::ServerErrors), _) | (None, Role::Endpoint | Role::Job) => None,
        };
        own!(#private::verdict!(returned) #ok_if #error_if #report)
    }

    fn update(&self, n: usize, metric: &Metric) -> TokenStream {
        let private = &self.private;
        let series = if metric.labels.is_empty() {
            own!(#private::Series::NONE)
        } else {
            own_name(&format!("series{n}")).into_token_stream()
        };
        let value = metric.value.as_ref().map(|value| self.asked(&format!("given{n}"), value));
        let value = value.unwrap_or_else(|| Literal::u64_suffixed(1).into_token_stream());
        let method = own_name(match metric.kind {
            Kind::Counter => "count",
            Kind::Histogram => "observe",
        });
        let update = own!(ending.#method(#n, &#series, #value););
        let condition = match &metric.when {
            When::Always => return update,
            When::Success => own!(ending.is_success()),
            When::Failure => own!(ending.is_failure()),
            When::If(condition) => self.asked(&format!("when{n}"), condition),
        };
        own!(if #condition { #update })
    }
}
