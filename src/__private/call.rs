//! One call of an instrumented function, from its beginning.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use tracing::Span;

use crate::context::{Acceptor, Entered, Home, Outcome, RequestContext};
use crate::metrics::{Exemplar, Given, Instrument, Instruments, Role, Series, Site};

use super::ending::Ending;
use super::failure::Failure;
use super::job;
use super::nested::{Heard, Nested};
use super::report;
use super::span;
use super::verdict::Verdict;
use super::watched::Watched;

/// A call under way. Its drop before its end says that it was cancelled, or has panicked.
#[derive(Debug)]
pub struct Call {
    site: &'static Site,
    home: Home,
    /// A job's own context, in the current one's place while the job runs.
    run: Option<RequestContext>,
    span: Span,
    /// None where nothing is recorded.
    started: Option<Instant>,
    state: State,
    /// Of the failures of calls within this one.
    heard: Heard,
}

/// Where the labels of a call are looked up.
#[derive(Clone, Copy, Debug)]
pub struct Labelling<'a>(Option<&'a Instrument>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// On some thread, so that what ends it now is a panic.
    Running,
    /// Waits for its next poll, so that what ends it now is a drop.
    Waiting,
    Ended,
}

impl Call {
    /// Begins a call; `span` is made within it.
    #[inline]
    pub fn begin(site: &'static Site, span: impl FnOnce() -> Span) -> Self {
        let mut call = Self::start(site);
        call.span = if call.run.is_none() { span() } else { call.within(span) };
        call
    }

    /// What looks up the labels of several metrics.
    #[inline]
    pub fn labelling(&self) -> Labelling<'_> {
        Labelling(self.instrument())
    }

    /// Runs the function's body.
    #[inline]
    pub fn run<T>(&mut self, body: impl FnOnce() -> T) -> T {
        self.enter(body)
    }

    /// The function's body, within the call at each poll.
    #[inline]
    pub fn watch<F: Future>(&mut self, body: F) -> Watched<'_, F> {
        Watched::new(self, body)
    }

    /// Ends the call: counts it, and has `tell` tell of its failure, here or where the request's
    /// end has shown it to be one.
    pub fn end(&mut self, verdict: Verdict<'_>, tell: fn(&Failure<'_>)) -> Ending<'_> {
        self.state = State::Ended;
        let (now, took) = self.time();
        let outcome = match verdict.said {
            Some(Outcome::Success) => Some(Outcome::Success),
            said => report::fail(self, &verdict, said, tell),
        };
        let call: &Self = self;
        span::tell(call, outcome, Some(verdict.what));
        let instrument = call.settle(outcome, now, took);
        Ending::new(call, instrument, outcome == Some(Outcome::Success), took)
    }

    fn start(site: &'static Site) -> Self {
        let mut home = Home::current();
        let mut run = None;
        if site.declaration().role == Role::Job
            && let Some(acceptor) = home.acceptor()
        {
            let context = acceptor.begin_job(site.declaration().name);
            job::begin(&context, site.declaration());
            run = Some(context.clone());
            home = Home::Request(context);
        }
        let started = home.acceptor().map(|acceptor| acceptor.clock.now());
        let state = State::Running;
        let call =
            Self { site, home, run, span: Span::none(), started, state, heard: Heard::Nothing };
        match call.instrument() {
            Some(instrument) => instrument.begin(),
            None => call.miss(),
        }
        call
    }

    /// Runs a part of the call: in the job's own request, and in its span.
    #[inline]
    pub(super) fn enter<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let _nested = Nested::new(&mut self.heard);
        let is_run = self.run.is_some();
        let _current = is_run.then(|| Entered::new(&mut self.run));
        let _entered = self.span.enter();
        work()
    }

    /// The same without being the running call.
    pub(super) fn within<T>(&self, work: impl FnOnce() -> T) -> T {
        let work = || self.span.in_scope(work);
        match &self.run {
            Some(run) => run.clone().sync_scope(work),
            None => work(),
        }
    }

    #[inline]
    pub(super) fn set_state(&mut self, state: State) {
        self.state = state;
    }

    pub(super) fn heard(&mut self) -> &mut Heard {
        &mut self.heard
    }

    pub(super) fn site(&self) -> &'static Site {
        self.site
    }

    #[inline]
    pub(super) fn context(&self) -> Option<&RequestContext> {
        self.home.context()
    }

    #[inline]
    pub(super) fn acceptor(&self) -> Option<&Arc<Acceptor>> {
        self.home.acceptor()
    }

    #[inline]
    pub(super) fn span(&self) -> &Span {
        &self.span
    }

    /// What time it is, and how long the call has run; none where nobody measures it.
    fn time(&self) -> (Option<Instant>, Option<Duration>) {
        let now = self.home.acceptor().map(|acceptor| acceptor.clock.now());
        let since = |started| Some(now?.saturating_duration_since(started));
        (now, self.started.and_then(since))
    }

    /// Records the end. An outcome that is not known is recorded with the request's own.
    fn settle(
        &self,
        outcome: Option<Outcome>,
        now: Option<Instant>,
        took: Option<Duration>,
    ) -> Option<&Instrument> {
        let took = took.unwrap_or_default();
        let instrument = self.instrument();
        if let Some(instrument) = instrument {
            instrument.end(outcome, took, self.exemplar(now).as_ref());
        }
        if let Some(run) = &self.run {
            let outcome = outcome.unwrap_or(Outcome::ServerError);
            self.within(|| job::end(run, self.site.declaration(), outcome, took));
        }
        instrument
    }

    /// Of a trace that is kept; any other would lead nowhere.
    #[inline]
    fn exemplar(&self, now: Option<Instant>) -> Option<Exemplar<'static>> {
        let context = self.context().filter(|context| context.is_sampled())?;
        let start = context.start();
        let at = start.wall.checked_add(now?.saturating_duration_since(start.at))?;
        let (trace, span) = (context.trace_id().to_bytes(), context.span_id().to_bytes());
        Some(Exemplar::at(at).trace(trace, span))
    }

    #[inline]
    fn instrument(&self) -> Option<&Instrument> {
        instruments(&self.home)?.at(self.site)
    }

    /// There is nothing to update: nobody wants it, or the site came after all were gathered.
    #[cold]
    fn miss(&self) {
        if let Some(instruments) = instruments(&self.home) {
            instruments.miss();
        }
    }
}

impl Labelling<'_> {
    /// The series of the metric `n` that has these labels.
    #[inline]
    pub fn series(self, n: usize, labels: &impl Given) -> Series {
        self.0.map_or(Series::NONE, |instrument| instrument.series(n, labels))
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if self.state == State::Ended {
            return;
        }
        // A thread that panics also drops what only waits.
        let has_panicked = self.state == State::Running && thread::panicking();
        let (now, took) = self.time();
        let outcome = if has_panicked { Outcome::Panicked } else { Outcome::Cancelled };
        span::tell(self, Some(outcome), None);
        if let Some(instrument) = self.instrument().filter(|_| !has_panicked)
            && report::give_up(self, took.unwrap_or_default())
        {
            return instrument.leave();
        }
        self.settle(Some(outcome), now, took);
    }
}

#[inline]
fn instruments(home: &Home) -> Option<&Instruments> {
    home.acceptor()?.instruments.downcast_ref()
}
