//! What is logged, by anybody.

use std::fmt;
use std::hint::black_box;

use tracing::{debug, info, info_span};

/// A value that is shown by its `Display`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan(pub(super) &'static str);

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// The event.
#[inline(never)]
pub(super) fn event(number: u64) {
    let (load, change, plan) = (black_box(72.5), black_box(-3_i64), black_box(Plan("premium")));
    info!(number, day = "push", load, is_rest = false, change, %plan, "workout completed");
}

/// Its spans, around `work`.
#[inline(never)]
pub(super) fn in_spans(number: u64, work: impl FnOnce()) {
    let _outer = info_span!("complete", workout = number, kind = black_box("strength")).entered();
    let _inner = info_span!("store", table = black_box("workouts"), attempt = 1_u64).entered();
    work();
}

/// What is below the level.
#[inline(never)]
pub(super) fn below(number: u64) {
    debug!(number, "looked up");
}
