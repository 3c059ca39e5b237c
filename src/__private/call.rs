//! One call of an instrumented function, from its beginning.

use std::time::Instant;

use tracing::Span;

use crate::context::Home;
use crate::metrics::{Given, Instrument, Instruments, Series, Site};

use super::ending::Ending;
use super::failure::Failure;
use super::verdict::Verdict;
use super::watched::Watched;

/// A call under way. Its drop before its end says that it was cancelled, or has panicked.
#[derive(Debug)]
pub struct Call {
    pub(super) site: &'static Site,
    pub(super) home: Home,
    pub(super) span: Span,
    pub(super) started: Option<Instant>,
}

/// Where the labels of a call are looked up.
#[derive(Clone, Copy, Debug)]
pub struct Labelling<'a>(Option<&'a Instrument>);

impl Call {
    /// Begins a call; `span` is made within it.
    #[inline]
    pub fn begin(site: &'static Site, span: impl FnOnce() -> Span) -> Self {
        let home = Home::current();
        let instrument = instrument(&home, site);
        let started = instrument.and(home.acceptor()).map(|acceptor| acceptor.clock.now());
        if let Some(instrument) = instrument {
            instrument.begin();
        }
        Self { site, home, span: span(), started }
    }

    /// What looks up the labels of several metrics.
    #[inline]
    pub fn labelling(&self) -> Labelling<'_> {
        Labelling(instrument(&self.home, self.site))
    }

    /// The series of the metric `n` that has these labels.
    #[inline]
    pub fn series(&self, n: usize, labels: &impl Given) -> Series {
        self.labelling().series(n, labels)
    }

    /// Runs the function's body.
    #[inline]
    pub fn run<T>(&mut self, body: impl FnOnce() -> T) -> T {
        let _entered = self.span.enter();
        body()
    }

    /// The function's body, at each poll within the call's span.
    #[inline]
    pub fn watch<F: Future>(&mut self, body: F) -> Watched<'_, F> {
        Watched::new(self, body)
    }

    /// Ends the call: counts it, and tells of its failure.
    #[inline]
    pub fn end(&mut self, verdict: Verdict<'_>, _tell: fn(&Failure<'_>)) -> Ending<'_> {
        let instrument = instrument(&self.home, self.site);
        Ending::new(instrument, verdict.said.is_some())
    }
}

impl Labelling<'_> {
    /// The series of the metric `n` that has these labels.
    #[inline]
    pub fn series(self, n: usize, labels: &impl Given) -> Series {
        self.0.map_or(Series::NONE, |instrument| instrument.series(n, labels))
    }
}

#[inline]
pub(super) fn instrument<'a>(home: &'a Home, site: &Site) -> Option<&'a Instrument> {
    home.acceptor()?.instruments.downcast_ref::<Instruments>()?.at(site)
}
