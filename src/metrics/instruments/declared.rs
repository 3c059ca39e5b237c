//! The metrics that attributes declare of their own, shared by those that declare the same.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::sync::Arc;

use crate::error::Error;
use crate::metrics::counter::Counter;
use crate::metrics::declaration::{Declaration, DeclaredMetric, Domains, Source};
use crate::metrics::descriptor::Kind;
use crate::metrics::family::{Core, Found, combinations};
use crate::metrics::given::Given;
use crate::metrics::histogram::Histogram;
use crate::metrics::registry::Metrics;

/// A metric of an attribute's own.
#[derive(Clone)]
pub(super) struct Own {
    metric: Registered,
    /// How many label sets stand at the positions of their places among all; 0 where the
    /// attribute does not know the values of each label.
    indexed: usize,
}

#[derive(Clone)]
enum Registered {
    Counter(Arc<Core<Counter>>),
    Histogram(Arc<Core<Histogram>>),
}

/// A metric and the first attribute that declares it.
struct Declared {
    metric: DeclaredMetric,
    domains: Domains,
    source: Source,
}

/// Registers the metrics of every declaration, and gives each its own in its order.
pub(super) fn register(
    metrics: &Metrics,
    declarations: &[&'static Declaration],
) -> Result<Vec<Box<[Own]>>, Error> {
    let mut by_name: BTreeMap<&'static str, Declared> = BTreeMap::new();
    for (metric, source) in all(declarations) {
        let declared = Declared { metric: *metric, domains: metric.domains(), source };
        match by_name.entry(metric.name) {
            Entry::Vacant(free) => drop(free.insert(declared)),
            Entry::Occupied(first) => first.into_mut().share(declared)?,
        }
    }
    let registered =
        by_name.iter().map(|(name, declared)| Ok((*name, declared.register(metrics)?)));
    let registered: BTreeMap<_, _> = registered.collect::<Result<_, Error>>()?;
    let own = |metric: &DeclaredMetric| Some(registered.get(metric.name)?.as_known_to(metric));
    let each = declarations.iter().map(|each| each.metrics.iter().filter_map(own).collect());
    Ok(each.collect())
}

fn all(
    declarations: &[&'static Declaration],
) -> impl Iterator<Item = (&'static DeclaredMetric, Source)> {
    let metrics = |each: &&'static Declaration| {
        let source = each.source;
        each.metrics.iter().map(move |metric| (metric, source))
    };
    declarations.iter().flat_map(metrics)
}

impl Declared {
    /// Lets another attribute declare the same.
    fn share(&mut self, other: Self) -> Result<(), Error> {
        if let Some(difference) = self.difference(&other) {
            let name = self.metric.name;
            let (first, second) = (self.source, other.source);
            return Err(Error::metric(format!(
                "metric {name:?} is declared at {first} and at {second} with {difference}; \
                 accepted: the same wherever it is declared"
            )));
        }
        // Where a function is generic, only another may know the labels' types.
        if !self.is_known() {
            *self = other;
        }
        Ok(())
    }

    fn difference(&self, other: &Self) -> Option<String> {
        let (ours, theirs) = (&self.metric, &other.metric);
        let mut values = self.domains.iter().zip(other.domains);
        let differ = |(ours, theirs): (&&[&str], &&[&str])| {
            !ours.is_empty() && !theirs.is_empty() && ours != theirs
        };
        if ours.kind != theirs.kind {
            Some(format!("the kinds {:?} and {:?}", ours.kind, theirs.kind))
        } else if ours.help != theirs.help {
            Some(format!("the help {:?} and {:?}", ours.help, theirs.help))
        } else if ours.labels != theirs.labels {
            Some(format!("the labels {:?} and {:?}", ours.labels, theirs.labels))
        } else if ours.limit != theirs.limit {
            Some(format!("the limit {} and {}", limit(ours), limit(theirs)))
        } else if ours.buckets != theirs.buckets {
            Some(format!("the buckets {} and {}", buckets(ours), buckets(theirs)))
        } else {
            let (ours, theirs) = values.find(|pair| differ(*pair))?;
            Some(format!("labels of the values {ours:?} and {theirs:?}"))
        }
    }

    fn is_known(&self) -> bool {
        is_known(&self.metric, self.domains)
    }

    fn register(&self, metrics: &Metrics) -> Result<Own, Error> {
        let Self { metric, domains, source } = self;
        let (name, help) = (metric.name, metric.help);
        if metric.kind == Kind::Counter {
            let counter = metrics.counter(name, help);
            let core = counter.register_declared(metric, domains, *source)?;
            let filled = core.filled();
            return Ok(self.own(Registered::Counter(core), filled));
        }
        let histogram = metrics.histogram(name, help);
        let histogram = match metric.buckets {
            Some(bounds) => histogram.buckets(bounds),
            None => histogram,
        };
        let core = histogram.register_declared(metric, domains, *source)?;
        let filled = core.filled();
        Ok(self.own(Registered::Histogram(core), filled))
    }

    /// Label sets that are one in two ways have left some positions to others.
    fn own(&self, metric: Registered, filled: usize) -> Own {
        let sets = combinations(self.domains);
        Own { metric, indexed: if sets == filled { filled } else { 0 } }
    }
}

impl Own {
    /// The same for an attribute that may know less.
    fn as_known_to(&self, metric: &DeclaredMetric) -> Self {
        let indexed = if is_known(metric, metric.domains()) { self.indexed } else { 0 };
        Self { metric: self.metric.clone(), indexed }
    }

    #[inline]
    pub(super) fn find<G: Given>(&self, labels: &G) -> Found {
        if G::SETS > 0
            && G::SETS == self.indexed
            && let Some(index) = labels.index()
        {
            return Found::At(index);
        }
        labels.with(|values| match &self.metric {
            Registered::Counter(core) => core.find(values),
            Registered::Histogram(core) => core.find(values),
        })
    }

    #[inline]
    pub(super) fn add(&self, found: &Found, amount: u64) {
        if let Registered::Counter(core) = &self.metric {
            core.found(found).add(amount);
        }
    }

    #[inline]
    pub(super) fn observe(&self, found: &Found, value: f64) {
        if let Registered::Histogram(core) = &self.metric {
            core.found(found).observe(value);
        }
    }
}

impl fmt::Debug for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &self.metric {
            Registered::Counter(_) => Kind::Counter,
            Registered::Histogram(_) => Kind::Histogram,
        };
        f.debug_struct("Own").field("kind", &kind).field("indexed", &self.indexed).finish()
    }
}

/// Whether the values of every label are.
fn is_known(metric: &DeclaredMetric, domains: Domains) -> bool {
    domains.len() == metric.labels.len() && domains.iter().all(|values| !values.is_empty())
}

fn limit(metric: &DeclaredMetric) -> String {
    metric.limit.map_or_else(|| "by default".to_owned(), |limit| limit.to_string())
}

fn buckets(metric: &DeclaredMetric) -> String {
    metric.buckets.map_or_else(|| "by default".to_owned(), |bounds| format!("{bounds:?}"))
}
