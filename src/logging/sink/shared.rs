//! What those who push and the thread have in common.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tracing::Level;

use crate::ledger::{Ledger, Reason, Signal};

use super::bell::Bell;
use super::deliver::survives;
use super::progress::{Progress, Why};
use super::queue::{Entry, Queue, Rank};
use super::writer::is_writing;

pub(super) struct Shared {
    pub(super) queue: Queue,
    pub(super) bell: Bell,
    pub(super) progress: Progress,
    hooks: Mutex<Vec<Hook>>,
    lost: AtomicU64,
    is_failing: AtomicBool,
    ledger: Ledger,
}

/// Run each second with whether it may be the last time, and with something that takes a line.
pub(super) type Hook = Box<dyn FnMut(bool, &dyn Fn(Level, u64, &[u8])) + Send>;

impl Shared {
    pub(super) fn new(buffer: usize, ledger: Ledger) -> Self {
        let (queue, bell) = (Queue::new(buffer), Bell::new());
        let (progress, hooks) = (Progress::default(), Mutex::default());
        let (lost, is_failing) = (AtomicU64::new(0), AtomicBool::new(false));
        Self { queue, bell, progress, hooks, lost, is_failing, ledger }
    }

    pub(super) fn push(&self, rank: Rank, entry: Entry) {
        self.ledger.accept(Signal::Log, 1);
        let pushed = self.queue.push(rank, entry);
        self.lose(Reason::Full, pushed.lost);
        if !self.bell.pushed(rank, pushed.pressing) {
            self.lose(Reason::Closed, self.queue.clear());
        }
    }

    pub(super) fn lose(&self, reason: Reason, count: u64) {
        if count > 0 {
            self.lost.fetch_add(count, Ordering::Relaxed);
            self.ledger.drop(Signal::Log, reason, count);
        }
    }

    /// Counts lines that the output has.
    pub(super) fn deliver(&self, count: u64) {
        self.ledger.deliver(Signal::Log, count);
    }

    /// Counts a line that the thread itself has written, past the queue.
    pub(super) fn deliver_own(&self) {
        self.ledger.accept(Signal::Log, 1);
        self.deliver(1);
    }

    /// Says how the last write has gone.
    pub(super) fn set_failing(&self, is_failing: bool) {
        self.is_failing.store(is_failing, Ordering::Relaxed);
    }

    /// Whether the output refused what it was given last.
    pub(super) fn is_failing(&self) -> bool {
        self.is_failing.load(Ordering::Relaxed)
    }

    /// Lines lost since the start.
    pub(super) fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    pub(super) fn flush(&self, why: Why, within: Duration) -> bool {
        if is_writing() {
            // What waits for an output to return cannot be waited for in the output.
            return false;
        }
        let flush = self.progress.ask(why);
        self.bell.ring();
        self.progress.wait(flush, within)
    }

    /// The same, but waiting no longer than `within` for all of those that wait for one stall.
    pub(super) fn flush_in_passing(&self, within: Duration) -> bool {
        self.flush(Why::Reading, within.saturating_sub(self.progress.behind()))
    }

    /// Whether the thread ended in time, or will at once. If it did not, whatever was not written
    /// is lost.
    pub(super) fn stop(&self, within: Duration) -> bool {
        self.progress.ask(Why::Closing);
        self.bell.ring();
        if is_writing() {
            return false;
        }
        let Err(in_hand) = self.progress.end_or_abandon(within) else { return true };
        self.bell.close();
        self.lose(Reason::Failed, in_hand + self.queue.clear());
        false
    }

    pub(super) fn add_hook(&self, hook: Hook) {
        self.hooks().push(hook);
    }

    /// Runs the hooks, and forgets one that panics.
    pub(super) fn run_hooks(&self, settling: bool) {
        // Not under the lock, in case one adds another.
        let mut hooks = std::mem::take(&mut *self.hooks());
        let take = |level, at, line: &[u8]| {
            let mut copy = self.queue.buffer();
            copy.extend_from_slice(line);
            self.push(Rank::of(level), Entry { at, line: copy });
        };
        hooks.retain_mut(|hook| survives(|| hook(settling, &take)).is_some());
        self.hooks().append(&mut hooks);
    }

    fn hooks(&self) -> MutexGuard<'_, Vec<Hook>> {
        self.hooks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("lost", &self.lost()).finish_non_exhaustive()
    }
}
