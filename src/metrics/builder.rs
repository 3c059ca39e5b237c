//! A metric on its way into the registry.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::panic::Location;
use std::sync::Arc;

use crate::error::Error;

use super::declaration::{DeclaredMetric, Domains, Source};
use super::descriptor::Descriptor;
use super::family::{Core, Family};
use super::label::{Append, Declared, LabelSet};
use super::metric::Metric;
use super::registry::{Metrics, Registrant};

/// Describes a metric; [`register`](Self::register) adds it.
#[derive(Debug)]
#[must_use = "a metric is added by `register`"]
pub struct Builder<L, M: Metric> {
    metrics: Metrics,
    descriptor: Descriptor,
    options: M::Options,
    limit: u32,
    registrant: Registrant,
    labels: PhantomData<fn(L)>,
}

impl<M: Metric> Builder<(), M> {
    pub(super) fn new(
        metrics: &Metrics,
        (name, help): (Cow<'static, str>, Cow<'static, str>),
        options: M::Options,
        registrant: &'static Location<'static>,
    ) -> Self {
        let unit = Descriptor::unit_of(&name);
        Self {
            descriptor: Descriptor { name, help, kind: M::KIND, unit, labels: Vec::new() },
            limit: metrics.series_limit(),
            metrics: metrics.clone(),
            options,
            registrant: registrant.into(),
            labels: PhantomData,
        }
    }
}

impl<M: Metric> Builder<(), M> {
    /// Declares all labels at once, as the catalog has them.
    pub(super) fn labels<L: LabelSet>(mut self, names: &[&'static str]) -> Builder<L, M> {
        self.descriptor.labels = names.iter().map(|name| Cow::Borrowed(*name)).collect();
        self.retyped()
    }

    /// Adds the metric that an attribute declares, whose labels' types are known to it alone.
    pub(super) fn register_declared(
        mut self,
        declared: &DeclaredMetric,
        domains: Domains,
        source: Source,
    ) -> Result<Arc<Core<M>>, Error> {
        self.descriptor.labels = declared.labels.iter().map(|name| Cow::Borrowed(*name)).collect();
        self.limit = declared.limit.unwrap_or(self.limit);
        self.registrant = Registrant::Attribute(source);
        let core = self.add(declared.labels.len())?;
        core.fill(domains);
        Ok(core)
    }
}

impl<L: LabelSet, M: Metric> Builder<L, M> {
    /// Adds a label declared as `D`: a [`Label`](super::Label), or [`Text`](super::Text).
    ///
    /// Where the values of all of a metric's labels are known and make at most 256 series, each
    /// exists at 0 from the first scrape.
    ///
    /// A `String` is no label, for what a caller types has no bound; [`Text`](super::Text) says
    /// that the series limit is meant to be it:
    ///
    /// ```compile_fail,E0277
    /// # let metrics = obskit::metrics::Metrics::default();
    /// metrics.counter("failures_total", "Failures.").label::<String>("error").register()?;
    /// # Ok::<(), obskit::Error>(())
    /// ```
    pub fn label<D: Declared>(
        mut self,
        name: impl Into<Cow<'static, str>>,
    ) -> Builder<<L as Append<D>>::Longer, M>
    where
        L: Append<D>,
    {
        self.descriptor.labels.push(name.into());
        self.retyped()
    }

    /// Most series, the declared ones apart; the registry's limit (2,000) unless set.
    pub fn limit(mut self, series: u32) -> Self {
        self.limit = series;
        self
    }

    /// Adds the metric to its registry.
    ///
    /// # Errors
    ///
    /// When the name, the help, a label or an option is not acceptable, and when the name is
    /// taken; the error then names both places that asked for it.
    pub fn register(self) -> Result<Family<L, M>, Error> {
        self.add(L::DOMAINS.len()).map(Family::new)
    }

    fn add(self, labels: usize) -> Result<Arc<Core<M>>, Error> {
        self.descriptor.validate(labels)?;
        M::validate(&self.options).map_err(|problem| self.descriptor.refuse(&problem))?;
        let clock = self.metrics.clock().clone();
        let core = Arc::new(Core::<M>::new(self.descriptor, self.options, self.limit, clock));
        self.metrics.add(Arc::clone(&core) as _, self.registrant)?;
        Ok(core)
    }

    fn retyped<New>(self) -> Builder<New, M> {
        let Self { metrics, descriptor, options, limit, registrant, .. } = self;
        Builder { metrics, descriptor, options, limit, registrant, labels: PhantomData }
    }

    pub(super) fn options(mut self, change: impl FnOnce(&mut M::Options)) -> Self {
        change(&mut self.options);
        self
    }
}
