//! What a request keeps for reports of it.

#[path = "head.rs"]
mod head;
#[path = "told.rs"]
mod told;

use std::sync::OnceLock;

use http::{HeaderMap, Uri};
use once_cell::race::OnceBox;

use crate::config::Config;

use self::told::Told;
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
}

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
    /// Where its failure is told of.
    pub(crate) fn failing(&self) -> &Failing {
        self.reported().failing.get_or_init(Box::default)
    }

    /// The identity of its failure, if any was told of.
    #[inline]
    pub(crate) fn failure_id(&self) -> Option<EventId> {
        self.failed().map(Failing::id)
    }

    /// Its failure, if any was told of.
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
}
