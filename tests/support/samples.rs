//! Reading samples out of the text format, for tests that look at a few of them.

use obskit::Telemetry;
use obskit::metrics::Scrape;
use std::collections::BTreeMap;
use std::iter::Sum;
use std::str::FromStr;

/// One line of the text format.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    pub labels: BTreeMap<String, String>,
    pub value: f64,
}

/// The samples of one name, in the order of the exposition.
pub fn samples(telemetry: &Telemetry, name: &str) -> Vec<Sample> {
    let family = ["_bucket", "_count", "_sum"].iter().find_map(|part| name.strip_suffix(part));
    let names = vec![family.unwrap_or(name).to_owned()];
    let scraped = telemetry.metrics().scrape(&Scrape { names, ..Scrape::default() });
    let text = std::str::from_utf8(scraped.body()).unwrap();
    text.lines().filter_map(|line| sample(line, name)).collect()
}

fn sample(line: &str, name: &str) -> Option<Sample> {
    let rest = line.strip_prefix(name)?;
    let (labels, value) = match rest.strip_prefix('{') {
        Some(rest) => read_labels(rest),
        None => (BTreeMap::new(), rest.strip_prefix(' ')?),
    };
    Some(Sample { labels, value: value.trim_start().parse().unwrap() })
}

/// The labels up to their brace, and what follows it.
fn read_labels(mut rest: &str) -> (BTreeMap<String, String>, &str) {
    let mut labels = BTreeMap::new();
    while let Some((name, after)) = rest.split_once("=\"") {
        let (value, length) = read_value(after);
        labels.insert(name.to_owned(), value);
        rest = &after[length..];
        match rest.strip_prefix(',') {
            Some(more) => rest = more,
            None => break,
        }
    }
    (labels, rest.strip_prefix('}').unwrap())
}

/// A value up to its quote, and how many bytes it took with that.
fn read_value(text: &str) -> (String, usize) {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (value, at + 1),
            '\\' => match characters.next().unwrap().1 {
                'n' => value.push('\n'),
                escaped => value.push(escaped),
            },
            other => value.push(other),
        }
    }
    panic!("no quote ends {text}");
}

/// The sum of a metric's samples whose labels contain all of `labels`, each as `name="value"`.
///
/// Not for label values with a brace in them.
pub fn sum<N: FromStr + Sum>(telemetry: &Telemetry, name: &str, labels: &[&str]) -> N {
    let text = telemetry.metrics().text();
    let values = text.lines().filter_map(|line| {
        let (series, value) = line.rsplit_once(' ')?;
        let (found, rest) = series.split_once('{').unwrap_or((series, ""));
        let matches = found == name && labels.iter().all(|label| rest.contains(label));
        let parse = || value.parse().unwrap_or_else(|_| panic!("{line} is no such number"));
        matches.then(parse)
    });
    values.sum()
}

/// What a counter, or the count of a histogram, has come to; see [`sum`].
pub fn count(telemetry: &Telemetry, name: &str, labels: &[&str]) -> usize {
    sum(telemetry, name, labels)
}

/// Requests under way, on every endpoint together.
pub fn in_flight(telemetry: &Telemetry) -> i64 {
    sum(telemetry, "http_requests_in_flight", &[])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_read_to_their_end() {
        let line = r#"a_total{b="x,y} ",c="\"q\\\n"} 1.5"#;
        let found = sample(line, "a_total").unwrap();
        let labels = [("b", "x,y} "), ("c", "\"q\\\n")];
        let labels = labels.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(found, Sample { labels: labels.into(), value: 1.5 });
        assert_eq!(sample("a_total 7", "a_total").unwrap().labels, BTreeMap::new());
        assert_eq!(sample("a_totals 7", "a_total"), None);
        assert_eq!(sample("# HELP a_total 7", "a_total"), None);
    }
}
