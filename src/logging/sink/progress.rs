//! How far the thread has come: what a flush and the end wait for.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Shared by the thread and whoever waits for it; not by whoever pushes.
#[derive(Debug, Default)]
pub(super) struct Progress {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Flushes asked for, and those done.
    asked: u64,
    done: u64,
    /// Since when nothing was done for those that wait.
    since: Option<Instant>,
    /// One of those that wait is about the end.
    settling: bool,
    closing: bool,
    phase: Phase,
    /// Lines on their way, no longer in the queue.
    in_hand: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Running,
    Ended,
    /// Left behind in a write that does not return.
    Abandoned,
}

/// What the thread is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    flushes: u64,
    /// A flush waits.
    pub(super) now: bool,
    /// The end may follow it.
    pub(super) settling: bool,
    /// It is the last one.
    pub(super) closing: bool,
}

/// What a flush is asked for by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// Somebody wants to see lines.
    Reading,
    /// The end may follow.
    Settling,
    /// The end follows.
    Closing,
}

/// The thread has been left behind, and what it holds has been counted.
#[derive(Debug)]
pub(super) struct Abandoned;

/// Asking, and waiting.
impl Progress {
    /// Asks for a flush; its number is what to wait for.
    pub(super) fn ask(&self, why: Why) -> u64 {
        let mut state = self.state();
        state.asked += 1;
        state.since.get_or_insert_with(Instant::now);
        state.settling |= why != Why::Reading;
        state.closing |= why == Why::Closing;
        state.asked
    }

    /// For how long flushes have been waiting for the output.
    pub(super) fn behind(&self) -> Duration {
        self.state().since.map_or(Duration::ZERO, |since| since.elapsed())
    }

    /// Waits for a flush; false if it takes longer or never comes. After the end nothing is left
    /// to be flushed.
    pub(super) fn wait(&self, flush: u64, within: Duration) -> bool {
        let pending = |state: &State| state.phase == Phase::Running && state.done < flush;
        let state = self.wait_while(within, pending);
        state.done >= flush || state.phase == Phase::Ended
    }

    /// Waits for the thread's end, then leaves it behind. What it holds in that case is lost.
    pub(super) fn end_or_abandon(&self, within: Duration) -> Result<(), u64> {
        let mut state = self.wait_while(within, |state| state.phase == Phase::Running);
        if state.phase == Phase::Ended {
            return Ok(());
        }
        state.phase = Phase::Abandoned;
        let lost = std::mem::take(&mut state.in_hand);
        drop(state);
        self.changed.notify_all();
        Err(lost)
    }

    fn wait_while(
        &self,
        within: Duration,
        pending: impl Fn(&State) -> bool,
    ) -> MutexGuard<'_, State> {
        let waited = self.changed.wait_timeout_while(self.state(), within, |state| pending(state));
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The thread's side.
impl Progress {
    pub(super) fn asked(&self) -> Asked {
        let State { asked, done, settling, closing, .. } = *self.state();
        Asked { flushes: asked, now: asked > done, settling, closing }
    }

    /// Says what is about to be written.
    pub(super) fn begin(&self, in_hand: u64) -> Result<(), Abandoned> {
        self.hold(in_hand)
    }

    /// Says that it was, or was counted as lost.
    pub(super) fn settle(&self) -> Result<(), Abandoned> {
        self.hold(0)
    }

    pub(super) fn is_abandoned(&self) -> bool {
        self.state().phase == Phase::Abandoned
    }

    pub(super) fn done(&self, asked: Asked) {
        let mut state = self.state();
        state.done = asked.flushes;
        // Something was done: those that are left have waited since.
        let waits = state.done < state.asked;
        state.since = waits.then(Instant::now);
        state.settling &= waits;
        drop(state);
        self.changed.notify_all();
    }

    pub(super) fn end(&self) {
        let mut state = self.state();
        if state.phase == Phase::Running {
            state.phase = Phase::Ended;
        }
        drop(state);
        self.changed.notify_all();
    }

    fn hold(&self, in_hand: u64) -> Result<(), Abandoned> {
        let mut state = self.state();
        if state.phase == Phase::Abandoned {
            return Err(Abandoned);
        }
        state.in_hand = in_hand;
        Ok(())
    }
}
