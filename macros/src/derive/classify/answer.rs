//! The arguments of `#[classify(..)]`.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use proc_macro2::Span;
use syn::meta::ParseNestedMeta;
use syn::{Error, LitInt, Result};

use crate::derive::{expect_no_value, unknown};

/// What stands for an outcome.
pub(super) enum Answer {
    /// A variant of `Outcome`.
    Named(&'static str),
    /// An HTTP status.
    Http(u16),
    /// A gRPC status.
    Grpc(u8),
    /// Whatever the single field says; where that is said.
    Transparent(Span),
}

/// Every way to say it.
pub(super) const ACCEPTED: &str =
    "`success`, `client_error`, `server_error`, `status = 404`, `grpc = 5`, `transparent`";

impl Answer {
    /// Reads one argument; `accepted` is what may stand there.
    pub(super) fn read(
        meta: &ParseNestedMeta<'_>,
        found: &mut Option<Self>,
        accepted: &str,
    ) -> Result<()> {
        let Some(word) = meta.path.get_ident() else {
            return Err(unknown(meta, accepted));
        };
        let name = word.to_string();
        let answer = match name.as_str() {
            "success" => Self::Named("Success"),
            "client_error" => Self::Named("ClientError"),
            "server_error" => Self::Named("ServerError"),
            "transparent" => Self::Transparent(word.span()),
            "status" => Self::Http(number(meta, &(100..=599), "status")?),
            "grpc" => Self::Grpc(number(meta, &(0..=16), "grpc")?),
            _ => return Err(unknown(meta, accepted)),
        };
        if matches!(answer, Self::Named(_) | Self::Transparent(_)) {
            expect_no_value(meta, &name)?;
        }
        if found.is_some() {
            return Err(
                meta.error(format!("the outcome is said twice; accepted: one of {ACCEPTED}"))
            );
        }
        *found = Some(answer);
        Ok(())
    }

    /// One in the place of what could not be read, so that its absence is no mistake more.
    pub(super) fn unless(well: bool) -> Option<Self> {
        (!well).then_some(Self::Named("ServerError"))
    }
}

/// `= 404`, if it is in `range`.
fn number<N>(meta: &ParseNestedMeta<'_>, range: &RangeInclusive<N>, word: &str) -> Result<N>
where
    N: FromStr<Err: Display> + PartialOrd + Display,
{
    let literal: LitInt = meta.value()?.parse()?;
    let found = literal.base10_parse().ok().filter(|found| range.contains(found));
    found.ok_or_else(|| {
        let (least, most) = (range.start(), range.end());
        let text = format!("`{word}`: found {literal}; accepted: {least} to {most}");
        Error::new_spanned(&literal, text)
    })
}
