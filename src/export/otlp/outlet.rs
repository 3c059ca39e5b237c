//! Where a signal puts what is to be sent.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering, fence};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crossbeam_queue::SegQueue;
use http::Uri;
use tokio::sync::Notify;

use crate::config::{Batch, Otlp};
use crate::export::notices::{Notices, Subject, Tell, secrets};
use crate::export::standing::{Board, Standing};
use crate::export::ward::Inlet;
use crate::ledger::{Ledger, Reason, Signal};

use super::parcel::Parcel;

/// The way in to one signal's exporter. Clones are the same. Whoever pushes waits for nobody; what
/// does not fit is dropped and counted.
#[derive(Clone, Debug)]
pub(crate) struct Outlet(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    signal: Signal,
    ledger: Ledger,
    batch: Batch,
    items: SegQueue<Box<[u8]>>,
    /// Taken, and too long for the parcel it was taken for.
    next: Mutex<Option<Box<[u8]>>>,
    waiting: AtomicUsize,
    bytes: AtomicUsize,
    is_closed: AtomicBool,
    bell: Notify,
    flushes: Mutex<Vec<Flush>>,
    board: Board,
}

/// Dropped when everything that waited has been sent, or lost. Somebody waits for that.
#[derive(Debug)]
pub(super) struct Flush(#[expect(dead_code, reason = "its drop is what it is for")] Sender<()>);

/// What one parcel holds at most. gRPC servers take messages of 4 MiB unless told otherwise.
pub(super) const PARCEL_BYTES: usize = 3_584 << 10;
/// Where it all goes.
const WHOM: &str = "their collector";

impl Outlet {
    pub(crate) fn new(signal: Signal, batch: Batch, ledger: Ledger) -> Self {
        Self(Arc::new(Shared {
            signal,
            ledger,
            batch,
            items: SegQueue::new(),
            next: Mutex::default(),
            waiting: AtomicUsize::new(0),
            bytes: AtomicUsize::new(0),
            is_closed: AtomicBool::new(false),
            bell: Notify::new(),
            flushes: Mutex::default(),
            board: Board::default(),
        }))
    }

    /// Takes one encoded `Span` or `LogRecord`, without the tag it has in its list. Hot.
    pub(crate) fn push(&self, item: &[u8]) {
        let Shared { signal, ledger, batch, items, waiting, bytes, is_closed, bell, .. } = &*self.0;
        ledger.accept(*signal, 1);
        if is_closed.load(Ordering::Relaxed) {
            return ledger.drop(*signal, Reason::Closed, 1);
        }
        let (count, size) = (waiting.fetch_add(1, Ordering::Relaxed) + 1, item.len());
        let total = bytes.fetch_add(size, Ordering::Relaxed) + size;
        let fits = count <= batch.queue_size && total <= batch.queue_bytes && size <= PARCEL_BYTES;
        if !fits {
            self.forget(size);
            return ledger.drop(*signal, Reason::Full, 1);
        }
        items.push(item.into());
        if count.is_multiple_of(batch.batch_size)
            || total / PARCEL_BYTES > (total - size) / PARCEL_BYTES
        {
            bell.notify_one();
        }
        // Whoever closes it empties it, unless it looked before the item was there.
        fence(Ordering::SeqCst);
        if is_closed.load(Ordering::Relaxed) {
            self.close();
        }
    }

    /// Takes nothing any more. What waits still is lost.
    pub(crate) fn close(&self) {
        self.0.is_closed.store(true, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        while let Some(item) = self.pop() {
            self.forget(item.len());
            self.0.ledger.drop(self.0.signal, Reason::Closed, 1);
        }
        drop(std::mem::take(&mut *self.flushes()));
    }

    /// Has everything sent that waits now, as soon as can be. The answer is disconnected when that
    /// is done, or when nobody will do it any more.
    pub(crate) fn flush(&self) -> Receiver<()> {
        let (flush, done) = channel();
        self.flushes().push(Flush(flush));
        if self.0.is_closed.load(Ordering::Relaxed) {
            self.flushes().clear();
        }
        self.0.bell.notify_one();
        done
    }

    /// How many wait.
    pub(crate) fn waiting(&self) -> usize {
        self.0.waiting.load(Ordering::Relaxed)
    }

    /// How its exporter does.
    pub(crate) fn standing(&self) -> Standing {
        self.0.board.standing()
    }

    /// What the log is told of its exporter.
    pub(crate) fn notices(&self, tell: Tell, url: &Uri, otlp: &Otlp) -> Notices {
        let subject = match self.signal() {
            Signal::Span => Subject { what: "spans", whom: WHOM, signals: &[Signal::Span] },
            _ => Subject { what: "log records", whom: WHOM, signals: &[Signal::Record] },
        };
        let secrets = otlp.headers.iter().flat_map(|(_, value)| secrets(value.expose().as_bytes()));
        let seen = (self.0.board.clone(), self.ledger().clone());
        Notices::new(seen, subject, tell, url, secrets.collect())
    }

    pub(crate) fn signal(&self) -> Signal {
        self.0.signal
    }

    pub(super) fn ledger(&self) -> &Ledger {
        &self.0.ledger
    }

    pub(super) fn batch(&self) -> &Batch {
        &self.0.batch
    }

    /// Those who wait for what waits now.
    pub(super) fn take_flushes(&self) -> Vec<Flush> {
        std::mem::take(&mut *self.flushes())
    }

    /// Waits until there is enough for a parcel, or until somebody waits for what there is.
    pub(super) async fn ready(&self) {
        while !self.is_full() && self.flushes().is_empty() {
            self.0.bell.notified().await;
        }
    }

    /// Waits until somebody waits for what there is.
    pub(super) async fn flush_asked(&self) {
        while self.flushes().is_empty() {
            self.0.bell.notified().await;
        }
    }

    /// Whether there is enough for a parcel.
    pub(super) fn is_full(&self) -> bool {
        self.waiting() >= self.0.batch.batch_size
            || self.0.bytes.load(Ordering::Relaxed) >= PARCEL_BYTES
    }

    /// The next parcel, of so many items and bytes at most, but of one item at least.
    pub(super) fn take(&self, count: usize, bytes: usize) -> Option<Parcel> {
        let mut parcel = Parcel::new(self.clone());
        while parcel.len() < count {
            let Some(item) = self.pop() else { break };
            if parcel.len() > 0 && parcel.bytes() + item.len() > bytes {
                *lock(&self.0.next) = Some(item);
                break;
            }
            self.forget(item.len());
            parcel.add(item);
        }
        (parcel.len() > 0).then_some(parcel)
    }

    fn pop(&self) -> Option<Box<[u8]>> {
        lock(&self.0.next).take().or_else(|| self.0.items.pop())
    }

    /// Something of this size does not wait any more.
    fn forget(&self, size: usize) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
        self.0.bytes.fetch_sub(size, Ordering::Relaxed);
    }

    fn flushes(&self) -> MutexGuard<'_, Vec<Flush>> {
        lock(&self.0.flushes)
    }
}

impl Inlet for Outlet {
    fn close(&self) {
        self.close();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
