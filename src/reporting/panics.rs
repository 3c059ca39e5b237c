//! Panics, as the hook sees them.

use std::cell::Cell;
use std::panic::PanicHookInfo;
use std::thread;
use std::time::SystemTime;

use crate::context::{Cause, EventId, Evidence, Weight, current_hub};
use crate::redaction::Redactor;

use super::evidence::kept;

/// The target of the hook's own event.
pub(super) const TARGET: &str = "panic";

const MAX_MESSAGE_BYTES: usize = 4 << 10;

thread_local! {
    static TELLING: Cell<Option<EventId>> = const { Cell::new(None) };
}

/// What the hook knows, without its stack.
pub(super) fn gather(info: &PanicHookInfo<'_>, redactor: &Redactor, at: SystemTime) -> Evidence {
    let mut message = String::new();
    let said = info.payload_as_str().unwrap_or("a panic without a message");
    redactor.text(said, false, |text| message = kept(text, MAX_MESSAGE_BYTES));
    Evidence {
        weight: Weight::Panic,
        at,
        causes: vec![Cause { kind: TARGET.to_owned(), message: message.clone() }],
        message,
        target: TARGET.to_owned(),
        place: info.location().map(|place| (place.file().to_owned(), place.line())),
        thread: thread::current().name().map(str::to_owned),
        fields: Vec::new(),
        span: None,
        stack: None,
        hub: current_hub(),
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
