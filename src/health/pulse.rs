//! Whether the service's runtime runs its tasks: one of them beats, and another thread listens.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::export::{Lifeline, unless};

use super::state::Health;

/// The heartbeat of one telemetry.
#[derive(Debug)]
pub(crate) struct Pulse {
    health: Health,
    /// The silence after which the runtime has stalled.
    stall_after: Option<Duration>,
    /// Asks for a beat. The runtime's own timers are not needed, which it may lack, or which a
    /// test may have paused.
    asks: watch::Sender<()>,
    beats: AtomicU64,
    /// How long it has been silent, in milliseconds.
    missed: AtomicU64,
    is_watched: AtomicBool,
    task: Mutex<Option<JoinHandle<()>>>,
}

/// The longest from one look, which asks for a beat, to the next.
const LONGEST_TICK: Duration = Duration::from_secs(1);
/// Ticks in the silence that is too long, so that a late one does not matter.
const TICKS: u32 = 10;
/// A runtime has been seen to run when it has beaten so often; before, nothing is known of it.
const ENOUGH_BEATS: u64 = 2;

/// What the listener remembers from one look to the next.
#[derive(Debug, Default)]
struct Heard {
    beats: u64,
    silent: Duration,
    is_stalled: bool,
}

impl Pulse {
    pub(crate) fn new(stall_after: Option<Duration>, health: &Health) -> Self {
        Self {
            health: health.clone(),
            stall_after,
            asks: watch::Sender::default(),
            beats: AtomicU64::new(0),
            missed: AtomicU64::new(0),
            is_watched: AtomicBool::new(false),
            task: Mutex::default(),
        }
    }

    /// Beats on this runtime, unless it does so on one already.
    pub(crate) fn beat_on(self: &Arc<Self>, handle: &Handle) {
        let mut task = self.task.lock().unwrap_or_else(PoisonError::into_inner);
        let is_beating = task.as_ref().is_some_and(|task| !task.is_finished());
        if self.stall_after.is_some() && !is_beating {
            self.beats.store(0, Ordering::Relaxed);
            *task = Some(handle.spawn(beat(Arc::downgrade(self), self.asks.subscribe())));
        }
    }

    /// Whether nobody listens yet. Who asks first is to call [`watch`](Self::watch).
    pub(crate) fn is_first_watch(&self) -> bool {
        !self.is_watched.swap(true, Ordering::AcqRel)
    }

    /// Listens, on a thread that does not stall with the service.
    pub(crate) async fn watch(self: Arc<Self>, mut lifeline: Lifeline) {
        let tick = self.tick();
        let listen = async {
            let mut heard = Heard::default();
            loop {
                // By its own ticks, which stop with the machine: a suspended one has not stalled.
                sleep(tick).await;
                self.listen(&mut heard, tick);
                self.asks.send_replace(());
                self.health.look();
            }
        };
        unless(lifeline.cut(), listen).await;
    }

    /// How long the runtime has been silent; nothing within the first ticks.
    pub(crate) fn missed(&self) -> Duration {
        Duration::from_millis(self.missed.load(Ordering::Relaxed))
    }

    /// Beats no more.
    pub(crate) fn stop(&self) {
        let mut task = self.task.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(task) = task.take() {
            task.abort();
        }
    }

    fn listen(&self, heard: &mut Heard, tick: Duration) {
        let beats = self.beats.load(Ordering::Relaxed);
        let is_known = beats >= ENOUGH_BEATS && self.is_beating();
        if beats != heard.beats || !is_known {
            self.recover(heard);
            *heard = Heard { beats, ..Heard::default() };
        } else {
            heard.silent = heard.silent.saturating_add(tick);
        }
        // A beat may come just after the look, so the first silent tick says nothing.
        let silent = if heard.silent > tick { heard.silent } else { Duration::ZERO };
        let millis = u64::try_from(silent.as_millis()).unwrap_or(u64::MAX);
        self.missed.store(millis, Ordering::Relaxed);
        let is_stalled = self.stall_after.is_some_and(|after| heard.silent >= after);
        if is_stalled && !heard.is_stalled && !self.health.is_draining() {
            heard.is_stalled = true;
            self.health.set_stalled(true);
            let seconds = silent.as_secs();
            tracing::error!(
                target: "obskit::health",
                seconds,
                "the service's runtime has stalled: it runs no task"
            );
        }
    }

    fn recover(&self, heard: &Heard) {
        if heard.is_stalled {
            self.health.set_stalled(false);
            let seconds = heard.silent.as_secs();
            tracing::info!(
                target: "obskit::health",
                seconds,
                "the service's runtime runs tasks again"
            );
        }
    }

    fn is_beating(&self) -> bool {
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner);
        task.as_ref().is_some_and(|task| !task.is_finished())
    }

    fn tick(&self) -> Duration {
        self.stall_after.map_or(LONGEST_TICK, |after| LONGEST_TICK.min(after / TICKS))
    }
}

impl Health {
    pub(crate) fn is_draining(&self) -> bool {
        self.state.is_draining.load(Ordering::Acquire)
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

/// Until the pulse is gone, which asks no more then.
async fn beat(pulse: Weak<Pulse>, mut asked: watch::Receiver<()>) {
    while asked.changed().await.is_ok() {
        let Some(pulse) = pulse.upgrade() else { return };
        pulse.beats.fetch_add(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Clock, Redaction};
    use crate::health::{Probe, Status};
    use crate::redaction::Redactor;
    use std::future::pending;

    const TICK: Duration = Duration::from_secs(1);

    /// A pulse that is beaten by hand, while a task seems to.
    fn pulse() -> Pulse {
        let redactor = Redactor::new(&Redaction::default()).unwrap();
        let health = Health::new(&Clock::system(), Arc::new(redactor));
        let pulse = Pulse::new(Some(Duration::from_secs(5)), &health);
        *pulse.task.lock().unwrap() = Some(tokio::spawn(pending()));
        pulse
    }

    /// What liveness says and how long the silence is, after each beat (`b`) and look (`.`).
    fn check(pulse: &Pulse, events: &str, expected: &str) {
        let (mut heard, mut found) = (Heard::default(), String::new());
        for event in events.chars() {
            if event == 'b' {
                pulse.beats.fetch_add(1, Ordering::Relaxed);
                continue;
            }
            pulse.listen(&mut heard, TICK);
            let live = pulse.health.status(Probe::Live) == Status::Pass;
            found.push_str(if live { "+" } else { "-" });
            found.push_str(&pulse.missed().as_secs().to_string());
        }
        assert_eq!(found, expected, "{events}");
    }

    #[tokio::test]
    async fn silence_is_measured_in_looks() {
        check(&pulse(), "bb......bb.b.", "+0+0+2+3+4-5+0+0");
        check(&pulse(), "bb.bbbbb..b...", "+0+0+0+0+0+2");
    }

    #[tokio::test]
    async fn a_runtime_that_was_not_seen_to_run_has_not_stalled() {
        check(&pulse(), "..........", "+0+0+0+0+0+0+0+0+0+0");
        check(&pulse(), "b.........", "+0+0+0+0+0+0+0+0+0");
    }

    #[tokio::test]
    async fn a_service_that_leaves_has_not_stalled() {
        let pulse = pulse();
        pulse.health.drain();
        check(&pulse, "bb........", "+0+0+2+3+4+5+6+7");
    }
}
