//! One line of a sample, taken apart.

use crate::metrics::exemplar::{ExemplarLabels, ExemplarSample};

/// A sample as its line has it.
pub(super) struct Line<'a> {
    pub(super) name: &'a str,
    pub(super) labels: Vec<(&'a str, String)>,
    pub(super) value: &'a str,
    /// One that cannot be read is as none.
    pub(super) exemplar: Option<ExemplarSample>,
}

impl<'a> Line<'a> {
    pub(super) fn parse(line: &'a str) -> Option<Self> {
        let name_end = line.find(['{', ' '])?;
        let (name, rest) = line.split_at_checked(name_end)?;
        let (labels, rest) = match rest.strip_prefix('{') {
            Some(labels) => parse_labels(labels)?,
            None => (Vec::new(), rest),
        };
        let rest = rest.strip_prefix(' ')?;
        let (value, exemplar) = match rest.split_once(" # {") {
            Some((value, exemplar)) => (value, parse_exemplar(exemplar)),
            None => (rest, None),
        };
        Some(Self { name, labels, value, exemplar })
    }
}

/// Labels up to their brace, and what stands behind it.
fn parse_labels(mut text: &str) -> Option<(Vec<(&str, String)>, &str)> {
    let mut labels: Vec<(&str, String)> = Vec::new();
    loop {
        if let Some(rest) = text.strip_prefix('}') {
            return Some((labels, rest));
        }
        text = text.strip_prefix(',').unwrap_or(text);
        let (name, rest) = text.split_once("=\"")?;
        let (value, rest) = parse_value(rest)?;
        if !is_label(name) || labels.iter().any(|(earlier, _)| *earlier == name) {
            return None;
        }
        labels.push((name, value));
        text = rest;
    }
}

/// A value up to its quote, unescaped, and what stands behind that.
fn parse_value(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, text.get(at + 1..)?)),
            '\\' => match characters.next()?.1 {
                'n' => value.push('\n'),
                escaped => value.push(escaped),
            },
            _ => value.push(character),
        }
    }
    None
}

fn parse_exemplar(text: &str) -> Option<ExemplarSample> {
    let (labels, rest) = parse_labels(text)?;
    let mut numbers = rest.split_whitespace().map(str::parse::<f64>);
    let value = numbers.next()?.ok()?;
    let timestamp = numbers.next().and_then(Result::ok)?;
    Some(ExemplarSample { labels: ExemplarLabels::given(&labels)?, value, timestamp })
}

/// Whether it may name a label; those with two underscores are Prometheus's own.
fn is_label(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && !name.starts_with("__")
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    type Parts<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str);

    fn check(line: &str, expected: Option<Parts<'_>>) {
        let parsed = Line::parse(line);
        assert_eq!(parsed.is_some(), expected.is_some(), "{line}");
        if let (Some(parsed), Some((name, labels, value))) = (parsed, expected) {
            assert_eq!((parsed.name, parsed.value), (name, value), "{line}");
            let found = parsed.labels.iter().map(|(name, value)| (*name, value.as_str()));
            assert!(found.eq(labels.iter().copied()), "{line}");
        }
    }

    #[test]
    fn lines() {
        check("up 1", Some(("up", &[], "1")));
        check("up{} 1", Some(("up", &[], "1")));
        check("a{b=\"c\",d=\"\"} NaN", Some(("a", &[("b", "c"), ("d", "")], "NaN")));
        check("a{b=\"} 1 # {\"} 2", Some(("a", &[("b", "} 1 # {")], "2")));
        check(r#"a{b="\\n\n\""} 2"#, Some(("a", &[("b", "\\n\n\"")], "2")));
        check("a{b=\"c\"} 1 # {d=\"e\"} 2 3", Some(("a", &[("b", "c")], "1")));
        check("a{b=\"c\",b=\"d\"} 1", None);
        check("a{__name__=\"c\"} 1", None);
        check("a{b c=\"d\"} 1", None);
        check("a{b=\"c} 1", None);
        check("a{b=\"c\\", None);
        check("a{b=\"c\"", None);
        check("a{", None);
        check("a", None);
        check("", None);
    }

    #[test]
    fn exemplars() {
        let parsed = Line::parse("a 1 # {trace_id=\"x\"} 0.5 1.25").and_then(|line| line.exemplar);
        let exemplar = parsed.unwrap();
        assert_eq!(exemplar.labels.pairs().collect::<Vec<_>>(), [("trace_id", "x")]);
        assert_eq!((exemplar.value, exemplar.timestamp), (0.5, 1.25));
        let oversized = format!("a 1 # {{trace_id=\"{}\"}} 0.5 1.25", "x".repeat(200));
        assert!(Line::parse(&oversized).is_some_and(|line| line.exemplar.is_none()));
    }
}
