//! The values of arguments.

use proc_macro2::{Literal, TokenStream};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Error, Ident, Lit, LitFloat, Path, Result, Token, parenthesized};

use super::time;
use super::{Report, Slo};
use crate::mistakes::Mistakes;
use crate::table::{self, Argument};

/// `= value`.
pub(super) fn value<T: Parse>(input: ParseStream<'_>) -> Result<T> {
    input.parse::<Token![=]>()?;
    input.parse()
}

/// `= ".."` or another literal, which is called `what`.
pub(super) fn literal<T: Parse>(what: &str, input: ParseStream<'_>) -> Result<T> {
    input.parse::<Token![=]>()?;
    // Only what is not taken can be shown.
    input.fork().parse::<T>().map_err(|_| wants(what, input))?;
    input.parse()
}

/// What stands next is not `what`.
pub(super) fn wants(what: &str, input: ParseStream<'_>) -> Error {
    table::here(input, &format!("expected {what}, found {}", table::found(input)))
}

/// All the elements of a list. After a mistake the rest of it is passed over.
pub(super) fn elements<T: Parse>(list: ParseStream<'_>) -> Result<Vec<T>> {
    let elements = Punctuated::<T, Token![,]>::parse_terminated(list);
    if elements.is_err() {
        list.parse::<TokenStream>()?;
    }
    elements.map(|elements| elements.into_iter().collect())
}

/// `(..)`, as it stands.
pub(super) fn list(input: ParseStream<'_>) -> Result<TokenStream> {
    let list;
    parenthesized!(list in input);
    list.parse()
}

/// `= path`, without generics.
pub(super) fn path(input: ParseStream<'_>) -> Result<Path> {
    input.parse::<Token![=]>()?;
    Path::parse_mod_style(input)
}

/// `= server_errors` and the like.
pub(super) fn report(input: ParseStream<'_>) -> Result<Report> {
    input.parse::<Token![=]>()?;
    let word = input.fork().parse::<Ident>();
    let report = match word.map(|word| word.to_string()).as_deref() {
        Ok("server_errors") => Report::ServerErrors,
        Ok("errors") => Report::Errors,
        Ok("never") => Report::Never,
        _ => return Err(table::here(input, &format!("found {}", table::found(input)))),
    };
    input.parse::<Ident>()?;
    Ok(report)
}

/// `(availability = .., latency = .., target = ..)`.
pub(super) fn slo(input: ParseStream<'_>, mistakes: &mut Mistakes) -> Result<Slo> {
    const ARGUMENTS: &[Argument<Slo>] = &[
        Argument::once("availability", "availability = 99.9", |slo, input, mistakes| {
            percentage("availability", input, mistakes).map(|percent| slo.availability = percent)
        }),
        Argument::once("latency", "latency = \"250ms\"", |slo, input, mistakes| {
            time::read("latency", input, mistakes).map(|time| slo.latency = time)
        }),
        Argument::once("target", "target = 99.0", |slo, input, mistakes| {
            percentage("target", input, mistakes).map(|percent| slo.target = percent)
        }),
    ];
    let list;
    let span = parenthesized!(list in input).span.join();
    let mut slo = Slo { span, availability: None, latency: None, target: None };
    let mut own = Mistakes::default();
    table::read(&list, ("`slo`", ARGUMENTS), &mut slo, &mut own);
    if !own.any() {
        whole(&slo, &mut own);
    }
    mistakes.join(own);
    Ok(slo)
}

/// An objective is said in whole.
fn whole(slo: &Slo, mistakes: &mut Mistakes) {
    let text = match (&slo.availability, &slo.latency, &slo.target) {
        (None, None, None) => "`slo` says nothing",
        (_, Some(_), None) => "`slo`: `latency` is without the percentage of calls it is meant for",
        (_, None, Some(_)) => "`slo`: `target` is without the time it is meant for",
        _ => return,
    };
    let accepted = "`slo(availability = 99.9)`, `slo(latency = \"250ms\", target = 99.0)`, or both";
    mistakes.add(Error::new(slo.span, format!("{text}; accepted: {accepted}")));
}

/// `= 99.9`.
fn percentage(
    what: &str,
    input: ParseStream<'_>,
    mistakes: &mut Mistakes,
) -> Result<Option<LitFloat>> {
    input.parse::<Token![=]>()?;
    let number = number(&input.fork()).ok_or_else(|| wants("a number", input))?;
    let literal = input.parse::<Lit>()?;
    if number > 0.0 && number < 100.0 {
        return Ok(Some(float(number, &literal)));
    }
    let found = literal.to_token_stream();
    let text = format!("`{what}`: found {found}; accepted: a percentage above 0 and below 100");
    mistakes.at(&literal, text);
    Ok(None)
}

/// A finite number without a sign.
pub(super) fn number(input: ParseStream<'_>) -> Option<f64> {
    let number = match input.parse().ok()? {
        Lit::Int(number) if number.suffix().is_empty() => number.base10_parse().ok(),
        Lit::Float(number) if matches!(number.suffix(), "" | "f64") => number.base10_parse().ok(),
        _ => None,
    };
    number.filter(|number: &f64| number.is_finite())
}

/// `number` as a float, where `place` stands.
pub(super) fn float(number: f64, place: &Lit) -> LitFloat {
    LitFloat::new(&Literal::f64_unsuffixed(number).to_string(), place.span())
}
