//! The samples of a foreign family, as series.

use std::collections::HashMap;

use super::line::Line;
use crate::metrics::exemplar::ExemplarSample;
use crate::metrics::exposition::owned::{OwnedHistogram, OwnedSeries, Value};
use crate::metrics::exposition::{Number, Type};

/// The series of one family, while its lines are read.
pub(super) struct Series<'a> {
    name: &'a str,
    kind: Type,
    /// What a sample's name has behind the family's, unless it is a histogram's.
    suffix: &'static str,
    found: Vec<Found<'a>>,
    places: HashMap<String, usize>,
}

struct Found<'a> {
    labels: Vec<(&'a str, String)>,
    value: Option<(Number, Option<Box<ExemplarSample>>)>,
    histogram: Buckets,
}

/// A histogram whose lines come one by one.
#[derive(Default)]
struct Buckets {
    cumulated: Vec<(f64, u64, Option<ExemplarSample>)>,
    sum: Option<f64>,
    count: Option<u64>,
}

impl<'a> Series<'a> {
    pub(super) fn new(name: &'a str, kind: Type, suffix: &'static str) -> Self {
        Self { name, kind, suffix, found: Vec::new(), places: HashMap::new() }
    }

    /// Takes a line, or nothing if it is no sample of the family.
    pub(super) fn add(&mut self, line: &'a str) -> Option<()> {
        let mut line = Line::parse(line)?;
        let suffix = line.name.strip_prefix(self.name)?;
        if self.kind == Type::Histogram {
            return self.add_to_histogram(suffix, line);
        }
        let number = number(line.value)?;
        let may_be_total = number.as_float() >= 0.0;
        if suffix != self.suffix || self.kind == Type::Counter && !may_be_total {
            return None;
        }
        let exemplar = line.exemplar.take().map(Box::new);
        let found = self.series(line.labels)?;
        found.value.is_none().then(|| found.value = Some((number, exemplar)))
    }

    /// The series, and how many were not fit to be one.
    pub(super) fn finish(self) -> (Vec<OwnedSeries>, usize) {
        let found = self.found.len();
        let is_histogram = self.kind == Type::Histogram;
        let series = self.found.into_iter().filter_map(|found| {
            let value = if is_histogram {
                Value::Histogram(found.histogram.finish()?)
            } else {
                found.value.map(|(number, exemplar)| Value::Number(number, exemplar))?
            };
            Some(OwnedSeries::new(&found.labels, value))
        });
        let series: Vec<_> = series.collect();
        let unfit = found - series.len();
        (series, unfit)
    }

    fn add_to_histogram(&mut self, suffix: &str, mut line: Line<'a>) -> Option<()> {
        let whole = |number| match number {
            Number::Unsigned(number) => Some(number),
            Number::Signed(_) | Number::Float(_) => None,
        };
        let number = number(line.value)?;
        match suffix {
            "_bucket" => {
                let le = line.labels.iter().position(|(name, _)| *name == "le")?;
                let bound = line.labels.remove(le).1.parse().ok()?;
                let bucket = (bound, whole(number)?, line.exemplar.take());
                self.series(line.labels)?.histogram.cumulated.push(bucket);
            }
            "_sum" => {
                let sum = &mut self.series(line.labels)?.histogram.sum;
                sum.is_none().then(|| *sum = Some(number.as_float()))?;
            }
            "_count" => {
                let count = &mut self.series(line.labels)?.histogram.count;
                count.is_none().then_some(whole(number)?).map(|n| *count = Some(n))?;
            }
            _ => return None,
        }
        Some(())
    }

    /// The series with these labels, in whatever order.
    fn series(&mut self, labels: Vec<(&'a str, String)>) -> Option<&mut Found<'a>> {
        let mut sorted: Vec<_> = labels.iter().collect();
        sorted.sort_unstable();
        let key = sorted.iter().fold(String::new(), |key, (name, value)| {
            // The length keeps ("a", "bc") from ("ab", "c").
            format!("{key}{name}={}:{value}", value.len())
        });
        let place = *self.places.entry(key).or_insert(self.found.len());
        if place == self.found.len() {
            self.found.push(Found { labels, value: None, histogram: Buckets::default() });
        }
        self.found.get_mut(place)
    }
}

impl Buckets {
    /// The histogram, if its buckets ascend and end at +Inf.
    fn finish(self) -> Option<OwnedHistogram> {
        let mut histogram = OwnedHistogram { sum: self.sum?, ..OwnedHistogram::default() };
        let mut before = 0;
        for (bound, total, exemplar) in self.cumulated {
            let last = histogram.bounds.last().copied().unwrap_or(f64::NEG_INFINITY);
            if bound.is_nan() || bound <= last && !histogram.bounds.is_empty() {
                return None;
            }
            histogram.bounds.push(bound);
            histogram.counts.push(total.checked_sub(before)?);
            histogram.exemplars.push(exemplar);
            before = total;
        }
        let ends_right =
            histogram.bounds.pop() == Some(f64::INFINITY) && self.count == Some(before);
        ends_right.then_some(histogram)
    }
}

fn number(text: &str) -> Option<Number> {
    let unsigned = text.parse().map(Number::Unsigned);
    let signed = unsigned.or_else(|_| text.parse().map(Number::Signed));
    signed.ok().or_else(|| text.parse().ok().map(Number::Float))
}
