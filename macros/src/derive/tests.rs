//! The expansions of the derives, token by token.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, parse_quote};

use crate::tests::mistakes::says;

type Expand = fn(&DeriveInput) -> TokenStream;

#[track_caller]
fn check(expand: Expand, input: &DeriveInput, expected: &TokenStream) {
    assert_eq!(expand(input).to_string(), expected.to_string());
}

/// Each input with all that its errors say, in order.
#[track_caller]
fn refuse(expand: Expand, cases: &[(&str, &[&str])]) {
    for (input, mistakes) in cases {
        says(&expand(&syn::parse_str(input).unwrap()), input, mistakes);
    }
}

#[test]
fn a_label_has_values_and_positions() {
    check(
        super::label,
        &parse_quote! {
            enum DayType {
                Push,
                PullUps(u8),
                #[label(rename = "legs & core")]
                Legs { weight: f64 },
            }
        },
        &quote! {
            #[automatically_derived]
            impl ::obskit::metrics::Label for DayType {
                const VALUES: &'static [&'static str] = &["push", "pull_ups", "legs & core"];

                #[inline]
                fn write(&self, value: &mut ::obskit::metrics::LabelValue<'_>) {
                    value.push_str(match self {
                        Self::Push { .. } => "push",
                        Self::PullUps { .. } => "pull_ups",
                        Self::Legs { .. } => "legs & core",
                    });
                }

                #[inline]
                fn position(&self) -> ::core::option::Option<usize> {
                    ::core::option::Option::Some(match self {
                        Self::Push { .. } => 0usize,
                        Self::PullUps { .. } => 1usize,
                        Self::Legs { .. } => 2usize,
                    })
                }
            }
        },
    );
}

#[test]
fn a_label_takes_the_path_the_case_and_constants() {
    check(
        super::label,
        &parse_quote! {
            #[label(crate = crate::vendored::watch, rename_all = "SCREAMING_SNAKE_CASE")]
            enum Shard<const N: usize> where [u8; N]: Sized { r#OnlyOne }
        },
        &quote! {
            #[automatically_derived]
            impl<const N: usize> crate::vendored::watch::metrics::Label for Shard<N>
            where
                [u8; N]: Sized
            {
                const VALUES: &'static [&'static str] = &["ONLY_ONE"];

                #[inline]
                fn write(&self, value: &mut crate::vendored::watch::metrics::LabelValue<'_>) {
                    value.push_str(match self { Self::r#OnlyOne { .. } => "ONLY_ONE", });
                }

                #[inline]
                fn position(&self) -> ::core::option::Option<usize> {
                    ::core::option::Option::Some(match self { Self::r#OnlyOne { .. } => 0usize, })
                }
            }
        },
    );
}

#[test]
fn a_label_that_is_none_is_refused() {
    let (long, longest) = ("é".repeat(65), "é".repeat(64));
    refuse(
        super::label,
        &[
            ("enum A {}", &["without variants"]),
            ("struct A;", &["an enum alone"]),
            ("union A { a: u8 }", &["an enum alone"]),
            ("enum A<T> { B(T) }", &["parameters of types"]),
            ("enum A<'a> { B(&'a str) }", &["lifetimes"]),
            ("enum A { B, #[label(rename = \"b\")] C }", &["\"b\" is the value of `B`"]),
            ("enum A { Ab, AB }", &["\"ab\" is the value of `Ab`"]),
            ("enum A { #[label(rename = \"\")] B }", &["0 bytes"]),
            ("enum A { __ }", &["0 bytes"]),
            (
                &format!("enum A {{ #[label(rename = {long:?})] B }}"),
                &["130 bytes; accepted: 1 to 128"],
            ),
            (&format!("enum A {{ #[label(rename = {longest:?})] B }}"), &[]),
        ],
    );
}

#[test]
fn a_labels_arguments_are_checked() {
    refuse(
        super::label,
        &[
            ("#[label(rename = \"a\")] enum A { B }", &["`rename`; accepted: `rename_all"]),
            ("enum A { #[label(skip)] B }", &["`skip`; accepted: `rename = "]),
            ("#[label(rename_all = \"Snake\")] enum A { B }", &["\"kebab-case\""]),
            ("#[label(crate = \"a\")] enum A { B }", &["accepted: a path"]),
            ("#[label(crate = a, crate = b)] enum A { B }", &["`crate` is given twice"]),
            ("#[label] enum A { B }", &["expected attribute arguments"]),
        ],
    );
}

#[test]
fn all_mistakes_are_told_at_once() {
    let input = r#"
        #[label(a::b)]
        #[label(rename_all = "lowercase")]
        #[label(rename_all = "UPPERCASE")]
        enum A {
            #[label(rename = 1)]
            B,
            #[label(rename = "x", rename = "y")]
            C,
        }
    "#;
    let twice = ["`rename_all` is given twice", "`rename` is given twice"];
    refuse(super::label, &[(input, &["`a::b`", twice[0], "expected string", twice[1]])]);
}

#[test]
fn an_error_says_how_the_work_ended() {
    check(
        super::classify,
        &parse_quote! {
            #[classify(server_error)]
            enum ApiError<T> where T: Clone {
                #[classify(client_error)]
                Invalid { field: T },
                #[classify(status = 404)]
                Gone,
                #[classify(grpc = 5)]
                Rpc(u8, u8),
                #[classify(transparent)]
                Inner(Inner),
                #[classify(transparent)]
                Other { source: Vec<[T; 2]> },
                Database(Error),
            }
        },
        &quote! {
            #[automatically_derived]
            impl<T> ::obskit::context::Classify for ApiError<T>
            where
                T: Clone,
                Vec<[T; 2]>: ::obskit::context::Classify
            {
                fn classify(&self) -> ::obskit::context::Outcome {
                    match self {
                        Self::Invalid { .. } => ::obskit::context::Outcome::ClientError,
                        Self::Gone { .. } => ::obskit::context::Outcome::of_http(404u16),
                        Self::Rpc { .. } => ::obskit::context::Outcome::of_grpc(5u8),
                        Self::Inner { 0: inner } =>
                            <Inner as ::obskit::context::Classify>::classify(inner),
                        Self::Other { source: inner } =>
                            <Vec<[T; 2]> as ::obskit::context::Classify>::classify(inner),
                        Self::Database { .. } => ::obskit::context::Outcome::ServerError,
                    }
                }
            }
        },
    );
}

#[test]
fn structs_and_what_cannot_be_say_it_too() {
    check(
        super::classify,
        &parse_quote!(
            #[classify(transparent, crate = watch)]
            struct Wrapper(u8);
        ),
        &quote! {
            #[automatically_derived]
            impl watch::context::Classify for Wrapper {
                fn classify(&self) -> watch::context::Outcome {
                    match self {
                        Self { 0: inner } => <u8 as watch::context::Classify>::classify(inner),
                    }
                }
            }
        },
    );
    check(
        super::classify,
        &parse_quote!(
            enum Never {}
        ),
        &quote! {
            #[automatically_derived]
            impl ::obskit::context::Classify for Never {
                fn classify(&self) -> ::obskit::context::Outcome {
                    match *self {}
                }
            }
        },
    );
}

#[test]
fn an_error_that_says_nothing_is_told_how_to() {
    let all = ["success", "client_error", "server_error", "status = 404", "grpc = 5"];
    for accepted in all {
        refuse(
            super::classify,
            &[
                ("enum A { #[classify(success)] B, C }", &[accepted]),
                ("enum A { #[classify(success)] B, #[classify()] C }", &[accepted]),
                ("struct A;", &[accepted]),
                ("enum A { #[classify(panic)] B }", &[accepted]),
                ("#[classify(panic)] struct A;", &[accepted]),
                ("#[classify(a::b)] enum A { B, C }", &[accepted]),
            ],
        );
    }
}

#[test]
fn an_error_that_says_too_much_is_refused() {
    refuse(
        super::classify,
        &[
            ("union A { a: u8 }", &["an enum or a struct"]),
            ("enum A { #[classify(client_error, success)] B }", &["said twice"]),
            ("enum A { #[classify(success)] #[classify(grpc = 1)] B }", &["said twice"]),
            ("enum A { #[classify(success = 1)] B }", &["`success` takes no value"]),
            ("enum A { #[classify(transparent(a))] B(u8) }", &["`transparent` takes no value"]),
            ("enum A { #[classify(status = 99)] B }", &["100 to 599"]),
            ("#[classify(status = 600)] struct A;", &["100 to 599"]),
            ("#[classify(grpc = 17)] struct A;", &["0 to 16"]),
            ("#[classify(grpc = 999)] struct A;", &["0 to 16"]),
            ("#[classify(status = \"404\")] struct A;", &["expected integer"]),
        ],
    );
}

#[test]
fn only_a_single_field_is_asked() {
    refuse(
        super::classify,
        &[
            ("#[classify(transparent)] enum A { B(u8) }", &["stands on a variant"]),
            ("enum A { #[classify(transparent)] B }", &["`B` has 0"]),
            ("enum A { #[classify(transparent)] B(u8, u8) }", &["`B` has 2"]),
            ("#[classify(transparent)] struct A { b: u8, c: u8 }", &["`A` has 2"]),
        ],
    );
}
