//! A family without its labels' types.

use std::borrow::Cow;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use crate::concurrent::{Few, Table};
use crate::config::Clock;
use crate::metrics::declaration::Domains;
use crate::metrics::descriptor::Descriptor;
use crate::metrics::exposition::{Encoder, Sample};
use crate::metrics::key::{self, Key, Labels, Layout};
use crate::metrics::metric::Metric;

use super::seed::seed;
use super::series::Series;

/// A family without its labels' types: what the registry holds.
pub(crate) struct Core<M: Metric> {
    pub(crate) descriptor: Descriptor,
    options: M::Options,
    table: Table<Series<M>>,
    limit: u32,
    /// Series that count towards the limit: all but the reserved.
    unreserved: AtomicU32,
    /// The series of a family without labels; with labels, that of what found no place.
    common: OnceLock<Series<M>>,
    overflowed: AtomicU64,
    refused: Few<Box<[u8]>>,
    clock: Clock,
    epoch: f64,
}

/// What the registry asks of a family whose metric it does not know.
pub(crate) trait Encode: Send + Sync {
    fn descriptor(&self) -> &Descriptor;

    fn encode(&self, encoder: &mut Encoder<'_>);

    /// Series now.
    fn len(&self) -> usize;

    /// Updates that went to the overflow series.
    fn overflowed(&self) -> u64;

    /// How many places for series there are; nothing without labels, or where all are reserved.
    fn room(&self) -> Option<Room>;

    /// The keys of some of those that found no place.
    fn refused(&self) -> Vec<Box<[u8]>>;

    /// Shows the keys of the first series, that of what found no place apart.
    fn keys(&self, most: usize, see: &mut dyn FnMut(&[u8]));
}

/// The places of a family for label values that the program did not declare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Room {
    pub(crate) taken: u32,
    pub(crate) limit: u32,
}

/// Where the series of some label values is, or what it is made of.
#[derive(Debug)]
pub(crate) enum Found {
    At(usize),
    /// The series that all share when there are no labels, or no place.
    Common,
    /// It is yet to be made, with this key.
    New(Box<[u8]>),
    /// There is no place for it.
    Overflow,
}

const OVERFLOW: &str = "overflow";

impl<M: Metric> Core<M> {
    pub(in crate::metrics) fn new(
        descriptor: Descriptor,
        options: M::Options,
        limit: u32,
        clock: Clock,
    ) -> Self {
        Self {
            descriptor,
            options,
            table: Table::new(),
            limit,
            unreserved: AtomicU32::new(0),
            common: OnceLock::new(),
            overflowed: AtomicU64::new(0),
            refused: Few::default(),
            epoch: unix_seconds(&clock),
            clock,
        }
    }

    /// Makes the series that are known beforehand: that of no labels, or those of all values.
    pub(in crate::metrics) fn fill(&self, domains: Domains) {
        if self.descriptor.labels.is_empty() {
            self.common();
        }
        seed(domains, &mut |key| {
            self.add(key.as_bytes(), true);
        });
    }

    /// How many series there are but for the one that all share. Right after
    /// [`fill`](Self::fill), that of the n-th combination of values is at n if they are as many.
    pub(in crate::metrics) fn filled(&self) -> usize {
        self.table.len()
    }

    pub(super) fn position(&self, values: &[&[u8]]) -> Option<usize> {
        self.table.position(&values)
    }

    #[inline]
    pub(super) fn at(&self, position: usize) -> Option<&M> {
        self.table.at(position).map(|series| &series.metric)
    }

    /// Looks for a series and makes none.
    #[inline]
    pub(in crate::metrics) fn find(&self, values: &[&[u8]]) -> Found {
        let position = self.table.position(&values);
        position.map_or_else(|| self.find_place(values), Found::At)
    }

    /// The series that was found.
    #[inline]
    pub(in crate::metrics) fn found(&self, found: &Found) -> &M {
        let known = match found {
            Found::At(position) => self.at(*position),
            Found::Common => self.common.get().map(|series| &series.metric),
            Found::New(_) | Found::Overflow => None,
        };
        known.unwrap_or_else(|| self.found_first(found))
    }

    /// The same for one that is not there yet, or has no place.
    #[cold]
    fn found_first(&self, found: &Found) -> &M {
        match found {
            Found::At(_) | Found::Common => self.common(),
            Found::New(key) => self.add(key, false),
            Found::Overflow => self.overflow(),
        }
    }

    #[cold]
    fn find_place(&self, values: &[&[u8]]) -> Found {
        if !self.has_place() {
            self.refuse(|key| key::holds(key, values), || Key::new(values));
            return Found::Overflow;
        }
        let key = Key::new(values);
        if self.is_common(key.as_bytes()) {
            return Found::Common;
        }
        Found::New(key.as_bytes().into())
    }

    #[inline]
    pub(super) fn get(&self, values: &[&[u8]], reserved: bool) -> &M {
        match self.table.get(&values) {
            Some(series) => &series.metric,
            None => self.add_values(values, reserved),
        }
    }

    #[cold]
    fn add_values(&self, values: &[&[u8]], reserved: bool) -> &M {
        // Asked before the table is, which would have writers take turns.
        if !reserved && !self.descriptor.labels.is_empty() && !self.has_place() {
            self.refuse(|key| key::holds(key, values), || Key::new(values));
            return self.overflow();
        }
        self.add(Key::new(values).as_bytes(), reserved)
    }

    #[cold]
    fn add(&self, key: &[u8], reserved: bool) -> &M {
        let series = |_| (reserved || self.take_place()).then(|| self.series(key));
        if self.is_common(key) {
            return self.common();
        }
        if let Some(series) = self.table.get_or_insert(&key, series) {
            return &series.metric;
        }
        self.refused.offer(self.overflowed(), |kept| **kept == *key, || key.into());
        self.overflow()
    }

    /// Called by one thread at a time, so the limit is exact.
    fn take_place(&self) -> bool {
        let free = self.has_place();
        if free {
            self.unreserved.fetch_add(1, Ordering::Relaxed);
        }
        free
    }

    fn has_place(&self) -> bool {
        self.unreserved.load(Ordering::Relaxed) < self.limit
    }

    /// Remembers some of what finds no place.
    fn refuse(&self, is: impl Fn(&[u8]) -> bool, key: impl FnOnce() -> Key) {
        self.refused.offer(self.overflowed(), |kept| is(kept), || key().as_bytes().into());
    }

    fn overflow(&self) -> &M {
        self.overflowed.fetch_add(1, Ordering::Relaxed);
        self.common()
    }

    #[inline]
    pub(super) fn common(&self) -> &M {
        let series = self.common.get_or_init(|| self.series(self.common_key().as_bytes()));
        &series.metric
    }

    /// A value may be called as the overflow series is; there is still only one of the name.
    fn is_common(&self, key: &[u8]) -> bool {
        key == self.common_key().as_bytes()
    }

    fn common_key(&self) -> Key {
        let mut key = Key::default();
        self.descriptor.labels.iter().for_each(|_| key.push(OVERFLOW.as_bytes()));
        key
    }

    fn series(&self, values: &[u8]) -> Series<M> {
        let age = (unix_seconds(&self.clock) - self.epoch).max(0.0);
        Series {
            values: values.into(),
            metric: M::new(&self.options),
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "not negative; saturates after 13 years"
            )]
            created: (age * 10.0) as u32,
            layout: Layout::of(values),
        }
    }

    /// Every series with its label values, that of what found no place included.
    pub(super) fn for_each(&self, mut see: impl FnMut(Labels<'_>, &M)) {
        let names: &[Cow<'static, str>] = &self.descriptor.labels;
        for series in self.table.iter().chain(self.common.get()) {
            let labels = Labels { names, values: &series.values, layout: series.layout };
            see(labels, &series.metric);
        }
    }

    fn encode_series(&self, series: &Series<M>, encoder: &mut Encoder<'_>) {
        let names: &[Cow<'static, str>] = &self.descriptor.labels;
        let labels = Labels { names, values: &series.values, layout: series.layout };
        let created = Some(self.epoch + f64::from(series.created) / 10.0);
        series.metric.encode(Sample { labels, created }, encoder);
    }
}

impl<M: Metric> Encode for Core<M> {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    fn encode(&self, encoder: &mut Encoder<'_>) {
        encoder.family(&self.descriptor);
        let all = self.table.iter().chain(self.common.get());
        all.for_each(|series| self.encode_series(series, encoder));
    }

    fn len(&self) -> usize {
        self.table.len() + usize::from(self.common.get().is_some())
    }

    fn overflowed(&self) -> u64 {
        self.overflowed.load(Ordering::Relaxed)
    }

    fn room(&self) -> Option<Room> {
        let room = Room { taken: self.unreserved.load(Ordering::Relaxed), limit: self.limit };
        (self.limit > 0 && !self.descriptor.labels.is_empty()).then_some(room)
    }

    fn refused(&self) -> Vec<Box<[u8]>> {
        self.refused.values()
    }

    fn keys(&self, most: usize, see: &mut dyn FnMut(&[u8])) {
        self.table.iter().take(most).for_each(|series| see(&series.values));
    }
}

fn unix_seconds(clock: &Clock) -> f64 {
    let since = clock.wall().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0.0, |since| since.as_secs_f64())
}
