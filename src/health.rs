//! Whether the service can take requests.
//!
//! So far a latch: the service is ready once every [`Latch`] is dropped, until it shuts down.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

/// Keeps `/readyz` at 503 while it lives: hold one over slow start-up and drop it when done, or
/// take one when the service is asked to leave.
#[derive(Debug)]
#[must_use = "dropping it says that the service is ready"]
pub struct Latch {
    health: Health,
}

/// How well something does, in the words of draft-inadarei-api-health-check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// It works.
    Pass,
    /// It works, and something that it can do without does not.
    Warn,
    /// It does not work.
    Fail,
}

/// What a probe asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Probe {
    /// Is the process worth keeping?
    Live,
    /// Can it take requests?
    Ready,
    /// Has it started?
    Startup,
}

/// What a check means to the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Importance {
    /// While it fails the service is not ready.
    Critical,
    /// While it fails the service is ready, with a warning.
    Optional,
    /// Until it has passed once the service has not started.
    Gate,
}

/// What one check has come to.
#[derive(Clone, Debug)]
pub(crate) struct CheckReport {
    pub(crate) name: Cow<'static, str>,
    pub(crate) importance: Importance,
    pub(crate) status: Status,
    /// Why it does not pass: redacted, at most 1 KiB, for trusted callers alone.
    pub(crate) output: Option<Arc<str>>,
    /// How long the last run took.
    pub(crate) took: Option<Duration>,
    /// When the last run ended.
    pub(crate) at: Option<SystemTime>,
    /// When its status changed last.
    pub(crate) changed: Option<SystemTime>,
    pub(crate) consecutive_failures: u64,
}

/// What a probe is told, with the checks it goes by.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    pub(crate) status: Status,
    /// Why, where no check says it: a latch is held, the service is on its way down, its runtime
    /// has stalled.
    pub(crate) output: Option<&'static str>,
    pub(crate) checks: Vec<CheckReport>,
}

/// The state behind the probes of one telemetry. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Health {
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    latches: AtomicUsize,
    /// Set when the last latch was dropped for the first time.
    has_started: AtomicBool,
    is_draining: AtomicBool,
}

impl Health {
    /// The answer to a probe, read from memory. It allocates nothing.
    pub(crate) fn status(&self, probe: Probe, _is_excluded: &dyn Fn(&str) -> bool) -> Status {
        let passes = match probe {
            Probe::Live => true,
            Probe::Ready => self.is_ready(),
            Probe::Startup => self.has_started(),
        };
        if passes { Status::Pass } else { Status::Fail }
    }

    /// The same with its reasons.
    pub(crate) fn report(&self, probe: Probe, is_excluded: &dyn Fn(&str) -> bool) -> Report {
        Report { status: self.status(probe, is_excluded), output: None, checks: Vec::new() }
    }

    pub(crate) fn latch(&self) -> Latch {
        self.state.latches.fetch_add(1, Ordering::AcqRel);
        Latch { health: self.clone() }
    }

    /// Ready no more, whatever the latches say.
    pub(crate) fn drain(&self) {
        self.state.is_draining.store(true, Ordering::Release);
    }

    pub(crate) fn is_ready(&self) -> bool {
        !self.is_held() && !self.state.is_draining.load(Ordering::Acquire)
    }

    /// Nothing is held any more, or was not at one time: a start is not undone by a later latch.
    pub(crate) fn has_started(&self) -> bool {
        self.state.has_started.load(Ordering::Acquire) || !self.is_held()
    }

    fn is_held(&self) -> bool {
        self.state.latches.load(Ordering::Acquire) > 0
    }
}

impl Drop for Latch {
    fn drop(&mut self) {
        let state = &self.health.state;
        if state.latches.fetch_sub(1, Ordering::AcqRel) == 1 {
            state.has_started.store(true, Ordering::Release);
        }
    }
}
