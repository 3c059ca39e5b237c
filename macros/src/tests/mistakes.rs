//! What is refused, and what stays of the function then.

use proc_macro2::{Delimiter, Group, TokenStream};
use quote::quote;

use crate::instrument::instrument;
use crate::role::Role;

/// Each list of arguments with what its errors say, in order.
#[track_caller]
fn refuse(role: Role, cases: &[(&str, &[&str])]) {
    let function = quote!(
        #[other]
        async fn f() -> u8 {
            3
        }
    );
    for (arguments, expected) in cases {
        let expansion = instrument(role, arguments.parse().unwrap(), &function);
        says(&expansion, arguments, expected);
        let text = expansion.to_string();
        assert!(text.ends_with(&function.to_string()), "{text}");
    }
}

/// Checks what all errors in an expansion of `input` say, in order.
#[track_caller]
pub(crate) fn says(expansion: &TokenStream, input: &str, expected: &[&str]) {
    let found = mistakes_of(expansion);
    assert_eq!(found.len(), expected.len(), "{input}: {found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.contains(expected), "{input}: {found:?} says no {expected:?}");
    }
}

fn mistakes_of(expansion: &TokenStream) -> Vec<String> {
    let file: syn::File = syn::parse_quote!(#expansion);
    let found = file.items.into_iter().filter_map(|item| match item {
        syn::Item::Macro(found) => Some(found.mac.parse_body::<syn::LitStr>().unwrap().value()),
        _ => None,
    });
    found.collect()
}

#[test]
fn arguments_are_known_and_stand_once() {
    refuse(
        Role::Endpoint,
        &[
            (
                "nam = \"x\"",
                &["`#[instrument_endpoint]`: unknown argument `nam`; accepted: `name ="],
            ),
            ("3", &["unknown argument `3`"]),
            ("slow = \"1s\" user = me", &["a `,` is missing before `user`"]),
            ("slow = \"1s\", slow = \"2s\"", &["`slow` is given twice"]),
            ("schedule = \"@daily\"", &["unknown argument `schedule`"]),
            (
                "counter(a_total, \"A\", value = 3)",
                &["`counter(a_total)`: unknown argument `value`"],
            ),
        ],
    );
    refuse(
        Role::Dependency,
        &[
            ("", &["begins with the dependency's name, such as \"postgres\"; found the end"]),
            ("operation = \"x\"", &["begins with the dependency's name"]),
            ("\"\"", &["the dependency's name: found \"\""]),
            ("\"x\", user = me", &["unknown argument `user`"]),
        ],
    );
    refuse(Role::Job, &[("\"x\", slo(availability = 99.9)", &["unknown argument `slo`"])]);
}

#[test]
fn all_mistakes_are_told_at_once() {
    refuse(
        Role::Endpoint,
        &[(
            "name = 3, slow = \"5 parsecs\", report = always, fields, counter(b), \
         histogram(c, \"\", buckets = [2, x, 1], limit = 0), user",
            &[
                "`name`: expected a text, found `3`; accepted: `name = \"..\"`",
                "`slow`: found \"5 parsecs\"; accepted: numbers with us, ms",
                "`report`: found `always`; accepted: `report = server_errors | errors | never`",
                "`fields`: expected parentheses; accepted: `fields(",
                "`counter`: found the end for the help",
                "`buckets`: expected a number, found `x`",
                "`user`: expected `=`; accepted: `user = session.user_id`",
                "the help has 0 bytes",
                "histogram `c` observes nothing",
                "`limit` of `c`: found 0; accepted: 1 to 4294967295",
            ],
        )],
    );
}

#[test]
fn names_and_labels_are_those_of_prometheus() {
    refuse(
        Role::Endpoint,
        &[
            ("counter(a, \"A\")", &["counter `a`: a counter's name ends in `_total`: `a_total`"]),
            ("counter(_total, \"A\")", &["nothing stands before `_total`"]),
            ("counter(\"a b_total\", \"A\")", &["accepted as a name: a letter, `_` or `:`"]),
            ("histogram(a_sum, \"A\", value = 1)", &["`_sum` ends the names of other kinds'"]),
            ("counter(a_total, \"A\", labels(__a = 1))", &["without `__` before it"]),
            ("counter(a_total, \"A\", labels(a = 1, a = 2))", &["label `a`: it stands twice"]),
            (
                "histogram(a, \"A\", value = 1, labels(le = 1))",
                &["the label of a histogram's buckets"],
            ),
            (
                "counter(a_total, \"A\", labels(a=1, b=1, c=1, d=1, e=1, f=1, g=1, h=1, i=1))",
                &["found 9 labels; accepted: 8 at most"],
            ),
            ("histogram(a, \"A\", value = 1, buckets = [])", &["found 0; accepted: 1 to 64"]),
            ("histogram(a, \"A\", value = 1, buckets = [2, 1])", &["found 1 after 2"]),
            ("counter(a_total, \"A\", limit = 3)", &["without labels it is one series"]),
        ],
    );
}

#[test]
fn promises_are_whole() {
    let accepted =
        "accepted: `slo(availability = 99.9)`, `slo(latency = \"250ms\", target = 99.0)`";
    refuse(
        Role::Endpoint,
        &[
            ("slo()", &[accepted]),
            ("slo(latency = \"1s\")", &["`latency` is without the percentage"]),
            ("slo(target = 99)", &["`target` is without the time"]),
            (
                "slo(availability = 100)",
                &["`availability`: found 100; accepted: a percentage above 0"],
            ),
            ("slo(availability = 0, target = \"x\")", &["found 0;", "`target`: expected a number"]),
            ("slo(latency = 0.25)", &["`latency`: expected a text, found `0.25`"]),
        ],
    );
}

#[test]
fn expressions_do_not_leave_the_function() {
    refuse(
        Role::Endpoint,
        &[
            ("user = me()?", &["`?` would change how the function runs"]),
            ("fields(a = %me()?, ?b, c = ?d.await)", &["`?` would", "`.await` would"]),
            ("ok_if = return", &["`return` would"]),
            ("counter(a_total, \"A\", labels(a = f(b.await)))", &["`.await` would"]),
            ("counter(a_total, \"A\", when = x?, by = y?)", &["`?` would", "`?` would"]),
        ],
    );
    let fine = "user = (|| me()?)(), ok_if = async { x.await }.done()";
    let function = quote!(
        fn f() {}
    );
    let expansion = instrument(Role::Endpoint, fine.parse().unwrap(), &function);
    assert_eq!(mistakes_of(&expansion).len(), 0);
}

#[test]
fn an_attribute_stands_on_a_function_that_runs() {
    let check = |item: TokenStream, expected| {
        let expansion = instrument(Role::Job, quote!("x"), &item).to_string();
        assert!(expansion.contains(expected), "{expansion}");
        assert!(expansion.ends_with(&item.to_string()), "{expansion}");
    };
    check(
        quote!(
            struct S;
        ),
        "`#[instrument_job]` stands on a function with a body",
    );
    check(
        quote!(
            fn f(&self);
        ),
        "a body in braces is missing",
    );
    check(
        quote!(
            const fn f() {}
        ),
        "is of no use on a `const fn`",
    );
}

#[test]
fn the_result_is_asked_when_it_is_there() {
    let check = |arguments: &str, item: TokenStream, expected: &[&str]| {
        let found = mistakes_of(&instrument(Role::Endpoint, arguments.parse().unwrap(), &item));
        assert_eq!(found.len(), expected.len(), "{arguments}: {found:#?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.contains(expected), "{arguments}: {found:?} says no {expected:?}");
        }
    };
    let none = quote!(
        fn f() {}
    );
    let (user, fields) = ("`user` is asked before the", "`fields` is asked before the");
    check("user = result.id, fields(%result, a = result.a)", none.clone(), &[user, fields, fields]);
    check("fields(result = 3, result.len = 4, a = b.result)", none, &[]);
    check(
        "user = result",
        quote!(
            fn f(result: u8) {}
        ),
        &[],
    );
}

#[test]
fn a_body_out_of_a_macro_is_one() {
    let body = Group::new(Delimiter::None, quote!({ 3 }));
    let expansion = instrument(Role::Endpoint, quote!(), &quote!(fn f() -> u8 #body)).to_string();
    assert!(expansion.contains("call . run (move || -> u8 { 3 })"), "{expansion}");
}
