//! What was lost, and why: each signal counts what it took, what it handed on and what it dropped.
//!
//! Whoever drops something says so here, and `obskit_dropped_total{signal, reason}` shows it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The counts of one telemetry. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    dropped: Arc<[AtomicU64; KINDS.len()]>,
}

/// What can be lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    /// Members of a `baggage` header.
    Baggage,
    /// Endpoints told apart.
    Endpoint,
    /// Log lines.
    Log,
    /// What a call was to count.
    Metric,
}

/// Why it was.
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
}

/// Every loss that there can be, and its counter's place: whoever loses in a new way adds it.
const KINDS: [(Signal, Reason); 10] = [
    (Signal::Baggage, Reason::Refused),
    (Signal::Endpoint, Reason::Limit),
    (Signal::Log, Reason::Refused),
    (Signal::Log, Reason::Limit),
    (Signal::Log, Reason::Full),
    (Signal::Log, Reason::Failed),
    (Signal::Log, Reason::Closed),
    (Signal::Log, Reason::Flood),
    (Signal::Log, Reason::Cut),
    (Signal::Metric, Reason::Late),
];

impl Ledger {
    pub(crate) fn drop(&self, signal: Signal, reason: Reason, count: u64) {
        let place = KINDS.iter().position(|kind| *kind == (signal, reason));
        debug_assert!(place.is_some(), "{signal:?} {reason:?} is no kind of loss");
        if let Some(cell) = place.and_then(|place| self.dropped.get(place)) {
            cell.fetch_add(count, Ordering::Relaxed);
        }
    }

    /// Every count, the zeros included.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Signal, Reason, u64)> {
        let counts = self.dropped.iter().map(|cell| cell.load(Ordering::Relaxed));
        KINDS.into_iter().zip(counts).map(|((signal, reason), count)| (signal, reason, count))
    }
}

impl Signal {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Baggage => "baggage",
            Self::Endpoint => "endpoint",
            Self::Log => "log",
            Self::Metric => "metric",
        }
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
        }
    }
}
