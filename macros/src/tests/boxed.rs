//! Functions that return futures, and what their values become.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse_quote;

use super::{check_parts, text};
use crate::returns::Returns;

/// What an endpoint's function has in it.
#[track_caller]
fn check(item: &TokenStream, parts: &[TokenStream]) {
    let arguments = quote!(fields(self.id, %day, b = self.b), user = self::me(self.user));
    check_parts(&arguments, item, parts);
}

fn begin(fields: &TokenStream, user: &TokenStream) -> TokenStream {
    quote! {
        let mut call = ::obskit::__private::Call::begin(&OBSKIT_SITE, || {
            ::obskit::__private::tracing::info_span!("f", #fields)
        });
        ::obskit::__private::tell_user!(call, #user);
    }
}

#[test]
fn the_call_is_the_life_of_a_block_at_the_end() {
    let begin = begin(&quote!(self.id, %day, b = self.b), &quote!(self::me(self.user)));
    let inner = quote! {
        #begin
        let returned = call.watch(async move {
            if false { return ::obskit::__private::never::<Result<u8, E>>(); }
            work(day).await
        }).await;
    };
    let boxed = quote!(Pin<Box<dyn Future<Output = Result<u8, E>> + Send + '_>>);
    let check = |returned, tail, end| {
        let item = quote!(fn f(&self, day: Day) -> #returned { let day = day.next(); #tail });
        check(&item, &[quote!(let day = day.next(); #end), inner.clone()]);
    };
    check(boxed.clone(), quote!(Box::pin(async move { work(day).await })), quote!(Box::pin));
    check(
        quote!(BoxFuture<'_, Result<u8, E>>),
        quote!(async move { work(day).await }.boxed()),
        quote!(async move),
    );
    check(
        quote!(impl Future<Output = Result<u8, E>> + use<'_>),
        quote!(async { work(day).await }),
        quote!(async move),
    );
    check(
        boxed,
        quote!(::std::boxed::Box::pin(async move { work(day).await }) as Pin<Box<_>>),
        quote!(::std::boxed::Box::pin),
    );
}

#[test]
fn a_future_from_elsewhere_is_watched() {
    let end = [quote!(let returned = call.watch(future).await;), quote!(call.end)];
    for (returned, closure, future) in [
        (
            quote!(Pin<Box<dyn Future<Output = u8> + '_>>),
            quote!(-> Pin<Box<dyn Future<Output = u8> + '_>>),
            quote!(::std::boxed::Box::pin),
        ),
        (quote!(impl Future<Output = u8>), quote!(), quote!(async move)),
        (quote!(impl Future<Output = u8> + Unpin), quote!(), quote!(::std::boxed::Box::pin)),
    ] {
        let start = quote!(let future = (move || #closure { self.inner.f() })(); #future);
        let item = quote!(fn f(&self) -> #returned { self.inner.f() });
        check(&item, &[&[start], &end[..]].concat());
    }
}

#[test]
fn what_async_trait_makes_is_found() {
    let item = quote! {
        fn f<'life0, 'async_trait>(
            &'life0 mut self, __arg1: (u8, u8)
        ) -> ::core::pin::Pin<Box<
            dyn ::core::future::Future<Output = u8> + ::core::marker::Send + 'async_trait
        >>
        where 'life0: 'async_trait, Self: 'async_trait {
            Box::pin(async move {
                if let ::core::option::Option::Some(__ret) = ::core::option::Option::None::<u8> {
                    #[allow(unreachable_code)]
                    return __ret;
                }
                let __self = self;
                let (day, b) = { let __arg1 = __arg1; __arg1 };
                let __ret: u8 = { __self.work(day, b).await };
                #[allow(unreachable_code)]
                __ret
            })
        }
    };
    let begin =
        begin(&quote!(self.id = __self.id, %day, b = __self.b), &quote!(self::me(__self.user)));
    check(
        &item,
        &[quote! {
            let (day, b) = { let __arg1 = __arg1; __arg1 };
            #begin
            let returned = call.watch(async move {
                if false { return ::obskit::__private::never::<u8>(); }
                __self.work(day, b).await
            }).await;
        }],
    );
    check_parts(
        &quote!(counter(a_total, "A", labels(l = day))),
        &item,
        &[quote! {
            let (day, b): (u8, u8) = ::obskit::__private::never();
            let _ = (&day, &b,);
            (::obskit::__private::domain_or_text!(day),)
        }],
    );
}

#[test]
fn responses_are_converted_first() {
    let check = |ty: syn::Type, inferred: TokenStream, convert: TokenStream| {
        let returns = Returns::of_type(&ty);
        assert_eq!(text(&returns.inferred.to_token_stream()), text(&inferred));
        assert_eq!(text(&returns.convert), text(&convert));
    };
    let into = quote!(<_ as axum::IntoResponse>::into_response);
    check(
        parse_quote!(impl axum::IntoResponse + Send + 'static),
        quote!(_),
        quote!(let returned = #into(returned);),
    );
    check(
        parse_quote!(Result<impl axum::IntoResponse, Vec<E>>),
        quote!(Result<_, Vec<E>>),
        quote!(let returned = returned.map(#into);),
    );
    check(
        parse_quote!(axum::Result<u8, impl axum::IntoResponse>),
        quote!(axum::Result<u8, _>),
        quote!(let returned = returned.map_err(#into);),
    );
    check(parse_quote!(impl axum::IntoResponse + Clone), quote!(_), quote!());
    check(parse_quote!((u8, impl axum::IntoResponse)), quote!((u8, _)), quote!());
    check(parse_quote!(Box<dyn Error>), quote!(Box<dyn Error>), quote!());
}
