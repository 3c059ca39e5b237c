//! What the attributes of a program update: an instrument for each, in each telemetry.

mod agreement;
mod bounds;
mod declared;
mod handler;
mod job;
mod placed;
mod slo;
#[cfg(test)]
mod tests;
mod work;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::context::{Exchange, Outcome, Record};
use crate::error::Error;
use crate::ledger::{Ledger, Reason, Signal};

use super::declaration::{Declaration, Role, Site, sites};
use super::dependency::{Dependencies, Operation};
use super::exemplar::Exemplar;
use super::family::Found;
use super::given::Given;
use super::red::exemplar;
use super::registry::Metrics;

pub(super) use placed::{ByOutcome, Placed};

use declared::Own;
use job::{Job, Jobs};
use work::Work;

/// The instruments of one telemetry, by the number of their site.
#[derive(Debug)]
pub(crate) struct Instruments {
    by_site: Box<[Instrument]>,
    ledger: Ledger,
}

/// What one attribute updates.
#[derive(Debug)]
pub(crate) struct Instrument {
    part: Part,
    own: Box<[Own]>,
}

/// What it shares with attributes of its role and name.
enum Part {
    Handler(Arc<Work>),
    Dependency(Box<Operation>),
    Job(Job),
}

/// The series of one update: looked up before it, and made no sooner.
#[derive(Debug)]
#[doc(hidden)]
pub struct Series(Found);

impl Instruments {
    /// Registers what all attributes of the program declare.
    ///
    /// # Errors
    ///
    /// When two attributes contradict each other, or one the registry; the error names the places.
    pub(crate) fn register(
        metrics: &Metrics,
        dependencies: &Arc<Dependencies>,
        ledger: &Ledger,
    ) -> Result<Self, Error> {
        Self::register_sites(metrics, dependencies, ledger, sites())
    }

    /// The same of these, whose numbers are their places in the list.
    fn register_sites(
        metrics: &Metrics,
        dependencies: &Arc<Dependencies>,
        ledger: &Ledger,
        sites: &[&'static Site],
    ) -> Result<Self, Error> {
        let declarations: Vec<_> = sites.iter().map(|site| site.declaration()).collect();
        slo::register(metrics, &declarations)?;
        let mut handlers = handler::register(metrics, &declarations)?;
        let mut jobs = Jobs::register(metrics, &declarations)?;
        let own = declared::register(metrics, &declarations)?;
        let part = |declaration: &'static Declaration| match declaration.role {
            Role::Endpoint => Part::Handler(handlers.named(declaration.name)),
            Role::Dependency => Part::Dependency(Box::new(dependencies.operation(declaration))),
            Role::Job => Part::Job(jobs.named(declaration.name)),
        };
        let parts: Vec<_> = declarations.iter().copied().map(part).collect();
        let by_site = parts.into_iter().zip(own).map(|(part, own)| Instrument { part, own });
        let by_site = by_site.collect();
        handlers.watch(metrics);
        jobs.watch(metrics);
        Ok(Self { by_site, ledger: ledger.clone() })
    }

    /// The instrument of a site; none if it came after all were gathered.
    #[inline]
    pub(crate) fn at(&self, site: &Site) -> Option<&Instrument> {
        self.by_site.get(site.number()?)
    }

    /// Counts a call that there was no instrument for.
    #[cold]
    pub(crate) fn miss(&self) {
        self.ledger.drop(Signal::Metric, Reason::Late, 1);
    }

    /// Counts the calls that have waited for the request's end.
    #[cold]
    fn settle(&self, exchange: &Exchange<'_>) {
        for open in exchange.context.unsaid() {
            if let Some(found) = self.by_site.get(open.site) {
                let dropped = open.dropped.map(|took| (took, exemplar(exchange)));
                found.settle(open.outcome(exchange), dropped);
            }
        }
    }
}

impl Record for Instruments {
    #[inline]
    fn record(&self, exchange: &Exchange<'_>) {
        if exchange.context.has_unsaid() {
            self.settle(exchange);
        }
    }

    /// What handlers do is counted whether or not their requests are.
    fn record_excluded(&self, exchange: &Exchange<'_>) {
        self.record(exchange);
    }
}

impl Instrument {
    /// A call has begun.
    #[inline]
    pub(crate) fn begin(&self) {
        match &self.part {
            Part::Handler(work) => work.begin(),
            Part::Job(job) => job.work().begin(),
            Part::Dependency(_) => {}
        }
    }

    /// A call has ended. One whose outcome is not known yet is counted later, when it
    /// [is settled](Self::settle).
    #[inline]
    pub(crate) fn end(
        &self,
        outcome: Option<Outcome>,
        took: Duration,
        exemplar: Option<&Exemplar<'_>>,
    ) {
        // The time of what was given up says nothing of how long the work takes.
        let is_over = outcome != Some(Outcome::Cancelled);
        match &self.part {
            Part::Handler(work) => work.end(took, is_over, exemplar),
            Part::Job(job) => job.work().end(took, is_over, exemplar),
            Part::Dependency(operation) => operation.end(took, is_over, exemplar),
        }
        if let Some(outcome) = outcome {
            self.count(outcome);
        }
    }

    /// A call was dropped whose outcome is not known yet: its time waits with it.
    pub(crate) fn leave(&self) {
        if let Part::Handler(work) = &self.part {
            work.end(Duration::ZERO, false, None);
        }
    }

    /// The outcome of a call is known, and so is whether the time of a dropped one counts.
    fn settle(&self, outcome: Outcome, dropped: Option<(Duration, Option<Exemplar<'_>>)>) {
        if let (Part::Handler(work), Some((took, exemplar))) = (&self.part, dropped)
            && outcome != Outcome::Cancelled
        {
            work.time(took, exemplar.as_ref());
        }
        self.count(outcome);
    }

    #[inline]
    fn count(&self, outcome: Outcome) {
        match &self.part {
            Part::Handler(work) => work.count(outcome),
            Part::Job(job) => job.count(outcome),
            Part::Dependency(operation) => operation.count(outcome),
        }
    }

    /// The series of its metric `n` that has these labels.
    #[inline]
    pub(crate) fn series(&self, n: usize, labels: &impl Given) -> Series {
        self.own.get(n).map_or(Series::NONE, |own| Series(own.find(labels)))
    }

    /// Adds to its metric `n`, a counter.
    #[inline]
    pub(crate) fn add(&self, n: usize, series: &Series, amount: u64) {
        if let Some(own) = self.own.get(n) {
            own.add(&series.0, amount);
        }
    }

    /// Observes a value in its metric `n`, a histogram.
    #[inline]
    pub(crate) fn observe_value(&self, n: usize, series: &Series, value: f64) {
        if let Some(own) = self.own.get(n) {
            own.observe(&series.0, value);
        }
    }
}

impl Series {
    /// That of a metric without labels.
    pub const NONE: Self = Self(Found::Common);
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Handler(_) => "Handler",
            Self::Dependency(_) => "Dependency",
            Self::Job(_) => "Job",
        })
    }
}
