//! A metric's series, one for each set of label values.

mod core;
mod seed;
mod series;

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use super::key::Labels;
use super::label::{LabelSet, Values};
use super::metric::Metric;

pub(crate) use self::core::{Core, Encode, Found, Room};
pub(super) use seed::combinations;

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
            (self.core.position(values), metric)
        })
    }

    /// The series at a position that [`find`](Self::find) gave.
    #[inline]
    pub(super) fn at(&self, position: usize) -> Option<&M> {
        self.core.at(position)
    }

    /// Shows every series with its label values.
    pub(super) fn for_each(&self, see: impl FnMut(Labels<'_>, &M)) {
        self.core.for_each(see);
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
