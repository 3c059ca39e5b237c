//! How many series the families have, and what had no place.

use foldhash::{HashSet, HashSetExt};

use super::descriptor::{Descriptor, Kind};
use super::family::{Encode, Room};
use super::key;
use super::registry::Metrics;

/// How many series a metric has, of which labels they come, and what was refused one: how to find
/// the label that has too many values.
///
/// Made by [`Metrics::cardinality`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cardinality {
    /// The metric's name.
    pub name: String,
    /// Its kind. A histogram's series is all of its buckets.
    pub kind: Kind,
    /// Its series now. Those that were declared, and the one of what found no place, are among
    /// them.
    pub series: usize,
    /// How many of them count towards the limit: those that were not declared.
    pub taken: u32,
    /// How many of those there may be. `None` where it has no labels, or only declared series.
    pub limit: Option<u32>,
    /// Updates that found no place and went to the overflow series.
    pub overflowed: u64,
    /// The labels, each with how many different values it has among the metric's first 10,000
    /// series.
    pub labels: Vec<(String, usize)>,
    /// Some label values that were refused a series, each in the order of `labels`: at most eight,
    /// the first four and four of late. A value is cut after 128 bytes, as it is in a series. They
    /// are as they came: hide in them what must not be seen.
    pub refused: Vec<Vec<String>>,
}

/// The different values of a label.
type Seen = HashSet<Box<[u8]>>;

/// Series that are looked at for their values, in each family.
pub(super) const LOOKED_AT: usize = 10_000;

impl Metrics {
    /// Every metric with its series and labels, in the order of their names.
    ///
    /// It reads every series' labels, so it is for operators and tests, and not for each request.
    /// Families of foreign registries are not among them.
    ///
    /// ```
    /// use obskit::metrics::{Metrics, Text};
    ///
    /// let metrics = Metrics::default();
    /// let sent = metrics.counter("mail_sent_total", "Messages sent.").label::<Text>("tenant");
    /// let sent = sent.limit(1).register()?;
    /// sent.get(("acme",)).inc();
    /// sent.get(("initech",)).inc();
    ///
    /// let cardinality = metrics.cardinality();
    /// let sent = cardinality.iter().find(|family| family.name == "mail_sent_total");
    /// assert_eq!(sent.map(|sent| sent.overflowed), Some(1));
    /// assert_eq!(sent.map(|sent| sent.refused[0][0].as_str()), Some("initech"));
    /// # Ok::<(), obskit::Error>(())
    /// ```
    pub fn cardinality(&self) -> Vec<Cardinality> {
        self.families().iter().map(|family| Cardinality::of(&**family)).collect()
    }
}

impl Cardinality {
    fn of(family: &dyn Encode) -> Self {
        let Descriptor { name, kind, labels, .. } = family.descriptor();
        let room = family.room();
        let mut seen = vec![Seen::new(); labels.len()];
        family.keys(LOOKED_AT, &mut |key| {
            seen.iter_mut().zip(key::values(key)).for_each(|(seen, value)| see(seen, value));
        });
        let labels = labels.iter().zip(seen);
        Self {
            name: name.to_string(),
            kind: *kind,
            series: family.len(),
            taken: room.map_or(0, |Room { taken, .. }| taken),
            limit: room.map(|Room { limit, .. }| limit),
            overflowed: family.overflowed(),
            labels: labels.map(|(label, seen)| (label.to_string(), seen.len())).collect(),
            refused: family.refused().iter().map(|key| texts(key)).collect(),
        }
    }
}

fn see(seen: &mut Seen, value: &[u8]) {
    if !seen.contains(value) {
        seen.insert(value.into());
    }
}

fn texts(key: &[u8]) -> Vec<String> {
    key::values(key).map(|value| String::from_utf8_lossy(value).into_owned()).collect()
}
