//! The task that sends what waits.

use std::mem;
use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout_at};

use crate::export::{Lifeline, unless};

use super::answer::Answer;
use super::backoff::Backoff;
use super::outlet::{Flush, Outlet, PARCEL_BYTES};
use super::parcel::Parcel;
use super::transport::Transport;

/// What one signal's items are sent by.
#[derive(Debug)]
pub(crate) struct Exporter<T> {
    outlet: Outlet,
    transport: T,
    /// The longest one attempt may take.
    timeout: Duration,
    /// What one parcel holds at most, as far as the collector is known.
    parcel_bytes: usize,
    pause: Option<Pause>,
    /// Who came while something was being sent, and is served next.
    early: Vec<Flush>,
    lifeline: Lifeline,
}

/// The collector is left alone.
#[derive(Clone, Copy, Debug)]
struct Pause {
    until: Instant,
    /// By the collector itself.
    is_asked: bool,
}

impl<T: Transport> Exporter<T> {
    pub(crate) fn new(outlet: Outlet, transport: T, timeout: Duration, lifeline: Lifeline) -> Self {
        let (parcel_bytes, pause, early) = (PARCEL_BYTES, None, Vec::new());
        Self { outlet, transport, timeout, parcel_bytes, pause, early, lifeline }
    }

    /// Sends what waits until the thread is to end, and then what waits still.
    pub(crate) async fn run(&mut self) {
        let mut last = Instant::now();
        loop {
            let due = last + self.outlet.batch().schedule_delay;
            if self.early.is_empty() {
                let waited = timeout_at(due, self.outlet.ready());
                unless(self.lifeline.clone().cut(), waited).await;
            }
            let end = self.lifeline.end().is_some();
            let mut flushes = mem::take(&mut self.early);
            flushes.extend(self.outlet.take_flushes());
            last = Instant::now();
            self.send(end || !flushes.is_empty() || last >= due).await;
            drop(flushes);
            if end {
                return;
            }
        }
    }

    /// Sends what waits now: all of it, or what fills its parcels.
    async fn send(&mut self, whole: bool) {
        let size = self.outlet.batch().batch_size;
        let mut left = self.outlet.waiting();
        while left > 0 && (whole || self.outlet.is_full()) && !self.is_over() {
            let Some(parcel) = self.outlet.take(size.min(left), self.parcel_bytes) else { return };
            left -= parcel.len();
            self.deliver(parcel).await;
        }
    }

    /// Whether there is no time left for anything.
    fn is_over(&self) -> bool {
        self.lifeline.end().is_some_and(|end| Instant::now() >= end)
    }

    /// Has one parcel taken, in parts if need be.
    async fn deliver(&mut self, parcel: Parcel) {
        let deadline = Instant::now() + self.outlet.batch().export_timeout;
        let mut parts = vec![parcel];
        while let Some(mut part) = parts.pop() {
            match self.attempt(&part, deadline).await {
                Answer::Taken { rejected, .. } => part.delivered(rejected),
                Answer::Refused { .. } => part.rejected(),
                Answer::Later { .. } => drop(part),
                Answer::TooLarge { .. } => match part.halve() {
                    None => part.rejected(),
                    Some(half) => {
                        self.parcel_bytes = (self.parcel_bytes / 2).max(part.bytes());
                        parts.extend([half, part]);
                    }
                },
            }
        }
    }

    /// Sends it until it is taken, refused, or the time is over.
    async fn attempt(&mut self, parcel: &Parcel, deadline: Instant) -> Answer {
        let request = self.transport.request(parcel);
        let mut backoff = Backoff::default();
        loop {
            self.pause(deadline).await;
            let by = deadline.min(Instant::now() + self.timeout);
            let sending = timeout_at(by, self.transport.send(request.clone()));
            let sent = before(self.lifeline.clone(), sending).await;
            let answer = sent.unwrap_or_else(Answer::too_late);
            let Answer::Later { after, .. } = &answer else { return answer };
            let now = Instant::now();
            let next = now + after.map_or_else(|| backoff.next(), Backoff::asked);
            self.pause = Some(Pause { until: next, is_asked: after.is_some() });
            let end = self.lifeline.end().unwrap_or(deadline).min(deadline);
            if next >= end {
                return answer;
            }
        }
    }

    /// Leaves the collector alone as long as is due. Whoever ends, or flushes, has no time for that.
    async fn pause(&mut self, deadline: Instant) {
        let Some(Pause { until, is_asked }) = self.pause.take() else { return };
        let paused = sleep_until(until.min(deadline));
        let mut lifeline = self.lifeline.clone();
        if is_asked || lifeline.end().is_some() {
            unless(lifeline.cut(), paused).await;
            return;
        }
        let hurry = unless(lifeline.cut(), self.outlet.flush_asked());
        unless(hurry, paused).await;
        self.early.extend(self.outlet.take_flushes());
    }
}

/// What it comes to, unless that takes too long, or the thread has ended before.
async fn before<O, E>(
    mut lifeline: Lifeline,
    work: impl Future<Output = Result<O, E>>,
) -> Option<O> {
    let end = async {
        let end = lifeline.cut().await;
        sleep_until(end).await;
    };
    unless(end, work).await?.ok()
}
