//! The task that sends what waits.

use std::mem;
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::export::backoff::Backoff;
use crate::export::{Background, Lifeline, Notices, Trouble, after, unless, ward};
use crate::ledger::Reason;

use super::answer::Answer;
use super::discards::Taken;
use super::outbox::Flush;
use super::parcel::Parcel;
use super::transport::Sentry;
use super::{Category, Discard, Envelope, Outbox};

/// What postings are sent by.
#[derive(Debug)]
struct Exporter {
    outbox: Outbox,
    sentry: Sentry,
    backoff: Backoff,
    /// What was not sent is told beside what is. Not where the server has refused that.
    tells_beside: bool,
    /// Who came while something was being sent, and is served next.
    early: Vec<Flush>,
    notices: Notices,
    lifeline: Lifeline,
}

/// What an exporter is made of.
#[derive(Debug)]
pub(crate) struct Way {
    pub(crate) outbox: Outbox,
    pub(crate) sentry: Sentry,
    pub(crate) notices: Notices,
}

/// Whether something is done with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Done {
    Yes,
    /// It waits again.
    NotYet,
}

/// After so many attempts another has its turn, for it may be this one that the server fails at.
const ATTEMPTS: u32 = 5;
/// How often what was not sent is told by itself.
const TELLING: Duration = Duration::from_mins(1);

/// Sends what is posted, on the thread and until its end.
pub(crate) fn export(background: &Background, way: Way) {
    ward::export(background, way.outbox.clone(), |lifeline| Exporter::new(way, lifeline));
}

impl Exporter {
    fn new(way: Way, lifeline: Lifeline) -> Self {
        let Way { outbox, sentry, notices } = way;
        let (backoff, early) = (Backoff::default(), Vec::new());
        Self { outbox, sentry, backoff, tells_beside: true, early, notices, lifeline }
    }

    /// Sends what waits until the thread is to end, and then what waits still.
    async fn send_all(&mut self) {
        let mut told = Instant::now();
        loop {
            if self.early.is_empty() {
                let waited = timeout_at(after(told, TELLING), self.outbox.ready());
                unless(self.lifeline.clone().cut(), waited).await;
            }
            let end = self.lifeline.end().is_some();
            let mut flushes = mem::take(&mut self.early);
            flushes.extend(self.outbox.take_flushes());
            self.send().await;
            if end || !flushes.is_empty() || told.elapsed() >= TELLING {
                self.tell().await;
                told = Instant::now();
            }
            drop(flushes);
            if end {
                return;
            }
        }
    }

    /// Sends what waits now.
    async fn send(&mut self) {
        let mut left = self.outbox.waiting();
        while left > 0 && !self.is_over() {
            let Some(parcel) = self.outbox.take() else { return };
            if self.deliver(parcel).await == Done::Yes {
                left -= 1;
            }
        }
    }

    /// Whether there is no time left for anything.
    fn is_over(&self) -> bool {
        self.lifeline.end().is_some_and(|end| Instant::now() >= end)
    }

    /// Makes it, and has it taken.
    async fn deliver(&mut self, mut parcel: Parcel) -> Done {
        if self.outbox.is_throttled(parcel.category()) {
            parcel.lost(Reason::Throttled, Some(Discard::RatelimitBackoff));
            return Done::Yes;
        }
        let make = spawn_blocking(parcel.maker());
        let made = unless(over(self.lifeline.clone()), make).await;
        let made = made.map(|made| made.unwrap_or(Err(Discard::InternalSdkError)));
        match made {
            Some(Ok(envelope)) => return self.attempt(parcel, envelope).await,
            Some(Err(why)) => parcel.lost(reason(why), Some(why)),
            // There was no time for it.
            None => drop(parcel),
        }
        Done::Yes
    }

    /// Sends it until it is taken, refused, or the time is over.
    async fn attempt(&mut self, mut parcel: Parcel, mut envelope: Envelope) -> Done {
        for attempt in 1_u32.. {
            let answer = self.post(&envelope).await;
            let Some(left) = self.settle(parcel, answer).await else { break };
            parcel = left;
            if !attempt.is_multiple_of(ATTEMPTS) {
                continue;
            }
            let left = self.outbox.put_behind(parcel, envelope);
            let Some(left) = left else { return Done::NotYet };
            (parcel, envelope) = left;
        }
        Done::Yes
    }

    /// Counts what became of it; what may be sent again it leaves, when it is time for that.
    async fn settle(&mut self, parcel: Parcel, answer: Answer) -> Option<Parcel> {
        match answer {
            Answer::Taken => parcel.delivered(),
            Answer::Refused(trouble) => {
                parcel.lost(Reason::Rejected, Some(Discard::SendError));
                self.notices.lost(&trouble);
            }
            Answer::Limited(trouble) => {
                parcel.lost(Reason::Throttled, None);
                self.notices.lost(&trouble);
            }
            Answer::Later { after, trouble } => {
                if self.pause(after, &trouble).await {
                    return Some(parcel);
                }
                drop(parcel);
                self.notices.lost(&trouble);
            }
        }
        None
    }

    /// Tells what was not sent, by itself.
    async fn tell(&mut self) {
        let is_wanted = !Category::ALL.into_iter().all(|all| self.outbox.is_throttled(all));
        if is_wanted && !self.outbox.discards().is_empty() && !self.is_over() {
            let answer = self.post(&Envelope::default()).await;
            self.tells_beside |= answer == Answer::Taken;
        }
    }

    /// Sends it once, with what is to be told beside it. What is told alone may be taken where
    /// reports are refused, so it says nothing of how they do.
    async fn post(&mut self, envelope: &Envelope) -> Answer {
        let is_alone = envelope.items.is_empty();
        let is_told = is_alone || self.tells_beside;
        let discards = if is_told { self.outbox.discards().take() } else { Taken::default() };
        let sending = self.sentry.send(envelope, &discards);
        let sent = unless(over(self.lifeline.clone()), sending).await;
        let (answer, limits) = sent.unwrap_or_else(|| (Answer::too_late(), Vec::new()));
        for limit in limits {
            self.outbox.limit(limit);
        }
        match &answer {
            Answer::Taken if is_alone => {}
            Answer::Taken => {
                self.backoff = Backoff::default();
                self.notices.worked();
            }
            Answer::Later { trouble, .. } => {
                self.outbox.discards().put_back(discards);
                if !is_alone {
                    self.notices.failed(trouble);
                }
            }
            Answer::Refused(_) | Answer::Limited(_) => {
                self.tells_beside &= is_alone || discards.is_empty();
                self.outbox.discards().put_back(discards);
            }
        }
        answer
    }

    /// Leaves the server alone as long as is due, and says whether to try again. Whoever ends has
    /// no more time than there is, and a flush has none, unless the server asked for it.
    async fn pause(&mut self, asked: Option<Duration>, trouble: &Trouble) -> bool {
        let pause = asked.map_or_else(|| self.backoff.next(), Backoff::asked);
        let until = Instant::now() + pause;
        let mut lifeline = self.lifeline.clone();
        if let Some(end) = lifeline.end() {
            let is_hopeless = self.notices.is_failing() && !trouble.is_of_load();
            if until >= end || (asked.is_none() && is_hopeless) {
                return false;
            }
            sleep_until(until).await;
            return true;
        }
        let cut = lifeline.cut();
        if asked.is_some() {
            unless(cut, sleep_until(until)).await;
        } else {
            unless(unless(cut, self.outbox.flush_asked()), sleep_until(until)).await;
            self.early.extend(self.outbox.take_flushes());
        }
        true
    }
}

impl ward::Exporter for Exporter {
    fn run(&mut self) -> impl Future<Output = ()> + Send {
        self.send_all()
    }

    fn notices(&self) -> &Notices {
        &self.notices
    }
}

/// What is not sent for that reason has failed, unless somebody wants it so.
fn reason(why: Discard) -> Reason {
    match why {
        Discard::SampleRate | Discard::BeforeSend | Discard::EventProcessor => Reason::Filtered,
        _ => Reason::Failed,
    }
}

/// Waits until the thread ends for good.
async fn over(mut lifeline: Lifeline) {
    let end = lifeline.cut().await;
    sleep_until(end).await;
}

#[cfg(test)]
mod tests;
