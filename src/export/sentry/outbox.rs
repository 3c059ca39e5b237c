//! Where reporting puts what is to be sent to Sentry.

use std::fmt;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use crate::ledger::{Ledger, Reason};

use super::{Category, Discard, Envelope};

/// The way in to Sentry's exporter. Clones are the same. Whoever posts waits for nobody; what does
/// not fit is dropped and counted.
#[derive(Clone, Debug)]
pub(crate) struct Outbox(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    ledger: Ledger,
}

/// Something to be sent.
pub(crate) struct Posting {
    pub(crate) category: Category,
    /// How many of its kind it stands for.
    pub(crate) quantity: u64,
    /// What it takes while it waits.
    pub(crate) bytes: usize,
    /// Makes the envelope, on a thread where that may take its time; none is not sent, for the
    /// reason given.
    pub(crate) make: Box<dyn FnOnce() -> Result<Envelope, Discard> + Send>,
}

impl Outbox {
    pub(crate) fn new(ledger: Ledger, _size: usize, _bytes: usize) -> Self {
        Self(Arc::new(Shared { ledger }))
    }

    pub(crate) fn post(&self, posting: Posting) {
        self.0.ledger.accept(posting.category.signal(), posting.quantity);
        self.0.ledger.drop(posting.category.signal(), Reason::Closed, posting.quantity);
    }

    /// Counts what is not posted at all, for the server's statistics.
    pub(crate) fn discard(&self, _category: Category, _why: Discard, _quantity: u64) {}

    /// Whether the server wants no more of that kind now, so that none need be made.
    pub(crate) fn is_throttled(&self, _category: Category) -> bool {
        false
    }

    /// Has everything sent that waits now. The answer is disconnected when that is done, or when
    /// nobody will do it any more.
    pub(crate) fn flush(&self) -> Receiver<()> {
        channel().1
    }

    /// How many wait.
    pub(crate) fn waiting(&self) -> usize {
        0
    }

    /// Takes nothing any more.
    pub(crate) fn close(&self) {}
}

impl fmt::Debug for Posting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut posting = f.debug_struct("Posting");
        posting.field("category", &self.category).field("bytes", &self.bytes);
        posting.finish_non_exhaustive()
    }
}
