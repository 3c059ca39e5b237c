//! Which failures the running call has heard of, so that each is told by the innermost call alone.

use std::cell::Cell;

thread_local! {
    /// Of the call that runs on this thread.
    static TOLD: Cell<bool> = const { Cell::new(false) };
}

/// While it lives, the slot's call is the running one, and the slot holds what was known of the one
/// around it.
pub(super) struct Nested<'a>(&'a mut bool);

impl<'a> Nested<'a> {
    #[inline]
    pub(super) fn new(slot: &'a mut bool) -> Self {
        swap(slot);
        Self(slot)
    }
}

impl Drop for Nested<'_> {
    #[inline]
    fn drop(&mut self) {
        swap(self.0);
    }
}

/// Says to the running call that a failure within it was told, or will be: the same failure, handed
/// on by it, is not to be told again.
pub(super) fn hand_on() {
    // While a thread ends there is nobody left to know it.
    let _ = TOLD.try_with(|told| told.set(true));
}

#[inline]
fn swap(slot: &mut bool) {
    let _ = TOLD.try_with(|told| *slot = told.replace(*slot));
}
