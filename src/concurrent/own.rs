//! Which threads are obskit's own, so that what they do is not taken for the service's.

use std::cell::Cell;

thread_local! {
    static IS_OWN: Cell<bool> = const { Cell::new(false) };
}

/// Makes the calling thread one of obskit's own, for as long as it lives.
#[cfg_attr(not(feature = "tokio"), expect(dead_code, reason = "there is no such thread"))]
pub(crate) fn make_thread_own() {
    let _ = IS_OWN.try_with(|is_own| is_own.set(true));
}

/// Whether what is made here with this target is of such a thread, and not said by obskit itself,
/// nor a panic.
#[inline]
pub(crate) fn is_own_noise(target: &str) -> bool {
    let rest = |target: &str| {
        target.strip_prefix("obskit").map(|rest| rest.is_empty() || rest.starts_with("::"))
    };
    is_own_thread() && !rest(target).unwrap_or(target == "panic")
}

/// Whether the calling thread runs the exporters or the operator's server. What it does is neither
/// traced nor logged, but for what obskit says itself, or an export would make the next.
#[inline]
pub(crate) fn is_own_thread() -> bool {
    IS_OWN.try_with(Cell::get).unwrap_or_default()
}
