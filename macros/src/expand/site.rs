//! The declaration, which is known before any call.

use proc_macro2::{Literal, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;

use super::Plan;
use crate::args::{Bound, Kind, Metric, Time};
use crate::role::Role;
use crate::tokens::own;

impl Plan<'_> {
    /// The static that holds it, and its way into the program's list.
    pub(super) fn site(&self) -> TokenStream {
        let private = &self.private;
        let declaration = self.declaration();
        let metrics = self.declared_metrics();
        let slo = self.objectives();
        let arguments = self.arguments;
        let slow = arguments.slow.map(|time| self.time("slow", time));
        let schedule = arguments.schedule.as_ref().map(|text| own!(.schedule(#text)));
        let longest = arguments.max_runtime.map(|time| self.time("max_runtime", time));
        own!(
            static OBSKIT_SITE: #private::Site = #private::Site::new(
                #declaration #metrics #slo #slow #schedule #longest
            );
            #private::submit!(OBSKIT_SITE);
        )
    }

    fn declaration(&self) -> TokenStream {
        let (private, name) = (&self.private, &self.name);
        let function = self.signature.ident.unraw().to_string();
        let here = own!(#private::here!(#function));
        let subject = &self.arguments.subject;
        match self.role {
            Role::Endpoint => own!(#private::Declaration::endpoint(#name, #here)),
            Role::Dependency => {
                own!(#private::Declaration::dependency(#subject, #name, #here))
            }
            Role::Job => own!(#private::Declaration::job(#name, #here)),
        }
    }

    fn declared_metrics(&self) -> Option<TokenStream> {
        let metrics = &self.arguments.metrics;
        let declared = metrics.iter().map(|metric| self.declared_metric(metric));
        (!metrics.is_empty()).then(|| own!(.metrics(&[#(#declared),*])))
    }

    fn declared_metric(&self, metric: &Metric) -> TokenStream {
        let private = &self.private;
        let (name, help) = (&metric.name, &metric.help);
        let kind = match metric.kind {
            Kind::Counter => own!(counter),
            Kind::Histogram => own!(histogram),
        };
        let labels = (!metric.labels.is_empty()).then(|| {
            let names = metric.labels.iter().map(|label| &label.name);
            let domains = self.domains(metric);
            own!(.labels(&[#(#names),*], || #domains))
        });
        let limit = metric.limit.as_ref().map(|limit| own!(.limit(#limit)));
        let buckets = metric.buckets.as_ref().map(|bounds| {
            let bounds = bounds.iter().map(bound);
            own!(.buckets(&[#(#bounds),*]))
        });
        own!(#private::DeclaredMetric::#kind(#name, #help) #labels #limit #buckets)
    }

    fn objectives(&self) -> Option<TokenStream> {
        let slo = self.arguments.slo.as_ref()?;
        let availability = slo.availability.as_ref().map(|percent| own!(.availability(#percent)));
        let latency = slo.latency.zip(slo.target.as_ref()).map(|(within, target)| {
            let within = self.duration(within);
            own!(.latency(#within, #target))
        });
        Some(own!(#availability #latency))
    }

    fn time(&self, method: &str, time: Time) -> TokenStream {
        let (method, duration) = (super::begin::own_name(method), self.duration(time));
        own!(.#method(#duration))
    }

    fn duration(&self, time: Time) -> TokenStream {
        let private = &self.private;
        let nanoseconds = Literal::u64_unsuffixed(time.nanoseconds);
        own!(#private::Duration::from_nanos(#nanoseconds))
    }
}

fn bound(bound: &Bound) -> TokenStream {
    let literal = &bound.literal;
    if bound.negative { own!(-#literal) } else { literal.to_token_stream() }
}
