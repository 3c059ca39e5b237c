//! Memory that a thread uses for one event after the other.

use std::cell::Cell;

use crate::export::otlp::Attributes;

use super::fields::Fields;

/// Memory for one event or record; the thread has it back when this is dropped.
pub(super) struct Lent {
    memory: Option<Box<Memory>>,
}

struct Memory {
    fields: Fields,
    bytes: Vec<u8>,
}

/// A `Debug` that logs makes an event within an event; deeper ones are not noted, or a `Debug` that
/// logs itself would never end.
const MAX_DEPTH: u8 = 4;
/// What a long event needed is given back.
const MAX_KEPT_BYTES: usize = 32 << 10;

struct Local {
    memory: Cell<Option<Box<Memory>>>,
    depth: Cell<u8>,
}

thread_local! {
    static LOCAL: Local = const { Local { memory: Cell::new(None), depth: Cell::new(0) } };
}

impl Lent {
    /// Empty fields; `None` where events are nested too deeply.
    pub(super) fn take() -> Option<Self> {
        let taken = LOCAL.try_with(|local| {
            let depth = local.depth.get();
            (depth < MAX_DEPTH).then(|| {
                local.depth.set(depth + 1);
                local.memory.take()
            })
        });
        // A thread that ends has no memory to lend.
        let memory = taken.unwrap_or(Some(None))?;
        Some(Self { memory })
    }

    /// For the fields, and for the bytes that they become.
    pub(super) fn parts(&mut self) -> (&mut Fields, &mut Vec<u8>) {
        let Memory { fields, bytes } = &mut **self.memory.get_or_insert_default();
        (fields, bytes)
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self { fields: Fields::new(Attributes::EVENT), bytes: Vec::new() }
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let is_kept =
            |memory: &Memory| memory.fields.capacity() + memory.bytes.capacity() <= MAX_KEPT_BYTES;
        let memory = self.memory.take().filter(|memory| is_kept(memory));
        let _ = LOCAL.try_with(|local| {
            local.depth.set(local.depth.get().saturating_sub(1));
            if let Some(mut memory) = memory {
                memory.fields.clear();
                memory.bytes.clear();
                local.memory.set(Some(memory));
            }
        });
    }
}
