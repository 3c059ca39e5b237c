//! The task that sends what waits.

use std::mem;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout_at};

use crate::export::backoff::Backoff;
use crate::export::{Background, Lifeline, Notices, Trouble, after, unless, ward};

use super::answer::Answer;
use super::outlet::{Flush, Outlet, PARCEL_BYTES};
use super::parcel::Parcel;
use super::transport::Transport;

/// What one signal's items are sent by.
#[derive(Debug)]
pub(super) struct Exporter<T> {
    outlet: Outlet,
    transport: Arc<T>,
    /// The longest one attempt may take.
    timeout: Duration,
    /// What one parcel holds at most, as far as the collector is known.
    parcel_bytes: usize,
    pause: Option<Pause>,
    /// Who came while something was being sent, and is served next.
    early: Vec<Flush>,
    notices: Notices,
    lifeline: Lifeline,
}

/// What an exporter is made of.
#[derive(Debug)]
pub(crate) struct Way<T> {
    /// Where its items come from.
    pub(crate) outlet: Outlet,
    pub(crate) transport: Arc<T>,
    /// The longest one attempt may take.
    pub(crate) timeout: Duration,
    pub(crate) notices: Notices,
}

/// Sends what the outlet takes, on the thread and until its end.
pub(crate) fn export<T: Transport>(background: &Background, way: Way<T>) {
    ward::export(background, way.outlet.clone(), |lifeline| Exporter::new(way, lifeline));
}

/// The collector is left alone.
#[derive(Clone, Copy, Debug)]
struct Pause {
    until: Instant,
    /// By the collector itself.
    is_asked: bool,
}

/// What a parcel may hold more with each that is taken: a collector that took too little once may
/// take more now.
const GROWTH: usize = PARCEL_BYTES / 64;

impl<T: Transport> Exporter<T> {
    pub(super) fn new(way: Way<T>, lifeline: Lifeline) -> Self {
        let Way { outlet, transport, timeout, notices } = way;
        let (parcel_bytes, pause, early) = (PARCEL_BYTES, None, Vec::new());
        Self { outlet, transport, timeout, parcel_bytes, pause, early, notices, lifeline }
    }

    /// Sends what waits until the thread is to end, and then what waits still.
    async fn send_all(&mut self) {
        let mut last = Instant::now();
        loop {
            let due = after(last, self.outlet.batch().schedule_delay);
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
            self.pause().await;
            let Some(parcel) = self.outlet.take(size, self.parcel_bytes) else { return };
            left = left.saturating_sub(parcel.len());
            self.deliver(parcel).await;
        }
    }

    /// Whether there is no time left for anything.
    fn is_over(&self) -> bool {
        self.lifeline.end().is_some_and(|end| Instant::now() >= end)
    }

    /// Has one parcel taken, in parts if need be.
    async fn deliver(&mut self, parcel: Parcel) {
        let deadline = after(Instant::now(), self.outlet.batch().export_timeout);
        let mut parts = vec![parcel];
        while let Some(mut part) = parts.pop() {
            match self.attempt(&part, deadline).await {
                Answer::Taken { rejected, message } => {
                    part.delivered(rejected);
                    self.parcel_bytes = (self.parcel_bytes + GROWTH).min(PARCEL_BYTES);
                    self.worked(rejected, &message);
                }
                Answer::Refused(trouble) => {
                    self.notices.lost(&trouble);
                    part.rejected();
                }
                Answer::Later { trouble, .. } => {
                    self.notices.lost(&trouble);
                    drop(part);
                }
                Answer::TooLarge(trouble) => match part.halve() {
                    None => {
                        self.notices.lost(&trouble);
                        part.rejected();
                    }
                    Some(half) => {
                        self.parcel_bytes = (self.parcel_bytes / 2).max(part.bytes());
                        parts.extend([half, part]);
                    }
                },
            }
        }
    }

    fn worked(&mut self, rejected: u64, message: &str) {
        self.notices.worked();
        if rejected > 0 {
            self.notices.rejected(rejected, message);
        }
    }

    /// Sends it until it is taken, refused, or the time is over.
    async fn attempt(&mut self, parcel: &Parcel, deadline: Instant) -> Answer {
        let request = self.transport.request(parcel);
        let mut backoff = Backoff::default();
        loop {
            let by = deadline.min(after(Instant::now(), self.timeout));
            let sending = timeout_at(by, self.transport.send(request.clone()));
            let sent = before(self.lifeline.clone(), sending).await;
            let answer = sent.unwrap_or_else(Answer::too_late);
            let Answer::Later { after: asked, trouble } = &answer else { return answer };
            self.notices.failed(trouble);
            let now = Instant::now();
            let next = now + asked.map_or_else(|| backoff.next(), Backoff::asked);
            let is_asked = asked.is_some();
            let end = self.lifeline.end().unwrap_or(deadline).min(deadline);
            let is_last = next >= end || (!is_asked && self.gives_up(trouble));
            // What follows it starts anew, unless the collector is to be left alone.
            let pause = Pause { until: next, is_asked };
            self.pause = Some(pause).filter(|_| is_asked || !is_last);
            if is_last {
                return answer;
            }
            self.pause().await;
        }
    }

    /// Whether the end comes, and the collector was not there before.
    fn gives_up(&self, trouble: &Trouble) -> bool {
        self.lifeline.end().is_some() && self.notices.is_failing() && !trouble.is_of_load()
    }

    /// Leaves the collector alone as long as is due. Whoever ends has no more time than there is,
    /// and a flush has none, unless the collector asked for it.
    async fn pause(&mut self) {
        let Some(Pause { until, is_asked }) = self.pause.take() else { return };
        let mut lifeline = self.lifeline.clone();
        if let Some(end) = lifeline.end() {
            // What would come too late is tried once more, at once.
            if until < end {
                sleep_until(until).await;
            }
            return;
        }
        let cut = lifeline.cut();
        if is_asked {
            unless(cut, sleep_until(until)).await;
        } else {
            unless(unless(cut, self.outlet.flush_asked()), sleep_until(until)).await;
            self.early.extend(self.outlet.take_flushes());
        }
    }
}

impl<T: Transport> ward::Exporter for Exporter<T> {
    fn run(&mut self) -> impl Future<Output = ()> + Send {
        self.send_all()
    }

    fn notices(&self) -> &Notices {
        &self.notices
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

#[cfg(test)]
mod tests;
