//! Where reporting puts what is to be sent to Sentry.

use std::collections::VecDeque;
use std::fmt;
use std::mem;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::Uri;
use tokio::sync::Notify;

use crate::export::notices::{Notices, Subject, Tell};
use crate::export::standing::{Board, Standing};
use crate::export::ward::Inlet;
use crate::ledger::{Ledger, Reason, Signal};

use super::discards::Discards;
use super::parcel::Parcel;
use super::throttle::{Limit, Throttle};
use super::{Category, Discard, Envelope};

/// The way in to Sentry's exporter. Clones are the same. Whoever posts waits for nobody; what does
/// not fit is dropped and counted.
#[derive(Clone, Debug)]
pub(crate) struct Outbox(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    ledger: Ledger,
    /// How many may wait.
    size: usize,
    /// And their bytes.
    bytes: usize,
    queue: Mutex<Queue>,
    bell: Notify,
    discards: Discards,
    throttle: Throttle,
    board: Board,
}

#[derive(Debug, Default)]
struct Queue {
    postings: VecDeque<Posting>,
    bytes: usize,
    flushes: Vec<Flush>,
    is_closed: bool,
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
    pub(crate) make: Make,
}

/// Makes an envelope.
pub(super) type Make = Box<dyn FnOnce() -> Result<Envelope, Discard> + Send>;

/// Dropped when everything that waited has been sent, or lost. Somebody waits for that.
#[derive(Debug)]
pub(super) struct Flush(#[expect(dead_code, reason = "its drop is what it is for")] Sender<()>);

/// What all of it is counted as.
const SIGNALS: &[Signal] =
    &[Signal::Report, Signal::Transaction, Signal::Session, Signal::CheckIn, Signal::Feedback];

impl Outbox {
    pub(crate) fn new(ledger: Ledger, size: usize, bytes: usize) -> Self {
        Self(Arc::new(Shared {
            ledger,
            size,
            bytes,
            queue: Mutex::default(),
            bell: Notify::new(),
            discards: Discards::default(),
            throttle: Throttle::new(),
            board: Board::default(),
        }))
    }

    pub(crate) fn post(&self, posting: Posting) {
        self.0.ledger.accept(posting.category.signal(), posting.quantity);
        if let Err((posting, reason, told)) = self.take_in(posting) {
            self.count_lost(&posting, reason, told);
        }
    }

    /// Counts what is not posted at all, for the server's statistics.
    pub(crate) fn discard(&self, category: Category, why: Discard, quantity: u64) {
        self.0.discards.add(category, why, quantity);
    }

    /// Whether the server wants no more of that kind now, so that none need be made.
    #[inline]
    pub(crate) fn is_throttled(&self, category: Category) -> bool {
        self.0.throttle.holds(category)
    }

    /// Has everything sent that waits now. The answer is disconnected when that is done, or when
    /// nobody will do it any more.
    pub(crate) fn flush(&self) -> Receiver<()> {
        let (flush, done) = channel();
        let mut queue = self.queue();
        if !queue.is_closed {
            queue.flushes.push(Flush(flush));
        }
        drop(queue);
        self.0.bell.notify_one();
        done
    }

    /// How many wait.
    pub(crate) fn waiting(&self) -> usize {
        self.queue().postings.len()
    }

    /// Takes nothing any more. What waits still is lost.
    pub(crate) fn close(&self) {
        let mut queue = self.queue();
        let Queue { postings, flushes, .. } = mem::take(&mut *queue);
        queue.is_closed = true;
        drop(queue);
        for posting in postings {
            self.count_lost(&posting, Reason::Closed, None);
        }
        drop(flushes);
    }

    /// How its exporter does.
    pub(crate) fn standing(&self) -> Standing {
        self.0.board.standing()
    }

    /// What the log is told of its exporter. Whatever the server says, the key is hidden in it.
    pub(crate) fn notices(&self, tell: Tell, url: &Uri, key: &str) -> Notices {
        let subject = Subject { what: "error reports", whom: "Sentry", signals: SIGNALS };
        let seen = (self.0.board.clone(), self.0.ledger.clone());
        Notices::new(seen, subject, tell, url, vec![key.to_owned()])
    }

    /// The next one.
    pub(super) fn take(&self) -> Option<Parcel> {
        let mut queue = self.queue();
        let posting = queue.postings.pop_front()?;
        queue.bytes -= posting.bytes;
        drop(queue);
        Some(Parcel::new(self.clone(), posting))
    }

    /// Lets all others go first. Gives it back if there are none, or there is no room.
    pub(super) fn put_behind(
        &self,
        parcel: Parcel,
        envelope: Envelope,
    ) -> Option<(Parcel, Envelope)> {
        let mut queue = self.queue();
        let bytes = queue.bytes.saturating_add(envelope.bytes());
        if queue.is_closed || queue.postings.is_empty() || bytes > self.0.bytes {
            return Some((parcel, envelope));
        }
        queue.bytes = bytes;
        queue.postings.push_back(parcel.again(envelope));
        None
    }

    /// Those who wait for what waits now.
    pub(super) fn take_flushes(&self) -> Vec<Flush> {
        mem::take(&mut self.queue().flushes)
    }

    /// Waits until something is there to be sent, or somebody waits for it.
    pub(super) async fn ready(&self) {
        while self.is_idle() {
            self.0.bell.notified().await;
        }
    }

    /// Waits until somebody waits for what there is.
    pub(super) async fn flush_asked(&self) {
        while self.queue().flushes.is_empty() {
            self.0.bell.notified().await;
        }
    }

    pub(super) fn ledger(&self) -> &Ledger {
        &self.0.ledger
    }

    pub(super) fn discards(&self) -> &Discards {
        &self.0.discards
    }

    pub(super) fn limit(&self, limit: Limit) {
        self.0.throttle.set(limit);
    }

    pub(super) fn count_lost(&self, posting: &Posting, reason: Reason, told: Option<Discard>) {
        self.0.ledger.drop(posting.category.signal(), reason, posting.quantity);
        if let Some(why) = told {
            self.discard(posting.category, why, posting.quantity);
        }
    }

    /// It waits now, or why it does not.
    fn take_in(&self, posting: Posting) -> Result<(), (Posting, Reason, Option<Discard>)> {
        if self.is_throttled(posting.category) {
            return Err((posting, Reason::Throttled, Some(Discard::RatelimitBackoff)));
        }
        let mut queue = self.queue();
        if queue.is_closed {
            return Err((posting, Reason::Closed, None));
        }
        let bytes = queue.bytes.saturating_add(posting.bytes);
        let (size, most) = self.room(posting.category);
        if queue.postings.len() >= size || bytes > most {
            return Err((posting, Reason::Full, Some(Discard::QueueOverflow)));
        }
        queue.bytes = bytes;
        queue.postings.push_back(posting);
        drop(queue);
        self.0.bell.notify_one();
        Ok(())
    }

    /// How many may wait where one more of that kind is to, and their bytes. What tells how
    /// requests do, of which there may be much, leaves half of it to what tells of failures.
    fn room(&self, category: Category) -> (usize, usize) {
        let Shared { size, bytes, .. } = *self.0;
        match category {
            Category::Transaction | Category::Session => (size.div_ceil(2), bytes / 2),
            _ => (size, bytes),
        }
    }

    fn is_idle(&self) -> bool {
        let queue = self.queue();
        queue.postings.is_empty() && queue.flushes.is_empty()
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inlet for Outbox {
    fn close(&self) {
        self.close();
    }
}

impl fmt::Debug for Posting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut posting = f.debug_struct("Posting");
        posting.field("category", &self.category).field("bytes", &self.bytes);
        posting.finish_non_exhaustive()
    }
}
