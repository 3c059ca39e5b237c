//! What labels become.

use proc_macro2::TokenStream;
use quote::quote;

use super::check_parts;

/// The closure that tells the values of the labels of an endpoint's first counter.
#[track_caller]
fn check(labels: &TokenStream, item: &TokenStream, domains: &TokenStream) {
    let arguments = quote!(counter(a_total, "A", #labels));
    check_parts(&arguments, item, &[quote!(|| ::obskit::__private::domains(|| { #domains }))]);
}

#[test]
fn a_label_is_asked_of_the_parameters_it_mentions() {
    let item = quote! {
        fn f<'a, T: Kind, const N: usize>(
            &self, (day, mut set): (&'a Day, Set<'static>), other: Vec<T>, x: [u8; N],
        ) -> Result<&'a Day, Error> {}
    };
    let day = quote! {
        let (day, set): (&'_ Day, Set<'static>) = ::obskit::__private::never();
        let _ = (&day, &set,);
    };
    let result = quote!(let result = &::obskit::__private::never::<Result<&'_ Day, Error>>(););
    let check = |labels, domains| check(&labels, &item, &domains);
    check(quote!(labels(l = KIND)), quote!((::obskit::__private::domain_or_text!(KIND),)));
    check(
        quote!(labels(l = day.kind(), m = x.day)),
        quote!(#day (
            ::obskit::__private::domain_or_text!(day.kind()), ::obskit::__private::NoDomain,
        )),
    );
    check(
        quote!(labels(l = result.is_ok())),
        quote!(#result (::obskit::__private::domain_or_text!(result.is_ok()),)),
    );
    for unknown in [quote!(self.day), quote!(T::KIND), quote!(other.kind()), quote!(U::kind())] {
        check(quote!(labels(l = #unknown)), quote!((::obskit::__private::NoDomain,)));
    }
    check(
        quote!(labels(l: Day = self.day, r#type: T = self.kind)),
        quote!((
            ::obskit::__private::domain_or_text!(::obskit::__private::never::<Day>()),
            ::obskit::__private::NoDomain,
        )),
    );
}

#[test]
fn what_a_returned_response_was_is_not_asked_beforehand() {
    for returned in [quote!(impl IntoResponse), quote!(Result<impl IntoResponse, E>), quote!(T)] {
        check(
            &quote!(labels(l = result.is_ok())),
            &quote!(fn f<T>() -> #returned {}),
            &quote!((::obskit::__private::NoDomain,)),
        );
    }
}

#[test]
fn a_label_is_looked_up_by_its_type() {
    let check = |arguments, lookup| {
        let arguments = quote!(counter(a_total, "A", #arguments));
        let lookup = quote!(let series0 = labelling.series(0usize, &(#lookup,)););
        check_parts(
            &arguments,
            &quote!(
                async fn f(day: Day) {}
            ),
            &[lookup],
        );
    };
    check(quote!(labels(l = day)), quote!(::obskit::__private::label(&(day))));
    check(quote!(labels(l: Day = day)), quote!(::obskit::__private::label::<Day>(&(day))));
    check(quote!(labels(l = day), limit = 3), quote!(::obskit::__private::label_or_text!(day)));
    check(
        quote!(labels(l: Day = day), limit = 3),
        quote!(::obskit::__private::label_or_text!(*::core::convert::identity::<&Day>(&(day)))),
    );
}

#[test]
fn labels_wait_for_the_one_that_asks_the_result() {
    let arguments = quote!(counter(a_total, "A", labels(l = day, m = result.is_ok())));
    let item = quote!(
        async fn f(day: Day) -> Result<u8, u8> {
            work(day).await
        }
    );
    let before = quote!(let label0_0 = ::core::clone::Clone::clone(&(day)););
    let after = quote! {
        let labelling = call.labelling();
        let series0 = labelling.series(0usize, &(
            ::obskit::__private::label(&(label0_0)), ::obskit::__private::label(&(result.is_ok())),
        ));
    };
    check_parts(&arguments, &item, &[before, quote!(call.watch), after, quote!(call.end)]);
}

#[test]
fn updates_have_their_condition() {
    let item = quote!(
        async fn f(n: u8) -> Option<u8> {
            Some(n)
        }
    );
    let check = |arguments, before: TokenStream, update| {
        let arguments = quote!(counter(a_total, "A", #arguments));
        check_parts(&arguments, &item, &[before, quote!(call.watch), update]);
    };
    let none = quote!(&::obskit::__private::Series::NONE);
    check(quote!(when = always), quote!(), quote!(; ending.count(0usize, #none, 1u64);));
    check(
        quote!(when = failure),
        quote!(),
        quote!(if ending.is_failure() { ending.count(0usize, #none, 1u64); }),
    );
    check(
        quote!(by = n, when = n > 3),
        quote! {
            let given0 = ::obskit::__private::Amount::amount(n);
            let when0: bool = n > 3;
        },
        quote!(if when0 { ending.count(0usize, #none, given0); }),
    );
    check(
        quote!(by = n, when = result.is_some()),
        quote!(let given0 = ::obskit::__private::Amount::amount(n);),
        quote!(if result.is_some() { ending.count(0usize, #none, given0); }),
    );
    // A field is no returned value.
    check(
        quote!(by = n.result),
        quote!(let given0 = ::obskit::__private::Amount::amount(n.result);),
        quote!(ending.count(0usize, #none, given0);),
    );
}
