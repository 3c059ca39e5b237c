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

/// The checks of one telemetry and what they have come to. Clones share it.
///
#[doc = include_str!("../../docs/health.md")]
#[derive(Clone, Debug)]
pub struct Health {
    pub(super) state: Arc<State>,
}

pub(super) struct State {
    pub(super) latches: AtomicUsize,
    /// Set when the last latch was dropped for the first time.
    pub(super) was_released: AtomicBool,
    pub(super) is_draining: AtomicBool,
    pub(super) is_stalled: AtomicBool,
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

    /// Has runs told to `observer`. Only the first is kept.
    pub(crate) fn observe(&self, observer: impl Observe + 'static) {
        let _ = self.state.observer.set(Box::new(observer));
    }

    /// Ready no more, whatever the latches say.
    pub(crate) fn drain(&self) {
        self.state.is_draining.store(true, Ordering::Release);
        self.state.changes.tell();
    }

    /// Ends every check for good.
    pub(crate) fn stop(&self) {
        self.state.runner.stop();
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

    pub(super) fn entries(&self) -> RwLockReadGuard<'_, Vec<Arc<Entry>>> {
        self.entries.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn tell(&self, entry: &Entry, change: Option<Change>) {
        let Some(change) = change else { return };
        self.changes.tell();
        if change.is_news {
            announce(entry, &change);
        }
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut state = f.debug_struct("State");
        state.field("latches", &self.latches).field("entries", &self.entries);
        state.finish_non_exhaustive()
    }
}
