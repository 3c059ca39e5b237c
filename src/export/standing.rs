//! How an exporter does.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How an exporter does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Why its last export failed, if it did.
    pub(crate) trouble: Option<Trouble>,
    /// How often it panicked, and was started again.
    pub(crate) restarts: u32,
}

/// Why something was not taken, and what may help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) why: String,
    pub(crate) hint: &'static str,
}

pub(super) const BUSY: &str = "It is there and cannot take exports now: look at its own log.";

/// Where an exporter says how it does. Clones are the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Board(Arc<Mutex<Standing>>);

impl Trouble {
    pub(super) fn new(why: impl Into<String>, hint: &'static str) -> Self {
        Self { why: why.into(), hint }
    }

    /// Whether the server is there and has too much to do.
    pub(crate) fn is_of_load(&self) -> bool {
        self.hint == BUSY
    }
}

impl Board {
    pub(super) fn standing(&self) -> Standing {
        self.lock().clone()
    }

    pub(super) fn set_trouble(&self, trouble: Option<Trouble>) {
        self.lock().trouble = trouble;
    }

    pub(super) fn count_restart(&self) {
        self.lock().restarts += 1;
    }

    fn lock(&self) -> MutexGuard<'_, Standing> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
