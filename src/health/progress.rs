//! What the runs of one check have come to.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::status::Status;

/// When a check counts as failing, and when as well again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    /// Failures in a row after which it fails.
    pub(super) fail_after: u32,
    /// Passes in a row after which a failing one passes again.
    pub(super) recover_after: u32,
    /// The age of a result past which it says nothing any more.
    pub(super) max_age: Option<Duration>,
}

/// How one run ended.
#[derive(Debug)]
pub(super) struct Ended {
    /// Why it failed, if so.
    pub(super) failure: Option<Arc<str>>,
    pub(super) took: Option<Duration>,
    pub(super) at: Instant,
    pub(super) wall: SystemTime,
}

#[derive(Debug)]
pub(super) struct Progress {
    /// What the runs say together; nothing before the first that counts.
    pub(super) settled: Option<Status>,
    passes: u32,
    pub(super) has_passed: bool,
    pub(super) failures: u64,
    /// Of the last run that failed.
    pub(super) failure: Option<Arc<str>>,
    pub(super) took: Option<Duration>,
    /// When the last run ended; before the first, nothing.
    pub(super) wall: Option<SystemTime>,
    /// The same, or when the check was registered.
    pub(super) at: Instant,
    /// When the status changed last, as far as that was noticed.
    pub(super) changed: Option<SystemTime>,
    /// The status that the last change left.
    pub(super) noticed: Option<Status>,
    /// Nothing runs it any more, although it was not stopped.
    pub(super) is_orphan: bool,
}

impl Rule {
    pub(super) const DEFAULT: Self = Self { fail_after: 1, recover_after: 1, max_age: None };
}

impl Progress {
    pub(super) fn new(at: Instant, settled: Option<Status>) -> Self {
        Self {
            settled,
            passes: 0,
            has_passed: false,
            failures: 0,
            failure: None,
            took: None,
            wall: None,
            at,
            changed: None,
            noticed: settled,
            is_orphan: false,
        }
    }

    pub(super) fn take(&mut self, ended: Ended, rule: Rule) {
        self.at = ended.at;
        self.wall = Some(ended.wall);
        self.took = ended.took;
        if let Some(failure) = ended.failure {
            self.failure = Some(failure);
            self.passes = 0;
            self.failures = self.failures.saturating_add(1);
            if self.failures >= u64::from(rule.fail_after) {
                self.settled = Some(Status::Fail);
            }
        } else {
            self.failures = 0;
            self.passes = self.passes.saturating_add(1);
            // The first pass needs no second: there is nothing to recover from.
            if self.settled.is_none() || self.passes >= rule.recover_after {
                self.settled = Some(Status::Pass);
                self.has_passed = true;
                self.failure = None;
            }
        }
    }

    /// Whether the last result is too old to say anything.
    pub(super) fn is_stale(&self, rule: Rule, now: Instant) -> bool {
        rule.max_age.is_some_and(|max| now.saturating_duration_since(self.at) > max)
    }
}
