//! Memory that a thread uses for one event after the other.

use std::cell::Cell;

use super::visit::Parts;

/// Lent for one event; the thread has it back when this is dropped.
pub(super) struct Scratch {
    parts: Option<Box<Parts>>,
}

/// A `Debug` that logs makes an event within an event; deeper ones are dropped, or a `Debug` that
/// logs itself would never end.
const MAX_DEPTH: u8 = 4;

/// What a long line needed is given back.
const MAX_KEPT_BYTES: usize = 32 << 10;

struct Local {
    parts: Cell<Option<Box<Parts>>>,
    depth: Cell<u8>,
}

thread_local! {
    static LOCAL: Local = const { Local { parts: Cell::new(None), depth: Cell::new(0) } };
}

impl Scratch {
    /// Empty parts; `None` where events are nested too deeply.
    pub(super) fn take() -> Option<Self> {
        let taken = LOCAL.try_with(|local| {
            let depth = local.depth.get();
            (depth < MAX_DEPTH).then(|| {
                local.depth.set(depth + 1);
                local.parts.take()
            })
        });
        // A thread that ends has no memory to lend.
        let parts = taken.unwrap_or(Some(None))?;
        Some(Self { parts: Some(parts.unwrap_or_default()) })
    }

    pub(super) fn parts(&mut self) -> &mut Parts {
        self.parts.get_or_insert_default()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let parts = self.parts.take().filter(|parts| parts.len() <= MAX_KEPT_BYTES);
        let _ = LOCAL.try_with(|local| {
            local.depth.set(local.depth.get().saturating_sub(1));
            if let Some(mut parts) = parts {
                parts.clear();
                local.parts.set(Some(parts));
            }
        });
    }
}
