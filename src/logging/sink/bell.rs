//! How the thread is woken, and mostly not: every wake costs whoever pushes a system call.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread::Thread;

use super::queue::Rank;

/// What wakes the thread. It is rung once in a rest at most.
#[derive(Debug)]
pub(super) struct Bell {
    rest: AtomicU8,
    thread: OnceLock<Thread>,
}

/// How deeply the thread rests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rest {
    Awake,
    /// Between two writes: woken if much waits.
    Nap,
    /// Woken by an error as well.
    Sleep,
    /// Nothing has come for a while: woken by any line.
    Deep,
}

/// There is no thread that could take a line.
const CLOSED: u8 = u8::MAX;

impl Bell {
    pub(super) fn new() -> Self {
        Self { rest: AtomicU8::new(Rest::Awake as u8), thread: OnceLock::new() }
    }

    /// Says whom it wakes.
    pub(super) fn hang(&self, thread: Thread) {
        let _ = self.thread.set(thread);
    }

    /// Wakes the thread if it rests lightly enough for what was pushed just now. False if there is
    /// nobody to wake any more.
    pub(super) fn pushed(&self, rank: Rank, pressing: bool) -> bool {
        let rest = self.rest.load(Ordering::SeqCst);
        if rest == CLOSED {
            return false;
        }
        if rest >= Rest::woken_by(rank, pressing) as u8 && self.take_turn(rest) {
            self.ring();
        }
        true
    }

    /// Wakes the thread, or keeps it from resting next time.
    pub(super) fn ring(&self) {
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }

    /// How lightly the thread rests from now on. It looks once more whether there is something
    /// before it does.
    pub(super) fn set(&self, rest: Rest) {
        let unless_closed = |now| (now != CLOSED).then_some(rest as u8);
        let _ = self.rest.fetch_update(Ordering::SeqCst, Ordering::SeqCst, unless_closed);
    }

    /// From here on whoever pushes clears up himself.
    pub(super) fn close(&self) {
        self.rest.store(CLOSED, Ordering::SeqCst);
    }

    /// Whether it falls to the caller to ring, of all that push at this time.
    fn take_turn(&self, rest: u8) -> bool {
        let (awake, order) = (Rest::Awake as u8, Ordering::SeqCst);
        self.rest.compare_exchange(rest, awake, order, order).is_ok()
    }
}

impl Rest {
    /// The lightest rest out of which such a line wakes.
    pub(super) fn woken_by(rank: Rank, pressing: bool) -> Self {
        match rank {
            _ if pressing => Self::Nap,
            Rank::Error => Self::Sleep,
            Rank::Low | Rank::Warn => Self::Deep,
        }
    }
}
