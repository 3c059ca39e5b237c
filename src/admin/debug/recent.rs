//! Finished requests that an operator asks for afterwards: the slowest of late, and the last that
//! failed.

mod failures;
mod past;
mod slowest;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::context::{Exchange, Record, Shape};

use failures::Failures;
use slowest::{Rank, Slowest};

pub(super) use past::Past;

/// Keeps some of the finished requests of one telemetry, and never more.
///
/// A request that is neither slow nor failed costs a load and a few comparisons.
#[derive(Default)]
pub(crate) struct Recent {
    slowest: Slowest<Past>,
    failures: Failures,
}

impl Recent {
    /// Those of the last five to ten minutes before this age of the routes, slowest first.
    pub(super) fn slowest(&self, age: Duration) -> Vec<Arc<Past>> {
        self.slowest.of_late(age)
    }

    /// The last ones, latest first.
    pub(super) fn failures(&self) -> Vec<Arc<Past>> {
        self.failures.latest()
    }

    #[cold]
    fn keep(&self, exchange: &Exchange<'_>, slow: Option<Rank>, failed: bool) {
        let past = Arc::new(Past::of(exchange));
        if let Some(rank) = slow {
            self.slowest.keep(rank, &past);
        }
        if failed {
            self.failures.keep(past);
        }
    }
}

impl Record for Recent {
    fn record(&self, exchange: &Exchange<'_>) {
        // By the time of the request's end, which needs no clock to be read.
        let ended = exchange.context.start().age.saturating_add(exchange.duration);
        let rank = Rank::of(ended, latency(exchange));
        let (slow, failed) = (self.slowest.wants(rank), exchange.outcome.is_failure());
        if slow || failed {
            self.keep(exchange, slow.then_some(rank), failed);
        }
    }
}

impl fmt::Debug for Recent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recent").finish_non_exhaustive()
    }
}

/// A stream lasts as long as somebody listens, so only its head can be late.
fn latency(exchange: &Exchange<'_>) -> Duration {
    match exchange.shape {
        Shape::Unary => exchange.duration,
        Shape::Stream | Shape::Upgrade => exchange.time_to_head.unwrap_or_default(),
    }
}
