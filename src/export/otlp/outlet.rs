//! Where a signal puts what is to be sent.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crossbeam_queue::SegQueue;

use crate::config::Batch;
use crate::ledger::{Ledger, Reason, Signal};

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
    waiting: AtomicUsize,
}

impl Outlet {
    pub(crate) fn new(signal: Signal, batch: Batch, ledger: Ledger) -> Self {
        let (items, waiting) = (SegQueue::new(), AtomicUsize::new(0));
        Self(Arc::new(Shared { signal, ledger, batch, items, waiting }))
    }

    /// Takes one encoded `Span` or `LogRecord`, without the tag it has in its list. Hot.
    pub(crate) fn push(&self, item: &[u8]) {
        let Shared { signal, ledger, batch, items, waiting } = &*self.0;
        ledger.accept(*signal, 1);
        if waiting.fetch_add(1, Ordering::Relaxed) >= batch.queue_size {
            waiting.fetch_sub(1, Ordering::Relaxed);
            return ledger.drop(*signal, Reason::Full, 1);
        }
        items.push(item.into());
    }
}
