//! Memory in which one thread puts its spans together, so that none is asked for each.

use std::cell::Cell;

use crate::export::otlp::Attributes;

/// What a span is made of; empty when it is handed out.
pub(super) struct Scratch {
    pub(super) name: String,
    pub(super) attributes: Attributes,
    pub(super) links: Vec<u8>,
}

thread_local! {
    static SCRATCH: Cell<Option<Box<Scratch>>> = const { Cell::new(None) };
    static OUT: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// More than this is given back.
const KEPT_BYTES: usize = 64 << 10;

/// Does something with empty parts.
pub(super) fn with<T>(work: impl FnOnce(&mut Scratch) -> T) -> T {
    let kept = SCRATCH.try_with(Cell::take).ok().flatten();
    let mut scratch = kept.unwrap_or_default();
    let done = work(&mut scratch);
    scratch.clear();
    if scratch.capacity() <= KEPT_BYTES {
        let _ = SCRATCH.try_with(|cell| cell.set(Some(scratch)));
    }
    done
}

/// Does something with an empty message.
pub(super) fn with_message<T>(work: impl FnOnce(&mut Vec<u8>) -> T) -> T {
    let mut out = OUT.try_with(Cell::take).unwrap_or_default();
    let done = work(&mut out);
    out.clear();
    if out.capacity() <= KEPT_BYTES {
        let _ = OUT.try_with(|cell| cell.set(out));
    }
    done
}

impl Scratch {
    fn clear(&mut self) {
        self.name.clear();
        self.attributes.clear();
        self.links.clear();
    }

    /// The memory that stays.
    fn capacity(&self) -> usize {
        self.name.capacity() + self.attributes.capacity() + self.links.capacity()
    }
}

impl Default for Scratch {
    fn default() -> Self {
        let attributes = Attributes::new(Attributes::SPAN);
        Self { name: String::new(), attributes, links: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_large_span_needed_is_given_back() {
        for (size, kept) in [(KEPT_BYTES / 2, KEPT_BYTES / 2), (KEPT_BYTES + 1, 0)] {
            with(|scratch| scratch.links.reserve_exact(size));
            with(|scratch| assert_eq!(scratch.links.capacity(), kept));
        }
    }
}
