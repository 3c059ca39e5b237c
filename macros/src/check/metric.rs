//! What is refused of a metric.

use syn::{Error, LitInt, LitStr};

use crate::args::{Bound, Kind, Metric};
use crate::mistakes::Mistakes;

/// Suffixes that OpenMetrics gives to samples of other kinds.
const RESERVED: [&str; 6] = ["_total", "_created", "_bucket", "_count", "_sum", "_info"];
const NAME_BYTES: usize = 200;
const HELP_BYTES: usize = 1_024;
const MOST_LABELS: usize = 8;
const MOST_BUCKETS: usize = 64;

pub(super) fn check(metric: &Metric, mistakes: &mut Mistakes) {
    let kind = metric.kind.word();
    if let Some(text) = wrong_name(metric) {
        mistakes.at(&metric.name, format!("{kind} `{}`: {text}", metric.name.value()));
    }
    let help = metric.help.value();
    if !(1..=HELP_BYTES).contains(&help.len()) {
        let text = format!("the help has {} bytes; accepted: 1 to {HELP_BYTES}", help.len());
        mistakes.at(&metric.help, text);
    }
    labels(metric, mistakes);
    if metric.kind == Kind::Histogram && metric.value.is_none() {
        let text = format!(
            "histogram `{}` observes nothing: `value` is missing; accepted: \
             `value = expression`",
            metric.name.value()
        );
        mistakes.at(&metric.name, text);
    }
    if let Some(bounds) = &metric.buckets {
        buckets(metric, bounds, mistakes);
    }
    if let Some(limit) = &metric.limit {
        self::limit(metric, limit, mistakes);
    }
}

fn wrong_name(metric: &Metric) -> Option<String> {
    let name = metric.name.value();
    if name.len() > NAME_BYTES || !is_identifier(&name, |c| c == '_' || c == ':') {
        let accepted = "a letter, `_` or `:`, then letters, digits, `_` or `:`, 200 bytes at most";
        return Some(format!("accepted as a name: {accepted}"));
    }
    match metric.kind {
        Kind::Counter if name == "_total" => Some("nothing stands before `_total`".to_owned()),
        Kind::Counter if name.ends_with("_total") => None,
        Kind::Counter => Some(format!("a counter's name ends in `_total`: `{name}_total`")),
        Kind::Histogram => {
            let suffix = RESERVED.iter().find(|suffix| name.ends_with(*suffix))?;
            Some(format!("`{suffix}` ends the names of other kinds' samples; accepted: any other"))
        }
    }
}

fn labels(metric: &Metric, mistakes: &mut Mistakes) {
    for (n, label) in metric.labels.iter().enumerate() {
        let twice = metric.labels.iter().take(n).any(|earlier| same(&earlier.name, &label.name));
        if let Some(text) = wrong_label(metric.kind, &label.name.value(), twice) {
            mistakes.at(&label.name, format!("label `{}`: {text}", label.name.value()));
        }
    }
    if let Some(ninth) = metric.labels.get(MOST_LABELS) {
        let found = metric.labels.len();
        mistakes.at(&ninth.name, format!("found {found} labels; accepted: {MOST_LABELS} at most"));
    }
}

fn wrong_label(kind: Kind, name: &str, twice: bool) -> Option<&'static str> {
    if twice {
        return Some("it stands twice");
    }
    if kind == Kind::Histogram && name == "le" {
        return Some("that is the label of a histogram's buckets; accepted: any other");
    }
    let fits = name.len() <= NAME_BYTES && is_identifier(name, |c| c == '_');
    (!fits || name.starts_with("__")).then_some(
        "accepted as a name: a letter or `_`, then letters, digits or `_`, without `__` before it",
    )
}

fn same(one: &LitStr, other: &LitStr) -> bool {
    one.value() == other.value()
}

fn buckets(metric: &Metric, bounds: &[Bound], mistakes: &mut Mistakes) {
    let name = metric.name.value();
    if !(1..=MOST_BUCKETS).contains(&bounds.len()) {
        let found = bounds.len();
        let text = format!("`buckets` of `{name}`: found {found}; accepted: 1 to {MOST_BUCKETS}");
        mistakes.add(Error::new(metric.span(), text));
    }
    for (earlier, bound) in bounds.iter().zip(bounds.iter().skip(1)) {
        if bound.value <= earlier.value {
            let (low, high) = (earlier.value, bound.value);
            let text = format!(
                "`buckets` of `{name}`: found {high} after {low}; accepted: each \
                 above the one before it"
            );
            mistakes.at(&bound.literal, text);
        }
    }
}

fn limit(metric: &Metric, limit: &LitInt, mistakes: &mut Mistakes) {
    let name = metric.name.value();
    if !limit.base10_parse::<u32>().is_ok_and(|limit| limit > 0) {
        let text = format!("`limit` of `{name}`: found {limit}; accepted: 1 to {}", u32::MAX);
        mistakes.at(limit, text);
    } else if metric.labels.is_empty() {
        let text = format!(
            "`limit` of `{name}`: without labels it is one series; accepted: \
             `limit` beside `labels(..)`"
        );
        mistakes.at(limit, text);
    }
}

fn is_identifier(name: &str, extra: impl Fn(char) -> bool) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || extra(c))
        && name.chars().all(|c| c.is_ascii_alphanumeric() || extra(c))
}
