//! What the probes are told, kept in memory.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use once_cell::sync::OnceCell;

use crate::config::Clock;
use crate::error::Error;
use crate::redaction::Redactor;

use super::announce::announce;
use super::bounds::MAX_CHECKS;
use super::changes::Changes;
use super::entry::{Change, Entry};
use super::progress::Ended;
use super::runner::Runner;
use super::status::{CheckReport, Probe, Report, Status};

/// The checks of one telemetry and what they have come to. Clones share it.
#[derive(Clone, Debug)]
pub struct Health {
    pub(super) state: Arc<State>,
}

pub(super) struct State {
    latches: AtomicUsize,
    /// Set when the last latch was dropped for the first time.
    was_released: AtomicBool,
    is_draining: AtomicBool,
    is_stalled: AtomicBool,
    entries: RwLock<Vec<Arc<Entry>>>,
    pub(super) clock: Clock,
    pub(super) redactor: Arc<Redactor>,
    pub(super) changes: Changes,
    pub(super) runner: Runner,
    observer: OnceCell<Box<dyn Observe>>,
}

/// Is told of runs.
pub(crate) trait Observe: Send + Sync {
    /// A check was registered.
    fn added(&self, check: &str);

    /// A check's run has ended.
    fn ran(&self, check: &str, took: Duration);
}

impl Health {
    pub(crate) fn new(clock: &Clock, redactor: Arc<Redactor>) -> Self {
        Self { state: Arc::new(State::new(clock.clone(), redactor)) }
    }

    /// The answer to a probe, read from memory. It allocates nothing.
    pub(crate) fn status(&self, probe: Probe, is_excluded: &dyn Fn(&str) -> bool) -> Status {
        let state = &*self.state;
        match state.obstacle(probe) {
            Some(_) => Status::Fail,
            None => state.worst(probe, is_excluded),
        }
    }

    /// The same with its reasons.
    pub(crate) fn report(&self, probe: Probe, is_excluded: &dyn Fn(&str) -> bool) -> Report {
        let state = &*self.state;
        let (output, now) = (state.obstacle(probe), state.clock.now());
        let entries = state.entries();
        let asked = entries.iter().filter(|entry| probe.asks(entry.importance));
        let asked = asked.filter(|entry| !is_excluded(&entry.name));
        let checks: Vec<_> = asked.map(|entry| entry.report(now)).collect();
        let worst = checks.iter().map(|check| check.importance.weigh(check.status)).max();
        let status = if output.is_some() { Status::Fail } else { worst.unwrap_or(Status::Pass) };
        Report { status, output, checks }
    }

    /// Every check, whatever it means to which probe.
    pub(crate) fn checks(&self) -> Vec<CheckReport> {
        let now = self.state.clock.now();
        self.state.entries().iter().map(|entry| entry.report(now)).collect()
    }

    /// Has runs told to `observer`. Only the first is kept.
    pub(crate) fn observe(&self, observer: impl Observe + 'static) {
        let _ = self.state.observer.set(Box::new(observer));
    }

    /// Ready no more, whatever the latches say.
    pub(crate) fn drain(&self) {
        self.state.is_draining.store(true, Ordering::Release);
        self.state.changes.tell();
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.state.is_draining.load(Ordering::Acquire)
    }

    /// Ends every check for good.
    pub(crate) fn stop(&self) {
        self.state.runner.stop();
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.status(Probe::Ready, &|_| false) != Status::Fail
    }

    pub(crate) fn has_started(&self) -> bool {
        self.status(Probe::Startup, &|_| false) != Status::Fail
    }

    /// Sees which results have grown too old meanwhile.
    pub(crate) fn look(&self) {
        let (now, wall) = (self.state.clock.now(), self.state.clock.wall());
        let entries = self.state.entries().clone();
        for entry in entries {
            let change = entry.look(now, wall);
            self.state.tell(&entry, change);
        }
    }

    /// Says whether the service's runtime stands still.
    pub(crate) fn set_stalled(&self, is_stalled: bool) {
        self.state.is_stalled.store(is_stalled, Ordering::Release);
        self.state.changes.tell();
    }
}

impl State {
    fn new(clock: Clock, redactor: Arc<Redactor>) -> Self {
        Self {
            latches: AtomicUsize::new(0),
            was_released: AtomicBool::new(false),
            is_draining: AtomicBool::new(false),
            is_stalled: AtomicBool::new(false),
            entries: RwLock::default(),
            clock,
            redactor,
            changes: Changes::default(),
            runner: Runner::default(),
            observer: OnceCell::new(),
        }
    }

    /// Takes a check in.
    pub(super) fn add(&self, entry: Arc<Entry>) -> Result<(), Error> {
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        let name = &entry.name;
        if entries.iter().any(|known| known.name == *name) {
            let message = format!("a check named {name:?} is registered; a name is accepted once");
            return Err(Error::health(message));
        }
        if entries.len() >= MAX_CHECKS {
            let message = format!("check {name:?} is one too many; accepted: {MAX_CHECKS}");
            return Err(Error::health(message));
        }
        if let Some(observer) = self.observer.get() {
            observer.added(name);
        }
        entries.push(entry);
        drop(entries);
        self.changes.tell();
        Ok(())
    }

    /// Takes the end of a run.
    pub(super) fn record(&self, entry: &Entry, failure: Option<Arc<str>>, took: Option<Duration>) {
        if let (Some(observer), Some(took)) = (self.observer.get(), took) {
            observer.ran(&entry.name, took);
        }
        let (at, wall) = (self.clock.now(), self.clock.wall());
        let change = entry.record(Ended { failure, took, at, wall });
        self.tell(entry, change);
    }

    pub(super) fn hold(&self) {
        self.latches.fetch_add(1, Ordering::AcqRel);
        self.changes.tell();
    }

    pub(super) fn release(&self) {
        if self.latches.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.was_released.store(true, Ordering::Release);
        }
        self.changes.tell();
    }

    fn tell(&self, entry: &Entry, change: Option<Change>) {
        let Some(change) = change else { return };
        self.changes.tell();
        if change.is_news {
            announce(entry, &change);
        }
    }

    /// Why a probe fails whatever the checks say.
    fn obstacle(&self, probe: Probe) -> Option<&'static str> {
        let is_draining = self.is_draining.load(Ordering::Acquire);
        let is_held = self.latches.load(Ordering::Acquire) > 0;
        let was_released = self.was_released.load(Ordering::Acquire);
        let is_stalled = self.is_stalled.load(Ordering::Acquire) && !is_draining;
        match probe {
            Probe::Ready if is_draining => Some("the service is shutting down"),
            Probe::Ready if is_held => Some("the service is not ready yet"),
            Probe::Live | Probe::Ready if is_stalled => Some("the service's runtime has stalled"),
            // A start is not undone by a later latch.
            Probe::Startup if is_held && !was_released => Some("the service is starting"),
            Probe::Live | Probe::Ready | Probe::Startup => None,
        }
    }

    fn worst(&self, probe: Probe, is_excluded: &dyn Fn(&str) -> bool) -> Status {
        let now = self.clock.now();
        let entries = self.entries();
        let asked = entries.iter().filter(|entry| probe.asks(entry.importance));
        let asked = asked.filter(|entry| !is_excluded(&entry.name));
        let weighed = asked.map(|entry| entry.importance.weigh(entry.status(now)));
        weighed.max().unwrap_or(Status::Pass)
    }

    fn entries(&self) -> RwLockReadGuard<'_, Vec<Arc<Entry>>> {
        self.entries.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut state = f.debug_struct("State");
        state.field("latches", &self.latches).field("entries", &self.entries);
        state.finish_non_exhaustive()
    }
}
