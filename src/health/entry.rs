//! One registered check and what it has come to.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime};

use super::progress::{Ended, Progress, Rule};
use super::status::{CheckReport, Importance, Status};

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: Cow<'static, str>,
    pub(super) importance: Importance,
    rule: Rule,
    progress: Mutex<Progress>,
}

/// A change of a check's status, to be told.
#[derive(Debug)]
pub(super) struct Change {
    /// Whether it was failing or has begun to.
    pub(super) status: Status,
    pub(super) output: Option<Arc<str>>,
    /// Whether it is worth a line: a first pass is what everybody expects.
    pub(super) is_news: bool,
}

impl Entry {
    pub(super) fn new(
        name: Cow<'static, str>,
        importance: Importance,
        rule: Rule,
        progress: Progress,
    ) -> Self {
        Self { name, importance, rule, progress: Mutex::new(progress) }
    }

    /// Pass or fail. One that has come to nothing yet does not pass.
    pub(super) fn status(&self, now: Instant) -> Status {
        self.status_of(&self.progress(), now)
    }

    /// Whether there is nothing more to find out.
    pub(super) fn is_done(&self) -> bool {
        self.importance == Importance::Gate && self.progress().settled == Some(Status::Pass)
    }

    pub(super) fn record(&self, ended: Ended) -> Option<Change> {
        // A gate that has opened stays so.
        if self.is_done() {
            return None;
        }
        let (now, wall) = (ended.at, ended.wall);
        let mut progress = self.progress();
        progress.take(ended, self.rule);
        self.notice(&mut progress, now, wall)
    }

    pub(super) fn report(&self, now: Instant) -> CheckReport {
        let progress = self.progress();
        let status = self.status_of(&progress, now);
        CheckReport {
            name: self.name.clone(),
            importance: self.importance,
            status,
            output: self.output(&progress, now),
            took: progress.took,
            at: progress.wall,
            changed: progress.changed,
            consecutive_failures: progress.failures,
        }
    }

    fn status_of(&self, progress: &Progress, now: Instant) -> Status {
        match progress.settled {
            Some(Status::Pass) if self.importance == Importance::Gate => Status::Pass,
            Some(Status::Pass) if progress.is_stale(self.rule, now) || progress.is_orphan => {
                Status::Fail
            }
            settled => settled.unwrap_or(Status::Fail),
        }
    }

    fn output(&self, progress: &Progress, now: Instant) -> Option<Arc<str>> {
        if self.status_of(progress, now) == Status::Pass {
            None
        } else if progress.is_orphan {
            Some("the runtime that ran it has ended, or has no timers".into())
        } else if progress.is_stale(self.rule, now) {
            let age = now.saturating_duration_since(progress.at).as_secs();
            Some(format!("no result for {age} s").into())
        } else {
            Some(progress.failure.clone().unwrap_or_else(|| "no result yet".into()))
        }
    }

    fn notice(&self, progress: &mut Progress, now: Instant, wall: SystemTime) -> Option<Change> {
        // Nothing is no status that a check could change from.
        progress.settled?;
        let status = self.status_of(progress, now);
        if progress.noticed == Some(status) {
            return None;
        }
        let before = progress.noticed.replace(status);
        progress.changed = Some(wall);
        let is_news = status == Status::Fail || before.is_some();
        Some(Change { status, output: self.output(progress, now), is_news })
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What only those ask that run checks.
#[cfg(feature = "tokio")]
impl Entry {
    /// Failed runs since the last that passed.
    pub(super) fn failures(&self) -> u64 {
        self.progress().failures
    }

    /// Sees whether its last result has grown too old, or a new one has come.
    pub(super) fn look(&self, now: Instant, wall: SystemTime) -> Option<Change> {
        self.notice(&mut self.progress(), now, wall)
    }

    /// Says that nothing runs it any more, or that something does.
    pub(super) fn set_orphan(&self, is_orphan: bool) {
        self.progress().is_orphan = is_orphan;
    }
}
