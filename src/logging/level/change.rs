//! How levels change: at once, for a time, and back.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant, SystemTime};

use tracing::callsite;
use tracing::dispatcher::{self, WeakDispatch};

use super::{Current, Levels, lock};

/// The levels in force, and what comes of them.
pub(super) struct State {
    pub(super) current: Current,
    temporary: Option<Temporary>,
    /// Changes of which no line has told. The oldest of too many are forgotten.
    untold: Vec<Change>,
}

/// What is to become of levels that are set for a time.
struct Temporary {
    until: Instant,
    then: Current,
}

/// What a line says of a change.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) at: SystemTime,
    /// The new levels.
    pub(super) text: Arc<str>,
    /// For how long; `None` until the next change.
    pub(super) time: Option<Duration>,
    /// Their time was over.
    pub(super) is_return: bool,
}

const MAX_UNTOLD: usize = 64;

impl Levels {
    /// Has `new` be the levels, for a time or until the next change.
    pub(super) fn change(&self, new: Current, time: Option<Duration>) {
        let (now, at) = (self.0.clock.now(), self.0.clock.wall());
        let change = Change { at, text: Arc::clone(&new.text), time, is_return: false };
        let mut state = self.state();
        let lasting = state.temporary.take().map(|temporary| temporary.then);
        let until = time.and_then(|time| now.checked_add(time));
        state.temporary = until.map(|until| {
            let then = lasting.unwrap_or_else(|| state.current.clone());
            Temporary { until, then }
        });
        // Of changes at one time, the generation and the levels of the same one stay.
        self.0.generation.store(new.generation, Ordering::Release);
        state.current = new;
        state.note(change);
        drop(state);
        self.apply();
    }

    /// Has levels whose time is over be what they were before.
    pub(super) fn look_at_the_clock(&self) {
        let now = self.0.clock.now();
        let mut state = self.state();
        let is_over = |temporary: &mut Temporary| temporary.until <= now;
        let Some(over) = state.temporary.take_if(is_over) else { return };
        let then = over.then.renewed();
        let (at, text) = (self.0.clock.wall(), Arc::clone(&then.text));
        self.0.generation.store(then.generation, Ordering::Release);
        state.current = then;
        state.note(Change { at, text, time: None, is_return: true });
        drop(state);
        self.apply();
    }

    /// The changes since this was asked last.
    pub(super) fn untold(&self) -> Vec<Change> {
        std::mem::take(&mut self.state().untold)
    }

    /// Tells everyone who has decided by other levels. Where there is one subscriber, `tracing` has
    /// call sites ask the calling thread's one, so that is to be ours.
    fn apply(&self) {
        let subscriber = lock(&self.0.subscriber).as_ref().and_then(WeakDispatch::upgrade);
        match subscriber {
            Some(ours) => dispatcher::with_default(&ours, callsite::rebuild_interest_cache),
            None => callsite::rebuild_interest_cache(),
        }
        if let Some(changed) = self.0.changed.get() {
            changed(self.max());
        }
    }
}

impl State {
    pub(super) fn new(current: Current) -> Self {
        Self { current, temporary: None, untold: Vec::new() }
    }

    /// When they go back.
    pub(super) fn until(&self) -> Option<Instant> {
        self.temporary.as_ref().map(|temporary| temporary.until)
    }

    fn note(&mut self, change: Change) {
        if self.untold.len() == MAX_UNTOLD {
            self.untold.remove(0);
        }
        self.untold.push(change);
    }
}
