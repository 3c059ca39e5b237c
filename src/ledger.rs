//! What became of each signal: how much it took, how much it handed on, how much it lost and why.
//!
//! Whoever takes, hands on or drops something says so here. `obskit_accepted_total`,
//! `obskit_delivered_total` and `obskit_dropped_total` show it, and so do `/debug/ledger` and the
//! report of a shutdown.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::concurrent::Tally;

/// The counts of one telemetry. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Ledger {
    counts: Arc<Counts>,
}

struct Counts {
    accepted: [Tally; Signal::ALL.len()],
    delivered: [Tally; Signal::ALL.len()],
    dropped: [AtomicU64; KINDS.len()],
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    /// Members of a `baggage` header.
    Baggage,
    /// Check-ins of jobs on their way to Sentry.
    CheckIn,
    /// Endpoints told apart.
    Endpoint,
    /// What users said of failures, on its way to Sentry.
    Feedback,
    /// Log lines: accepted by the buffer, delivered when the output has them.
    Log,
    /// What a call was to count.
    Metric,
    /// Log records on their way by OTLP, beside the lines they are.
    Record,
    /// Reports of failures on their way to Sentry.
    Report,
    /// Expositions that the operator's routes were asked for, and that they answered.
    Scrape,
    /// Requests counted for the health of their release, on their way to Sentry.
    Session,
    /// Spans on their way out.
    Span,
    /// Sampled requests with their spans, on their way to Sentry.
    Transaction,
}

/// Why something was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// It broke its format's rules, or a bound in them.
    Refused,
    /// There were as many as there may be.
    Limit,
    /// What waits for its way out had reached its bound.
    Full,
    /// Its way out failed.
    Failed,
    /// Its way out had been closed.
    Closed,
    /// One place had told as much as it may.
    Flood,
    /// It was longer than it may be, and lost its end.
    Cut,
    /// It came after everything of its kind had been gathered.
    Late,
    /// Who was to get it would not take it.
    Rejected,
    /// Who was to get it wants no more of its kind for some time.
    Throttled,
    /// The service's own code would not have it sent.
    Filtered,
}

/// What became of one signal, as of now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) signal: Signal,
    /// Taken for its way out. 0 for what has none, as the members of a header.
    pub(crate) accepted: u64,
    /// Handed on to whatever lies behind obskit, as far as that says.
    pub(crate) delivered: u64,
    /// Each reason there can be, the zeros included.
    pub(crate) dropped: Vec<(Reason, u64)>,
}

/// Every loss that there can be, and its counter's place: whoever loses in a new way adds it.
const KINDS: [(Signal, Reason); 49] = [
    (Signal::Baggage, Reason::Refused),
    (Signal::CheckIn, Reason::Full),
    (Signal::CheckIn, Reason::Failed),
    (Signal::CheckIn, Reason::Closed),
    (Signal::CheckIn, Reason::Rejected),
    (Signal::CheckIn, Reason::Throttled),
    (Signal::Endpoint, Reason::Limit),
    (Signal::Feedback, Reason::Full),
    (Signal::Feedback, Reason::Failed),
    (Signal::Feedback, Reason::Closed),
    (Signal::Feedback, Reason::Rejected),
    (Signal::Feedback, Reason::Throttled),
    (Signal::Log, Reason::Refused),
    (Signal::Log, Reason::Limit),
    (Signal::Log, Reason::Full),
    (Signal::Log, Reason::Failed),
    (Signal::Log, Reason::Closed),
    (Signal::Log, Reason::Flood),
    (Signal::Log, Reason::Cut),
    (Signal::Metric, Reason::Late),
    (Signal::Record, Reason::Full),
    (Signal::Record, Reason::Failed),
    (Signal::Record, Reason::Closed),
    (Signal::Record, Reason::Cut),
    (Signal::Record, Reason::Rejected),
    (Signal::Report, Reason::Full),
    (Signal::Report, Reason::Failed),
    (Signal::Report, Reason::Closed),
    (Signal::Report, Reason::Rejected),
    (Signal::Report, Reason::Throttled),
    (Signal::Report, Reason::Filtered),
    (Signal::Report, Reason::Flood),
    (Signal::Session, Reason::Full),
    (Signal::Session, Reason::Failed),
    (Signal::Session, Reason::Closed),
    (Signal::Session, Reason::Rejected),
    (Signal::Session, Reason::Throttled),
    (Signal::Span, Reason::Limit),
    (Signal::Span, Reason::Full),
    (Signal::Span, Reason::Failed),
    (Signal::Span, Reason::Closed),
    (Signal::Span, Reason::Rejected),
    (Signal::Transaction, Reason::Full),
    (Signal::Transaction, Reason::Failed),
    (Signal::Transaction, Reason::Closed),
    (Signal::Transaction, Reason::Rejected),
    (Signal::Transaction, Reason::Throttled),
    (Signal::Transaction, Reason::Filtered),
    (Signal::Transaction, Reason::Cut),
];

impl Ledger {
    /// Counts what a way out has taken. Hot.
    #[inline]
    pub(crate) fn accept(&self, signal: Signal, count: u64) {
        if let Some(accepted) = self.counts.accepted.get(signal as usize) {
            accepted.add(count);
        }
    }

    /// Counts what it has handed on.
    pub(crate) fn deliver(&self, signal: Signal, count: u64) {
        if let Some(delivered) = self.counts.delivered.get(signal as usize) {
            delivered.add(count);
        }
    }

    pub(crate) fn drop(&self, signal: Signal, reason: Reason, count: u64) {
        let place = KINDS.iter().position(|kind| *kind == (signal, reason));
        debug_assert!(place.is_some(), "{signal:?} {reason:?} is no kind of loss");
        if let Some(cell) = place.and_then(|place| self.counts.dropped.get(place)) {
            cell.fetch_add(count, Ordering::Relaxed);
        }
    }

    /// Every count of a loss, the zeros included.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Signal, Reason, u64)> {
        let counts = self.counts.dropped.iter().map(|cell| cell.load(Ordering::Relaxed));
        KINDS.into_iter().zip(counts).map(|((signal, reason), count)| (signal, reason, count))
    }

    /// What became of every signal.
    pub(crate) fn accounts(&self) -> impl Iterator<Item = Account> {
        Signal::ALL.into_iter().map(|signal| self.account(signal))
    }

    /// What became of one.
    pub(crate) fn account(&self, signal: Signal) -> Account {
        let of = |tallies: &[Tally]| tallies.get(signal as usize).map_or(0, Tally::get);
        // What came out is read before what went in, so that it is never more.
        let delivered = of(&self.counts.delivered);
        let ours = self.iter().filter(|(whose, ..)| *whose == signal);
        let dropped = ours.map(|(_, reason, count)| (reason, count)).collect();
        Account { signal, accepted: of(&self.counts.accepted), delivered, dropped }
    }
}

impl Default for Counts {
    fn default() -> Self {
        let (accepted, delivered) = Default::default();
        Self { accepted, delivered, dropped: [const { AtomicU64::new(0) }; KINDS.len()] }
    }
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.accounts()).finish()
    }
}

impl Account {
    /// Accepted, and lost on its way.
    pub(crate) fn lost(&self) -> u64 {
        let lost = self.dropped.iter().filter(|(reason, _)| reason.is_on_the_way());
        lost.map(|(_, count)| count).sum()
    }
}

#[cfg(any(test, feature = "admin"))]
impl Account {
    /// Accepted, and neither delivered nor lost so far.
    pub(crate) fn waiting(&self) -> u64 {
        self.accepted.saturating_sub(self.delivered).saturating_sub(self.lost())
    }
}

impl Signal {
    pub(crate) const ALL: [Self; 12] = [
        Self::Baggage,
        Self::CheckIn,
        Self::Endpoint,
        Self::Feedback,
        Self::Log,
        Self::Metric,
        Self::Record,
        Self::Report,
        Self::Scrape,
        Self::Session,
        Self::Span,
        Self::Transaction,
    ];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Baggage => "baggage",
            Self::CheckIn => "check_in",
            Self::Endpoint => "endpoint",
            Self::Feedback => "feedback",
            Self::Log => "log",
            Self::Metric => "metric",
            Self::Record => "log_record",
            Self::Report => "report",
            Self::Scrape => "scrape",
            Self::Session => "session",
            Self::Span => "span",
            Self::Transaction => "transaction",
        }
    }

    /// Whether what is accepted and delivered of it is counted.
    pub(crate) fn has_way_out(self) -> bool {
        !matches!(self, Self::Baggage | Self::Endpoint | Self::Metric)
    }
}

impl Reason {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Limit => "limit",
            Self::Full => "full",
            Self::Failed => "failed",
            Self::Closed => "closed",
            Self::Flood => "flood",
            Self::Cut => "cut",
            Self::Late => "late",
            Self::Rejected => "rejected",
            Self::Throttled => "throttled",
            Self::Filtered => "filtered",
        }
    }
}

impl Reason {
    /// Whether what is lost so was accepted before. The others never were, but for what was cut,
    /// which is delivered without its end.
    fn is_on_the_way(self) -> bool {
        !matches!(self, Self::Refused | Self::Limit | Self::Flood | Self::Cut | Self::Late)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_signal_has_the_place_of_its_number() {
        for (place, signal) in Signal::ALL.into_iter().enumerate() {
            assert_eq!(signal as usize, place, "{signal:?}");
        }
    }

    #[test]
    fn what_is_neither_delivered_nor_lost_waits() {
        let ledger = Ledger::default();
        ledger.accept(Signal::Log, 10);
        ledger.deliver(Signal::Log, 4);
        for (reason, count) in [(Reason::Full, 3), (Reason::Flood, 50), (Reason::Cut, 2)] {
            ledger.drop(Signal::Log, reason, count);
        }
        let account = ledger.account(Signal::Log);
        assert_eq!((account.accepted, account.delivered), (10, 4));
        assert_eq!((account.lost(), account.waiting()), (3, 3));
        assert_eq!(ledger.account(Signal::Scrape).accepted, 0);
    }
}
