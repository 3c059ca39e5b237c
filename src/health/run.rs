//! One check, again and again.

use std::error::Error as StdError;
use std::fmt;
use std::iter::successors;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until, timeout};

use crate::context::random;
use crate::redaction::Redactor;

use super::check::{BoxError, Run};
use super::entry::Entry;
use super::failure;
use super::state::State;

/// When a check runs, and for how long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Schedule {
    pub(super) interval: Duration,
    pub(super) timeout: Duration,
}

/// The part of an interval by which a run may come earlier or later, so that many instances do not
/// ask at once.
const JITTER: f64 = 0.1;
/// How soon a check runs again that has failed, the first time; later it is twice as long.
const FIRST_RETRY: Duration = Duration::from_secs(1);

/// Of an error that are told.
const MAX_CAUSES: usize = 8;

/// Runs the check until the task is aborted, or there is nothing more to find out.
pub(super) async fn run(
    state: Arc<State>,
    entry: Arc<Entry>,
    check: Arc<dyn Run>,
    schedule: Schedule,
) {
    let mut watched = Watched { state: &state, entry: &entry, is_done: false };
    loop {
        let start = Instant::now();
        run_once(&state, &entry, Arc::clone(&check), schedule).await;
        if entry.is_done() {
            watched.is_done = true;
            return;
        }
        sleep_until(schedule.next(start, &entry)).await;
    }
}

impl Schedule {
    /// The longest from the end of one run to that of the next.
    pub(super) fn apart(self) -> Duration {
        self.interval.mul_f64(1.0 + JITTER) + self.timeout
    }

    /// When the next run begins: by the interval, or sooner after a failure, so that one slow
    /// answer does not take the service out for a whole interval.
    fn next(self, start: Instant, entry: &Entry) -> Instant {
        let Some(earlier) = entry.failures().checked_sub(1) else {
            return start + self.interval.mul_f64(jitter());
        };
        let doublings = u32::try_from(earlier).unwrap_or(u32::MAX).min(20);
        let retry = FIRST_RETRY.saturating_mul(2u32.saturating_pow(doublings));
        Instant::now() + retry.min(self.interval).mul_f64(jitter())
    }
}

/// Around 1.
fn jitter() -> f64 {
    let [random] = random::words();
    // A number of 32 bits is one without loss.
    let share = f64::from((random >> 32) as u32) / f64::from(u32::MAX);
    1.0 - JITTER + 2.0 * JITTER * share
}

/// A run is a task of its own, so that a panic ends it alone.
async fn run_once(state: &State, entry: &Entry, check: Arc<dyn Run>, schedule: Schedule) {
    let start = state.clock.now();
    let mut task = Aborted(tokio::spawn(describe(check, Arc::clone(&state.redactor))));
    let ended = timeout(schedule.timeout, &mut task.0).await;
    let took = state.clock.now().saturating_duration_since(start);
    let is_late = ended.is_err();
    let failure = match ended {
        Ok(Ok(failure)) => failure,
        Ok(Err(ended)) if ended.is_panic() => Some("the check panicked".into()),
        Ok(Err(_)) => Some("the check was cancelled".into()),
        Err(_) => Some(format!("no answer within {:?}", schedule.timeout).into()),
    };
    state.record(entry, failure, Some(took));
    if is_late {
        wait_until_gone(state, entry, task, schedule).await;
    }
}

/// The text of a failure is made where a panic of its making is caught.
async fn describe(check: Arc<dyn Run>, redactor: Arc<Redactor>) -> Option<Arc<str>> {
    let failed: Result<(), BoxError> = check.run().await;
    failed.err().map(|error| failure::describe(&WithCauses(&*error), &redactor))
}

/// A run that holds on to its thread cannot be ended, and no other is begun beside it: until it
/// lets go, the check fails.
async fn wait_until_gone(state: &State, entry: &Entry, mut task: Aborted, schedule: Schedule) {
    task.0.abort();
    while timeout(schedule.interval, &mut task.0).await.is_err() {
        state.record(entry, Some("a run that was given up still blocks its thread".into()), None);
    }
}

/// A run that ends with whoever waits for it.
struct Aborted(JoinHandle<Option<Arc<str>>>);

impl Drop for Aborted {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Notes that a check's task is gone before its time: with its runtime, or by a panic.
struct Watched<'a> {
    state: &'a State,
    entry: &'a Entry,
    is_done: bool,
}

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        if !self.is_done && !self.state.runner.is_over() {
            self.entry.set_orphan(true);
        }
    }
}

/// An error and its causes.
struct WithCauses<'a>(&'a (dyn StdError + 'static));

impl fmt::Display for WithCauses<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut causes =
            successors(self.0.source(), |error| StdError::source(*error)).take(MAX_CAUSES);
        causes.try_for_each(|cause| write!(f, ": {cause}"))
    }
}
