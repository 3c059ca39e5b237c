//! A metric's series, one for each set of label values.

use std::borrow::Cow;
use std::fmt;
use std::hash::Hasher;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use crate::concurrent::{KeyHasher, Keyed, Query, Table};
use crate::config::Clock;

use super::declaration::Domains;
use super::descriptor::Descriptor;
use super::exposition::{Encoder, Sample};
use super::key::{self, Key, Labels, Layout};
use super::label::{LabelSet, Values};
use super::metric::Metric;

/// The series of one metric, by the values of its labels. Cloning it is cheap.
///
/// A lookup takes no lock and allocates nothing unless it adds a series. Past the family's limit,
/// new label sets share one series whose every value is `overflow`, and
/// `obskit_series_overflow_total{metric}` counts what came to it.
///
/// ```
/// use obskit::metrics::{Counter, Family, Metrics, Text};
///
/// let metrics = Metrics::default();
/// let sent: Family<(&'static str, Text), Counter> = metrics
///     .counter("mail_sent_total", "Messages handed to the mail server.")
///     .label::<&'static str>("kind")
///     .label::<Text>("tenant")
///     .limit(500)
///     .register()?;
/// sent.get(("welcome", "acme")).inc();
/// # Ok::<(), obskit::Error>(())
/// ```
pub struct Family<L, M: Metric> {
    core: Arc<Core<M>>,
    labels: PhantomData<fn(L)>,
}

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
}

struct Series<M> {
    values: Box<[u8]>,
    metric: M,
    /// Tenths of a second after the family's epoch: enough for 13 years, in four bytes.
    created: u32,
    layout: Layout,
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
/// Series made at registration for labels whose values are all known; past it, none are.
const MAX_SEEDED: usize = 256;

impl<L: LabelSet, M: Metric> Family<L, M> {
    /// The series with these label values, added if it is new.
    #[inline]
    #[expect(clippy::needless_pass_by_value, reason = "a tuple of borrowed values reads best so")]
    pub fn get(&self, values: impl Values<L>) -> &M {
        values.with(|values| self.core.get(values, false))
    }

    /// The same, with a place beyond the limit: for label sets that the program itself declares.
    #[inline]
    #[expect(clippy::needless_pass_by_value, reason = "a tuple of borrowed values reads best so")]
    pub(crate) fn reserve(&self, values: impl Values<L>) -> &M {
        values.with(|values| self.core.get(values, true))
    }

    /// The series with these label values, and its position unless it is the overflow series.
    #[expect(clippy::needless_pass_by_value, reason = "a tuple of borrowed values reads best so")]
    pub(super) fn find(&self, values: impl Values<L>, reserved: bool) -> (Option<usize>, &M) {
        values.with(|values| {
            let metric = self.core.get(values, reserved);
            (self.core.table.position(&values), metric)
        })
    }

    /// The series at a position that [`find`](Self::find) gave.
    #[inline]
    pub(super) fn at(&self, position: usize) -> Option<&M> {
        self.core.table.at(position).map(|series| &series.metric)
    }

    pub(super) fn new(core: Arc<Core<M>>) -> Self {
        core.fill(L::DOMAINS);
        Self { core, labels: PhantomData }
    }
}

/// A metric without labels is used as itself.
impl<M: Metric> Deref for Family<(), M> {
    type Target = M;

    #[inline]
    fn deref(&self) -> &M {
        self.core.common()
    }
}

impl<L, M: Metric> Clone for Family<L, M> {
    fn clone(&self) -> Self {
        Self { core: Arc::clone(&self.core), labels: PhantomData }
    }
}

impl<L, M: Metric> fmt::Debug for Family<L, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.core.descriptor.name;
        f.debug_struct("Family").field("name", name).field("series", &self.core.len()).finish()
    }
}

impl<M: Metric> Core<M> {
    pub(super) fn new(
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
            epoch: unix_seconds(&clock),
            clock,
        }
    }

    /// Makes the series that are known beforehand: that of no labels, or those of all values.
    pub(super) fn fill(&self, domains: Domains) {
        if self.descriptor.labels.is_empty() {
            self.common();
        }
        seed(domains, &mut |key| {
            self.add(key.as_bytes(), true);
        });
    }

    /// How many series there are but for the one that all share. Right after
    /// [`fill`](Self::fill), that of the n-th combination of values is at n if they are as many.
    pub(super) fn filled(&self) -> usize {
        self.table.len()
    }

    /// Looks for a series and makes none.
    #[inline]
    pub(super) fn find(&self, values: &[&[u8]]) -> Found {
        let position = self.table.position(&values);
        position.map_or_else(|| self.find_place(values), Found::At)
    }

    /// The series that was found.
    #[inline]
    pub(super) fn found(&self, found: &Found) -> &M {
        match found {
            Found::At(position) => match self.table.at(*position) {
                Some(series) => &series.metric,
                None => self.common(),
            },
            Found::Common => self.common(),
            Found::New(key) => self.add(key, false),
            Found::Overflow => self.overflow(),
        }
    }

    #[cold]
    fn find_place(&self, values: &[&[u8]]) -> Found {
        if !self.has_place() {
            return Found::Overflow;
        }
        let key = Key::new(values);
        if self.is_common(key.as_bytes()) {
            return Found::Common;
        }
        Found::New(key.as_bytes().into())
    }

    #[inline]
    fn get(&self, values: &[&[u8]], reserved: bool) -> &M {
        match self.table.get(&values) {
            Some(series) => &series.metric,
            None => self.add_values(values, reserved),
        }
    }

    #[cold]
    fn add_values(&self, values: &[&[u8]], reserved: bool) -> &M {
        // Asked before the table is, which would have writers take turns.
        if !reserved && !self.descriptor.labels.is_empty() && !self.has_place() {
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
        let added = self.table.get_or_insert(&key, series);
        added.map_or_else(|| self.overflow(), |series| &series.metric)
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

    fn overflow(&self) -> &M {
        self.overflowed.fetch_add(1, Ordering::Relaxed);
        self.common()
    }

    #[inline]
    fn common(&self) -> &M {
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
}

impl<M> Query<Series<M>> for &[&[u8]] {
    #[inline]
    fn hash(&self, hasher: &mut KeyHasher<'_>) {
        self.iter().for_each(|value| hasher.write(value));
    }

    #[inline]
    fn is_key_of(&self, series: &Series<M>) -> bool {
        key::holds(&series.values, self)
    }
}

impl<M> Query<Series<M>> for &[u8] {
    fn hash(&self, hasher: &mut KeyHasher<'_>) {
        key::values(self).for_each(|value| hasher.write(value));
    }

    fn is_key_of(&self, series: &Series<M>) -> bool {
        **self == *series.values
    }
}

impl<M> Keyed for Series<M> {
    fn hash(&self, hasher: &mut KeyHasher<'_>) {
        key::values(&self.values).for_each(|value| hasher.write(value));
    }
}

/// Every combination of the labels' values, when all of them are known and there are few.
fn seed(domains: &[&[&'static str]], each: &mut dyn FnMut(&Key)) {
    let combinations = domains.iter().map(|domain| domain.len()).product::<usize>();
    if !domains.is_empty() && combinations <= MAX_SEEDED {
        combine(domains, &mut Key::default(), each);
    }
}

fn combine(domains: &[&[&'static str]], key: &mut Key, each: &mut dyn FnMut(&Key)) {
    let Some((domain, rest)) = domains.split_first() else { return each(key) };
    let len = key.len();
    for value in *domain {
        key.push(key::text(value));
        combine(rest, key, each);
        key.truncate(len);
    }
}

fn unix_seconds(clock: &Clock) -> f64 {
    let since = clock.wall().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0.0, |since| since.as_secs_f64())
}
