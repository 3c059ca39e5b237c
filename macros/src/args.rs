//! The arguments of the three attributes.

mod metric;
mod read;
mod time;

use proc_macro2::{Span, TokenStream};
use syn::parse::{ParseStream, Parser};
use syn::{Error, Expr, LitFloat, LitStr, Path, Result};

pub(crate) use metric::{Bound, Kind, Label, Metric, When};
pub(crate) use time::Time;

use crate::mistakes::Mistakes;
use crate::role::Role;
use crate::table::{self, Argument};

/// What an attribute was given.
#[derive(Default)]
pub(crate) struct Arguments {
    /// The dependency's or the job's name.
    pub(crate) subject: Option<LitStr>,
    pub(crate) name: Option<LitStr>,
    pub(crate) operation: Option<LitStr>,
    pub(crate) fields: Option<TokenStream>,
    pub(crate) metrics: Vec<Metric>,
    pub(crate) user: Option<Expr>,
    pub(crate) slo: Option<Slo>,
    pub(crate) slow: Option<Time>,
    pub(crate) report: Option<Report>,
    pub(crate) ok_if: Option<Expr>,
    pub(crate) error_if: Option<Expr>,
    pub(crate) schedule: Option<LitStr>,
    pub(crate) max_runtime: Option<Time>,
    pub(crate) krate: Option<Path>,
}

/// What a handler promises.
pub(crate) struct Slo {
    pub(crate) span: Span,
    pub(crate) availability: Option<LitFloat>,
    pub(crate) latency: Option<Time>,
    pub(crate) target: Option<LitFloat>,
}

/// Which failures are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Report {
    ServerErrors,
    Errors,
    Never,
}

type Row = Argument<Arguments>;

const NAME: Row = Row::once("name", "name = \"..\"", |to, from, _| {
    read::literal("a text", from).map(|value| to.name = Some(value))
});
const OPERATION: Row = Row::once("operation", "operation = \"..\"", |to, from, _| {
    read::literal("a text", from).map(|value| to.operation = Some(value))
});
const FIELDS: Row = Row::once("fields", "fields(workout.id, plan = %plan)", |to, from, _| {
    read::list(from).map(|list| to.fields = Some(list))
});
const COUNTER: Row = Row::often(
    "counter",
    "counter(name_total, \"help\", labels(..), by = .., when = .., limit = ..)",
    |to, from, mistakes| metric::read(Kind::Counter, &mut to.metrics, from, mistakes),
);
const HISTOGRAM: Row = Row::often(
    "histogram",
    "histogram(name, \"help\", labels(..), value = .., buckets = [..], when = .., limit = ..)",
    |to, from, mistakes| metric::read(Kind::Histogram, &mut to.metrics, from, mistakes),
);
const USER: Row = Row::once("user", "user = session.user_id", |to, from, _| {
    read::value(from).map(|value| to.user = Some(value))
});
const SLO: Row = Row::once(
    "slo",
    "slo(availability = 99.9, latency = \"250ms\", target = 99.0)",
    |to, from, mistakes| read::slo(from, mistakes).map(|slo| to.slo = Some(slo)),
);
const SLOW: Row = Row::once("slow", "slow = \"500ms\"", |to, from, mistakes| {
    time::read("slow", from, mistakes).map(|time| to.slow = time)
});
const REPORT: Row =
    Row::once("report", "report = server_errors | errors | never", |to, from, _| {
        read::report(from).map(|report| to.report = Some(report))
    });
const OK_IF: Row = Row::once("ok_if", "ok_if = condition", |to, from, _| {
    read::value(from).map(|value| to.ok_if = Some(value))
});
const ERROR_IF: Row = Row::once("error_if", "error_if = condition", |to, from, _| {
    read::value(from).map(|value| to.error_if = Some(value))
});
const SCHEDULE: Row = Row::once("schedule", "schedule = \"0 2 * * *\"", |to, from, _| {
    read::literal("a text", from).map(|value| to.schedule = Some(value))
});
const MAX_RUNTIME: Row = Row::once("max_runtime", "max_runtime = \"1h\"", |to, from, mistakes| {
    time::read("max_runtime", from, mistakes).map(|time| to.max_runtime = time)
});
const CRATE: Row = Row::once("crate", "crate = path::to::obskit", |to, from, _| {
    read::path(from).map(|path| to.krate = Some(path))
});

const ENDPOINT: &[Row] =
    &[NAME, FIELDS, COUNTER, HISTOGRAM, USER, SLO, SLOW, REPORT, OK_IF, ERROR_IF, CRATE];
const DEPENDENCY: &[Row] =
    &[OPERATION, FIELDS, COUNTER, HISTOGRAM, SLOW, REPORT, OK_IF, ERROR_IF, CRATE];
const JOB: &[Row] =
    &[SCHEDULE, MAX_RUNTIME, FIELDS, COUNTER, HISTOGRAM, SLOW, REPORT, OK_IF, ERROR_IF, CRATE];

/// Reads what stands in the attribute's parentheses.
pub(crate) fn read(role: Role, tokens: TokenStream, mistakes: &mut Mistakes) -> Arguments {
    let mut arguments = Arguments::default();
    let table = match role {
        Role::Endpoint => ENDPOINT,
        Role::Dependency => DEPENDENCY,
        Role::Job => JOB,
    };
    let parser = |input: ParseStream<'_>| {
        match subject(role, input) {
            Ok(subject) => arguments.subject = subject,
            Err(mistake) => {
                mistakes.add(mistake);
                table::skip(input, table, true);
            }
        }
        table::read(input, (role.attribute(), table), &mut arguments, mistakes);
        Ok(())
    };
    if let Err(mistake) = parser.parse2(tokens) {
        mistakes.add(mistake);
    }
    arguments
}

/// The text that comes first in the attributes that have one.
fn subject(role: Role, input: ParseStream<'_>) -> Result<Option<LitStr>> {
    let Some((what, example)) = role.subject() else { return Ok(None) };
    let attribute = role.attribute();
    if !input.peek(LitStr) {
        let text = format!(
            "{attribute} begins with {what}, such as {example}; found {}",
            table::found(input)
        );
        let place = if input.is_empty() { Span::call_site() } else { input.span() };
        return Err(Error::new(place, text));
    }
    let subject = input.parse()?;
    table::separator(input)?;
    Ok(Some(subject))
}
