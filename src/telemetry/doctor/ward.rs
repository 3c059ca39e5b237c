//! Which examinations are under way, so that one that hangs is not begun again and again.

use std::collections::BTreeSet;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The examinations of one telemetry that have begun and not ended, each at most once.
#[derive(Debug, Default)]
pub(super) struct Ward {
    under_way: Mutex<BTreeSet<&'static str>>,
    ended: Condvar,
}

/// An examination that is under way while this is held.
#[derive(Debug)]
pub(super) struct Stay {
    ward: Arc<Ward>,
    check: &'static str,
}

impl Ward {
    /// Begins an examination, waiting for an earlier one of the same name; `None` if that takes
    /// longer than `within`.
    pub(super) fn begin(self: &Arc<Self>, check: &'static str, within: Duration) -> Option<Stay> {
        let is_taken = |under_way: &mut BTreeSet<_>| under_way.contains(check);
        let waited = self.ended.wait_timeout_while(self.under_way(), within, is_taken);
        let (mut under_way, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let stay = || Stay { ward: Arc::clone(self), check };
        under_way.insert(check).then(stay)
    }

    fn under_way(&self) -> MutexGuard<'_, BTreeSet<&'static str>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Stay {
    fn drop(&mut self) {
        self.ward.under_way().remove(self.check);
        self.ward.ended.notify_all();
    }
}
