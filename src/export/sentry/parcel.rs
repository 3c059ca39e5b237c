//! A posting that is being sent, and what becomes of it.

use std::mem;

use crate::ledger::Reason;

use super::{Category, Discard, Envelope, Outbox, Posting};

/// Taken from the outbox. It is delivered or lost, and counted as that: what is dropped has failed.
#[derive(Debug)]
pub(super) struct Parcel {
    outbox: Outbox,
    posting: Posting,
    is_counted: bool,
}

impl Parcel {
    pub(super) fn new(outbox: Outbox, posting: Posting) -> Self {
        Self { outbox, posting, is_counted: false }
    }

    pub(super) fn category(&self) -> Category {
        self.posting.category
    }

    /// What makes it, once.
    pub(super) fn maker(&mut self) -> super::outbox::Make {
        mem::replace(&mut self.posting.make, Box::new(|| Err(Discard::InternalSdkError)))
    }

    /// To be sent later, as it was made.
    pub(super) fn again(mut self, envelope: Envelope) -> Posting {
        self.is_counted = true;
        let Posting { category, quantity, .. } = self.posting;
        let bytes = envelope.bytes();
        Posting { category, quantity, bytes, make: Box::new(move || Ok(envelope)) }
    }

    pub(super) fn delivered(mut self) {
        self.is_counted = true;
        self.outbox.ledger().deliver(self.category().signal(), self.posting.quantity);
    }

    /// The server counts it by itself if there is nothing to tell it.
    pub(super) fn lost(mut self, reason: Reason, told: Option<Discard>) {
        self.count(reason, told);
    }

    fn count(&mut self, reason: Reason, told: Option<Discard>) {
        self.is_counted = true;
        self.outbox.count_lost(&self.posting, reason, told);
    }
}

impl Drop for Parcel {
    fn drop(&mut self) {
        if !self.is_counted {
            self.count(Reason::Failed, Some(Discard::NetworkError));
        }
    }
}
