//! How far a service is on its way down.

use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tracing::info;

use crate::config::Shutdown;
use crate::telemetry::shutdown::Drain;

/// The way down of one telemetry: it goes on by signals, by time and by `shutdown`, and never back.
#[derive(Debug)]
pub(super) struct Way {
    settings: Shutdown,
    drain: Drain,
    /// The furthest step that somebody takes or has taken.
    taken: AtomicU8,
    at: watch::Sender<At>,
}

/// Where it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct At {
    pub(super) phase: Phase,
    /// When everything is to be over, once that is known.
    end: Option<Instant>,
}

/// In this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    /// Nobody has asked for anything.
    Serving,
    /// Not ready, and still taking requests.
    Draining,
    /// Requests under way are waited for.
    Stopping,
    /// Nothing more is waited for.
    Over,
}

impl Way {
    pub(super) fn new(settings: Shutdown, drain: Drain) -> Self {
        let (at, _) = watch::channel(At { phase: Phase::Serving, end: None });
        Self { settings, drain, taken: AtomicU8::new(Phase::Serving as u8), at }
    }

    /// The first step, however often it is asked for.
    pub(super) fn begin(&self, cause: &'static str) {
        // Before anything else: whoever looks sends nothing more.
        self.drain.begin();
        self.go(Phase::Draining, None, || {
            let drain = milliseconds(self.drain_delay());
            info!(target: TARGET, cause, drainMs = drain, "leaving: no longer ready");
        });
    }

    /// No further requests are taken; those under way have until the deadline.
    pub(super) fn stop(&self) {
        let deadline = self.settings.deadline;
        self.go(Phase::Stopping, Some(deadline), || {
            let deadline = milliseconds(deadline);
            info!(target: TARGET, deadlineMs = deadline, "no further requests are taken");
        });
    }

    /// Nothing is waited for; what is left is for the telemetry.
    pub(super) fn give_up(&self) {
        self.go(Phase::Over, Some(self.kept()), || {});
    }

    /// How long the service goes on after it is no longer ready. One that has not started yet is
    /// sent nothing, so it does not wait for others to learn of it.
    pub(super) fn drain_delay(&self) -> Duration {
        if self.drain.is_of_use() { self.settings.drain_delay } else { Duration::ZERO }
    }

    /// How long requests under way are waited for.
    pub(super) fn grace(&self) -> Duration {
        self.settings.deadline.saturating_sub(self.kept())
    }

    /// What of the deadline is kept for the telemetry.
    pub(super) fn kept(&self) -> Duration {
        self.settings.deadline / 5
    }

    /// What is left of the deadline; all of it while requests are taken.
    pub(super) fn remaining(&self) -> Duration {
        let deadline = self.settings.deadline;
        let left = |end: Instant| end.saturating_duration_since(Instant::now());
        self.at().end.map_or(deadline, left).max(LEAST.min(deadline))
    }

    pub(super) fn at(&self) -> At {
        *self.at.borrow()
    }

    /// Waits until it has come so far.
    pub(super) fn reached(&self, phase: Phase) -> impl Future<Output = ()> + Send + Sync + 'static {
        let mut at = self.at.subscribe();
        async move {
            // An error is the end of whoever could go on.
            let _ = at.wait_for(|at| phase <= at.phase).await;
        }
    }

    /// Takes a step, once. It is told of first, so that its line stands before those of whoever it
    /// wakes. Of several ends the earliest stands.
    fn go(&self, phase: Phase, within: Option<Duration>, tell: impl FnOnce()) {
        if phase as u8 <= self.taken.fetch_max(phase as u8, Ordering::AcqRel) {
            return;
        }
        tell();
        let end = within.and_then(|within| Instant::now().checked_add(within));
        self.at.send_modify(|at| {
            at.phase = at.phase.max(phase);
            at.end = [at.end, end].into_iter().flatten().min();
        });
    }
}

/// Enough for an output that takes lines at all, whatever else has used the time up.
const LEAST: Duration = Duration::from_millis(250);
pub(super) const TARGET: &str = "obskit::shutdown";

pub(super) fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
