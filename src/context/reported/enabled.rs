//! What a request keeps for reports of it.

#[path = "head.rs"]
mod head;
#[path = "told.rs"]
mod told;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, Ordering, fence};

use http::{HeaderMap, Uri};
use once_cell::race::OnceBox;

use crate::config::Config;

use self::told::Told;
use super::kept::Kept;
use super::{EventId, Failing};

pub(crate) use self::head::{Armed, Head};

/// What a telemetry wants of its requests for reports.
#[derive(Debug)]
pub(crate) struct Reporting(Option<Armed>);

/// For one request.
#[derive(Debug, Default)]
pub(super) struct Reported {
    /// Made by the first that tells of a failure.
    failing: OnceBox<Failing>,
    /// None of a job's run, and where nothing is reported.
    head: OnceLock<Head>,
    /// Made by the first that tells something.
    told: OnceBox<Told>,
    /// Made by the first event that becomes one.
    crumbs: OnceBox<Kept>,
    stage: AtomicU8,
}

/// Its response's head was sent, and what follows may last.
const STREAMING: u8 = 1;
const OVER: u8 = 2;

impl Reporting {
    pub(super) fn new(config: &Config) -> Self {
        Self(Armed::new(config))
    }

    /// None where nothing is reported.
    #[inline]
    pub(crate) fn armed(&self) -> Option<&Armed> {
        self.0.as_ref()
    }
}

impl super::RequestContext {
    /// The identity of this request's failure: of its report, its log lines and its span. An error
    /// page may show it, and [`Telemetry`](crate::Telemetry) takes a user's feedback by it. It is
    /// the same whenever it is asked for, unless a panic follows what `sentry`'s own calls have
    /// captured, and stands for nothing if the request does not fail.
    pub fn report_id(&self) -> EventId {
        self.failing().id()
    }

    /// Where its failure is told of.
    pub(crate) fn failing(&self) -> &Failing {
        self.reported().failing.get_or_init(Box::default)
    }

    /// The identity of its failure, if any was told of.
    #[inline]
    pub(crate) fn failure_id(&self) -> Option<EventId> {
        self.failed().filter(|failing| failing.is_known()).map(Failing::id)
    }

    /// Its failure, if any was told of, or its identity was asked for.
    pub(crate) fn failed(&self) -> Option<&Failing> {
        self.reported().failing.get()
    }

    /// Keeps of its head what reports say.
    pub(crate) fn see_head(&self, armed: &Armed, uri: &Uri, headers: &HeaderMap, is_https: bool) {
        self.reported().head.get_or_init(|| armed.head(uri, headers, is_https));
    }

    pub(crate) fn head(&self) -> Option<&Head> {
        self.reported().head.get()
    }

    /// Where its breadcrumbs are.
    pub(crate) fn keep_crumbs(&self) -> &Kept {
        self.reported().crumbs.get_or_init(Box::default)
    }

    /// Its breadcrumbs, if there have been any.
    pub(crate) fn crumbs(&self) -> Option<&Kept> {
        self.reported().crumbs.get()
    }

    /// From here on evidence is gathered no more, but reported when it comes.
    pub(crate) fn begin_reporting_at_once(&self) {
        self.reported().stage.fetch_or(STREAMING, Ordering::Relaxed);
        fence(Ordering::SeqCst);
    }

    /// The same, because it is over: either this sees what was gathered, or whoever gathers sees
    /// that it is over.
    pub(crate) fn end_gathering(&self) -> Option<&Failing> {
        self.reported().stage.fetch_or(OVER, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        self.failed()
    }

    /// Whether evidence waits for its end, so that whoever has added some may ask who takes it.
    pub(crate) fn gathers(&self) -> bool {
        fence(Ordering::SeqCst);
        self.reported().stage.load(Ordering::Relaxed) == 0
    }
}
