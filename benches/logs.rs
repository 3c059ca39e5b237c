//! One log line as JSON: an event with six fields, in two spans with two fields each.

pub mod by_hand;
pub mod obskit;
pub mod peers;
pub mod slog;
mod work;

use std::hint::black_box;
use std::sync::OnceLock;

use tracing::Dispatch;
use tracing::dispatcher::{set_global_default, with_default};

/// What events of `tracing` go to.
pub trait Logger {
    /// Tells it from the others.
    const NAME: &'static str;

    /// A subscriber that writes lines to nowhere.
    fn subscriber() -> Dispatch;

    /// Makes it the subscriber of the process, as its users would.
    fn install() {
        // Nobody else sets one: `under` sees to it.
        let _ = set_global_default(Self::subscriber());
    }

    /// Does what is done within a request, where the logger knows one.
    fn within(work: &mut dyn FnMut()) {
        work();
    }
}

/// The event alone, in spans that are there.
pub fn event<L: Logger>(times: u64) {
    under::<L>(|| {
        L::within(&mut || {
            work::in_spans(0, || (0..times).for_each(work::event));
        });
    });
}

/// The event with both spans made, entered and closed.
pub fn event_and_spans<L: Logger>(times: u64) {
    under::<L>(|| {
        L::within(&mut || {
            for number in 0..times {
                work::in_spans(number, || work::event(number));
            }
        });
    });
}

/// An event below the level.
pub fn below<L: Logger>(times: u64) {
    under::<L>(|| below_without(times));
}

/// The same event where there is no subscriber.
pub fn below_without(times: u64) {
    for number in 0..times {
        work::below(black_box(number));
    }
}

/// The first logger of a process is set for the whole of it, as its users do; others are for the
/// work alone, which costs each event the look at a thread's own.
fn under<L: Logger>(work: impl FnOnce()) {
    static INSTALLED: OnceLock<&str> = OnceLock::new();
    let installed = INSTALLED.get_or_init(|| {
        L::install();
        L::NAME
    });
    if *installed == L::NAME { work() } else { with_default(&L::subscriber(), work) }
}
