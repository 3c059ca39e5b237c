//! What the log is told of an exporter: once that it fails, and once that it works again.

use std::fmt;
use std::sync::Arc;

use http::Uri;
use tokio::time::{Duration, Instant};

use crate::ledger::{Ledger, Signal};

use super::standing::{Board, Trouble};

/// Runs work where the telemetry's subscriber takes its events.
pub(crate) type Tell = Arc<dyn Fn(&dyn Fn()) + Send + Sync>;

/// Tells of one exporter, whoever runs it.
pub(crate) struct Notices {
    board: Board,
    ledger: Ledger,
    subject: Subject,
    tell: Tell,
    /// Where it exports to, without what may be secret.
    endpoint: String,
    /// What the server must not have quoted.
    secrets: Vec<String>,
    /// Failures since it last worked.
    failures: u32,
    failing: Option<Failing>,
    /// When the last partial success was told.
    partial: Option<Instant>,
}

/// Whose exporter it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject {
    /// What is exported, as `spans`.
    pub(super) what: &'static str,
    /// Whom to, as `their collector`.
    pub(super) whom: &'static str,
    /// As the ledger counts it.
    pub(super) signals: &'static [Signal],
}

/// It was told that the exporter fails.
#[derive(Clone, Copy, Debug)]
struct Failing {
    /// How many were lost before.
    lost: u64,
}

/// One failure may be a server that starts anew.
const PATIENCE: u32 = 2;
/// Between two partial successes that are told.
const QUIET: Duration = Duration::from_mins(10);
const HIDDEN: &str = "[hidden]";
/// What is shorter is no secret, and would be found everywhere.
const SHORTEST_SECRET: usize = 4;

impl Notices {
    /// Of what says how it does on that board, and what it loses in that ledger.
    pub(super) fn new(
        (board, ledger): (Board, Ledger),
        subject: Subject,
        tell: Tell,
        url: &Uri,
        secrets: Vec<String>,
    ) -> Self {
        let (scheme, host) = (url.scheme_str().unwrap_or_default(), url.authority());
        let host = host.map_or("", |authority| authority.as_str());
        let endpoint = format!("{scheme}://{host}{}", url.path());
        let (failures, failing, partial) = (0, None, None);
        Self { board, ledger, subject, tell, endpoint, secrets, failures, failing, partial }
    }

    /// An attempt failed, and another may follow.
    pub(super) fn failed(&mut self, trouble: &Trouble) {
        self.failures = self.failures.saturating_add(1);
        self.board.set_trouble(Some(self.clean(trouble)));
        if self.failures >= PATIENCE {
            self.warn(trouble);
        }
    }

    /// Items were lost by it.
    pub(super) fn lost(&mut self, trouble: &Trouble) {
        self.board.set_trouble(Some(self.clean(trouble)));
        self.warn(trouble);
    }

    /// Whether it was told that the exporter fails.
    pub(super) fn is_failing(&self) -> bool {
        self.failing.is_some()
    }

    /// An export arrived.
    pub(super) fn worked(&mut self) {
        self.failures = 0;
        self.board.set_trouble(None);
        let Some(Failing { lost }) = self.failing.take() else { return };
        let lost = self.count_lost().saturating_sub(lost);
        let (what, endpoint) = (self.subject.what, &self.endpoint);
        (self.tell)(&|| {
            tracing::info!(target: "obskit::export", endpoint, lost, "{what} arrive again");
        });
    }

    /// An export arrived without some of its items.
    pub(super) fn rejected(&mut self, count: u64, message: &str) {
        let now = Instant::now();
        if self.partial.is_some_and(|told| now - told < QUIET) {
            return;
        }
        self.partial = Some(now);
        let (what, whom) = (self.subject.what, self.subject.whom);
        let (endpoint, error) = (&self.endpoint, self.hide(message));
        (self.tell)(&|| {
            tracing::warn!(
                target: "obskit::export",
                endpoint,
                error,
                lost = count,
                "{what} are rejected by {whom}"
            );
        });
    }

    /// The exporter panicked, and is started again.
    pub(super) fn panicked(&self) {
        self.board.count_restart();
        let what = self.subject.what;
        (self.tell)(&|| {
            tracing::error!(
                target: "obskit::export",
                "the exporter of {what} panicked, and is started again"
            );
        });
    }

    fn warn(&mut self, trouble: &Trouble) {
        if self.failing.is_some() {
            return;
        }
        self.failing = Some(Failing { lost: self.count_lost() });
        let (Subject { what, whom, .. }, endpoint) = (self.subject, &self.endpoint);
        let Trouble { why, hint } = self.clean(trouble);
        (self.tell)(&|| {
            tracing::warn!(
                target: "obskit::export",
                endpoint,
                error = why,
                hint,
                "{what} do not reach {whom}"
            );
        });
    }

    fn clean(&self, trouble: &Trouble) -> Trouble {
        Trouble { why: self.hide(&trouble.why), hint: trouble.hint }
    }

    fn hide(&self, text: &str) -> String {
        let hide = |text: String, secret: &String| {
            let mut text = text.replace(secret, HIDDEN);
            if let Some(start) = start_of(secret, &text) {
                text.replace_range(start.., HIDDEN);
            }
            text
        };
        self.secrets.iter().fold(text.to_owned(), hide)
    }

    fn count_lost(&self) -> u64 {
        self.subject.signals.iter().map(|signal| self.ledger.account(*signal).lost()).sum()
    }
}

impl fmt::Debug for Notices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notices").field("failing", &self.failing).finish_non_exhaustive()
    }
}

/// A header's value, and what stands in it after a scheme.
pub(super) fn secrets(value: &[u8]) -> Vec<String> {
    let value = String::from_utf8_lossy(value);
    let last = value.split(' ').next_back().unwrap_or_default();
    let secrets = [&*value, last].map(|secret| secret.trim().to_owned());
    secrets.into_iter().filter(|secret| secret.len() >= SHORTEST_SECRET).collect()
}

/// Where a text that was cut off ends with the beginning of a secret.
fn start_of(secret: &str, text: &str) -> Option<usize> {
    let lengths = (SHORTEST_SECRET..secret.len()).rev();
    let ends = |length: &usize| secret.get(..*length).is_some_and(|part| text.ends_with(part));
    lengths.into_iter().find(ends).map(|length| text.len() - length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_was_cut_off_is_found() {
        let check = |text: &str, expected: Option<usize>| {
            assert_eq!(start_of("hunter2", text), expected, "{text}");
        };
        check("no such token: hunter", Some(15));
        check("no such token: hunt", Some(15));
        check("no such token: hun", None);
        check("a hunter is unknown", None);
        check("hunter", Some(0));
        check("ä", None);
        check("", None);
    }
}
