//! Panics, as the hook sees them.

use std::cell::Cell;
use std::collections::VecDeque;
use std::panic::PanicHookInfo;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use crate::context::{Cause, EventId, Evidence, Weight, current_hub};
use crate::redaction::Redactor;

use super::evidence::kept;

/// The target of the hook's own event.
pub(super) const TARGET: &str = "panic";

const MAX_MESSAGE_BYTES: usize = 4 << 10;

/// The latest panics, by which it is known who only says that there was one: who has caught it, or
/// waited for its task.
#[derive(Debug, Default)]
pub(super) struct Recent(Mutex<VecDeque<Known>>);

#[derive(Debug)]
struct Known {
    id: EventId,
    message: String,
    at: Instant,
}

const MAX_RECENT: usize = 32;
/// For so long somebody may speak of it.
const MEMORY: Duration = Duration::from_mins(1);
/// What others say of a panic has this in it, and the panic's own message.
const PANICKED: &str = "panicked";

impl Recent {
    pub(super) fn add(&self, id: EventId, message: String, at: Instant) {
        let mut known = self.lock();
        known.truncate(MAX_RECENT - 1);
        known.push_front(Known { id, message, at });
    }

    /// The panic that the evidence speaks of.
    pub(super) fn of(&self, evidence: &Evidence, now: Instant) -> Option<EventId> {
        let mut texts = evidence.texts().filter(|text| text.contains(PANICKED)).peekable();
        texts.peek()?;
        let (texts, known): (Vec<_>, _) = (texts.collect(), self.lock());
        let recent = |known: &&Known| now.saturating_duration_since(known.at) < MEMORY;
        let is_told = |known: &&Known| {
            !known.message.is_empty() && texts.iter().any(|text| text.contains(&known.message))
        };
        known.iter().filter(recent).find(is_told).map(|known| known.id)
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

thread_local! {
    static TELLING: Cell<Option<EventId>> = const { Cell::new(None) };
}

/// What the hook knows, without its stack.
pub(super) fn gather(info: &PanicHookInfo<'_>, redactor: &Redactor, at: SystemTime) -> Evidence {
    let mut message = String::new();
    let said = info.payload_as_str().unwrap_or("a panic without a message");
    redactor.text(said, false, |text| message = kept(text, MAX_MESSAGE_BYTES));
    Evidence {
        causes: vec![Cause { kind: TARGET.to_owned(), message: message.clone() }],
        message,
        target: TARGET.to_owned(),
        place: info.location().map(|place| (place.file().to_owned(), place.line())),
        thread: thread::current().name().map(str::to_owned),
        hub: current_hub(),
        ..Evidence::new(Weight::Panic, at)
    }
}

/// Runs the telling of a panic that has been reported already, by that identity.
pub(super) fn telling(id: EventId, tell: impl FnOnce()) {
    let before = TELLING.try_with(|telling| telling.replace(Some(id))).ok().flatten();
    tell();
    let _ = TELLING.try_with(|telling| telling.set(before));
}

/// The identity of the panic that is being told of on this thread.
pub(super) fn told() -> Option<EventId> {
    TELLING.try_with(Cell::get).ok().flatten()
}
