//! How well something does, in the words of draft-inadarei-api-health-check.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// How well something does, in the words of draft-inadarei-api-health-check. The worst is the
/// greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// It works.
    Pass,
    /// It works, and something that it can do without does not.
    Warn,
    /// It does not work.
    Fail,
}

/// What a check means to the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Importance {
    /// While it fails, the service is not ready.
    Critical,
    /// While it fails, the service is ready, with a warning.
    Optional,
    /// Until it has passed once, the service has not started. It runs no more then.
    Gate,
}

/// What a probe asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Probe {
    /// Is the process worth keeping?
    Live,
    /// Can it take requests?
    Ready,
    /// Has it started?
    Startup,
}

/// What one check has come to.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CheckReport {
    /// Its name.
    pub name: Cow<'static, str>,
    /// What it means to the service.
    pub importance: Importance,
    /// Pass or fail: what a failure means to the whole, its importance says.
    pub status: Status,
    /// Why it does not pass: without secrets, at most 1 KiB, for trusted callers alone.
    pub output: Option<Arc<str>>,
    /// How long the last run took; of a passive check, nothing.
    pub took: Option<Duration>,
    /// When the last run ended.
    pub at: Option<SystemTime>,
    /// When its status changed last.
    pub changed: Option<SystemTime>,
    /// Failed runs since the last that passed.
    pub consecutive_failures: u64,
}

/// What a probe is told, with the checks it goes by.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// What the probe answers.
    pub status: Status,
    /// Why, where no check says it: a latch is held, the service is on its way down, its runtime
    /// has stalled.
    pub output: Option<&'static str>,
    /// The checks, in the order of their registration.
    pub checks: Vec<CheckReport>,
}

impl Status {
    /// The word for it in answers, lines and labels.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

impl Importance {
    /// The word for it in answers and lines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Optional => "optional",
            Self::Gate => "gate",
        }
    }

    /// What a check of this importance means to the whole when it has this status.
    pub(super) const fn weigh(self, status: Status) -> Status {
        match (self, status) {
            (Self::Optional, Status::Fail) => Status::Warn,
            _ => status,
        }
    }
}

impl Probe {
    /// Every probe.
    pub(crate) const ALL: [Self; 3] = [Self::Live, Self::Ready, Self::Startup];

    /// The word for it in labels.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Ready => "ready",
            Self::Startup => "startup",
        }
    }

    /// Whether it goes by checks of this importance.
    pub(super) const fn asks(self, importance: Importance) -> bool {
        match self {
            Self::Live => false,
            Self::Ready => true,
            Self::Startup => matches!(importance, Importance::Gate),
        }
    }
}
