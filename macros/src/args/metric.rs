//! `counter(..)` and `histogram(..)`.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{
    Error, Expr, Ident, Lit, LitFloat, LitInt, LitStr, Result, Token, Type, bracketed,
    parenthesized,
};

use super::read::{elements, float, literal, number, value, wants};
use crate::mistakes::Mistakes;
use crate::table::{self, Argument};

/// A metric that a function updates.
pub(crate) struct Metric {
    pub(crate) kind: Kind,
    pub(crate) name: LitStr,
    pub(crate) help: LitStr,
    pub(crate) labels: Vec<Label>,
    pub(crate) limit: Option<LitInt>,
    /// What a counter is raised `by`, or the `value` a histogram observes.
    pub(crate) value: Option<Expr>,
    pub(crate) when: When,
    pub(crate) buckets: Option<Vec<Bound>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Counter,
    Histogram,
}

/// A label, its value, and that value's type where the user has said it.
pub(crate) struct Label {
    pub(crate) name: LitStr,
    pub(crate) annotation: Option<Type>,
    pub(crate) value: Expr,
}

/// Which calls update a metric.
#[derive(Default)]
pub(crate) enum When {
    #[default]
    Always,
    Success,
    Failure,
    If(Expr),
}

/// A bucket's upper bound.
pub(crate) struct Bound {
    pub(crate) value: f64,
    pub(crate) negative: bool,
    pub(crate) literal: LitFloat,
}

type Row = Argument<Metric>;

const LABELS: Row = Row::once("labels", "labels(name = value)", |to, from, _| {
    labels(from).map(|labels| to.labels = labels)
});
const BY: Row =
    Row::once("by", "by = amount", |to, from, _| value(from).map(|value| to.value = Some(value)));
const VALUE: Row = Row::once("value", "value = expression", |to, from, _| {
    value(from).map(|value| to.value = Some(value))
});
const WHEN: Row =
    Row::once("when", "when = success | failure | always | condition", |to, from, _| {
        value(from).map(|condition| to.when = when(condition))
    });
const BUCKETS: Row = Row::once("buckets", "buckets = [20.0, 40.0, 60.0]", |to, from, _| {
    buckets(from).map(|bounds| to.buckets = Some(bounds))
});
const LIMIT: Row = Row::once("limit", "limit = 100", |to, from, _| {
    literal("a number", from).map(|limit| to.limit = Some(limit))
});

const COUNTER: &[Row] = &[LABELS, BY, WHEN, LIMIT];
const HISTOGRAM: &[Row] = &[LABELS, VALUE, BUCKETS, WHEN, LIMIT];

impl Kind {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Histogram => "histogram",
        }
    }
}

/// Reads `(name, "help", ..)`.
pub(super) fn read(
    kind: Kind,
    into: &mut Vec<Metric>,
    input: ParseStream<'_>,
    mistakes: &mut Mistakes,
) -> Result<()> {
    let list;
    parenthesized!(list in input);
    let (name, help) = match head(kind, &list) {
        Ok(head) => head,
        Err(mistake) => {
            mistakes.add(mistake);
            // Without a head nothing of it can be told apart.
            return list.parse::<proc_macro2::TokenStream>().map(drop);
        }
    };
    let (labels, when) = (Vec::new(), When::Always);
    let mut metric =
        Metric { kind, name, help, labels, limit: None, value: None, when, buckets: None };
    let owner = format!("`{}({})`", kind.word(), metric.name.value());
    let table = match kind {
        Kind::Counter => COUNTER,
        Kind::Histogram => HISTOGRAM,
    };
    table::read(&list, (&owner, table), &mut metric, mistakes);
    into.push(metric);
    Ok(())
}

/// The name, as an identifier or a text, and the help.
fn head(kind: Kind, list: ParseStream<'_>) -> Result<(LitStr, LitStr)> {
    let wants = |list: ParseStream<'_>, what| {
        let (word, found) = (kind.word(), table::found(list));
        let accepted = match kind {
            Kind::Counter => "`counter(name_total, \"help\", ..)`",
            Kind::Histogram => "`histogram(name, \"help\", value = .., ..)`",
        };
        let text = format!("`{word}`: found {found} for {what}; accepted: {accepted}");
        Error::new(list.span(), text)
    };
    let name = if list.peek(LitStr) {
        list.parse()?
    } else {
        list.call(name).map_err(|_| wants(list, "the metric's name"))?
    };
    table::separator(list)?;
    if !list.peek(LitStr) {
        return Err(wants(list, "the help"));
    }
    let help = list.parse()?;
    table::separator(list)?;
    Ok((name, help))
}

/// A name written as an identifier.
fn name(input: ParseStream<'_>) -> Result<LitStr> {
    let name = input.call(Ident::parse_any)?.unraw();
    Ok(LitStr::new(&name.to_string(), name.span()))
}

fn labels(input: ParseStream<'_>) -> Result<Vec<Label>> {
    let list;
    parenthesized!(list in input);
    elements(&list)
}

fn when(condition: Expr) -> When {
    match &condition {
        Expr::Path(path) if path.path.is_ident("success") => When::Success,
        Expr::Path(path) if path.path.is_ident("failure") => When::Failure,
        Expr::Path(path) if path.path.is_ident("always") => When::Always,
        _ => When::If(condition),
    }
}

fn buckets(input: ParseStream<'_>) -> Result<Vec<Bound>> {
    input.parse::<Token![=]>()?;
    let list;
    bracketed!(list in input);
    elements(&list)
}

impl Parse for Label {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let name = input.call(name)?;
        let annotation = input.parse::<Option<Token![:]>>()?.map(|_| input.parse()).transpose()?;
        input.parse::<Token![=]>()?;
        Ok(Self { name, annotation, value: input.parse()? })
    }
}

impl Parse for Bound {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let negative = input.parse::<Option<Token![-]>>()?.is_some();
        let value = number(&input.fork()).ok_or_else(|| wants("a number", input))?;
        let literal = float(value, &input.parse::<Lit>()?);
        Ok(Self { value: if negative { -value } else { value }, negative, literal })
    }
}

impl Metric {
    /// Where its name stands.
    pub(crate) fn span(&self) -> Span {
        self.name.span()
    }
}
