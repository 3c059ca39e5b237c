//! What was lost, and why: each signal counts what it took, what it handed on and what it dropped.
//!
//! Whoever drops something says so here, and `obskit_dropped_total{signal, reason}` shows it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The counts of one telemetry. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    dropped: Arc<[[AtomicU64; Reason::ALL.len()]; Signal::ALL.len()]>,
}

/// What can be lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    /// Members of a `baggage` header.
    Baggage,
    /// Endpoints told apart.
    Endpoint,
}

/// Why it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// It broke its format's rules, or a bound in them.
    Refused,
    /// There were as many as there may be.
    Limit,
}

impl Ledger {
    pub(crate) fn drop(&self, signal: Signal, reason: Reason, count: u64) {
        if let Some(cell) = self.cell(signal, reason) {
            cell.fetch_add(count, Ordering::Relaxed);
        }
    }

    /// Every count, the zeros included.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Signal, Reason, u64)> {
        let reasons = |signal| Reason::ALL.into_iter().map(move |reason| (signal, reason));
        Signal::ALL.into_iter().flat_map(reasons).map(|(signal, reason)| {
            let count = self.cell(signal, reason).map_or(0, |cell| cell.load(Ordering::Relaxed));
            (signal, reason, count)
        })
    }

    fn cell(&self, signal: Signal, reason: Reason) -> Option<&AtomicU64> {
        self.dropped.get(signal as usize)?.get(reason as usize)
    }
}

impl Signal {
    const ALL: [Self; 2] = [Self::Baggage, Self::Endpoint];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Baggage => "baggage",
            Self::Endpoint => "endpoint",
        }
    }
}

impl Reason {
    const ALL: [Self; 2] = [Self::Refused, Self::Limit];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Limit => "limit",
        }
    }
}
