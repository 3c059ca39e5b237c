//! Calls that do not say themselves how they ended, until the request's answer does: those whose
//! errors are nobody's fault yet, and those that were dropped.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arrayvec::ArrayVec;

use super::Outcome;
use super::exchange::{Exchange, Record};

/// The calls that wait for the request's end.
pub(crate) type Waiting = ArrayVec<Open, MAX_WAITING>;

/// A call that has ended, nobody knows yet how.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Open {
    /// The number of its site.
    pub(crate) site: usize,
    /// How long it had run when it was dropped; none of one that returned an error.
    pub(crate) dropped: Option<Duration>,
}

/// What tells of a failure, in its request, once it is known whose fault that is.
pub(crate) type Tell = Box<dyn FnOnce(Outcome) + Send>;

/// What one request has left unsaid.
#[derive(Default)]
pub(crate) struct Unsaid(Mutex<State>);

#[derive(Default)]
struct State {
    waiting: Waiting,
    tell: Option<Tell>,
}

/// Ends what requests have left unsaid: the first of a telemetry's records.
#[derive(Debug)]
pub(crate) struct Settle;

/// Of one request; later ones take an error for the service's fault, a drop for the client's leave.
const MAX_WAITING: usize = 16;

impl Open {
    /// How it ended, now that the request has.
    pub(crate) fn outcome(&self, exchange: &Exchange<'_>) -> Outcome {
        if self.dropped.is_some() { given_up(exchange) } else { settled(exchange) }
    }
}

impl Unsaid {
    /// Lets a call wait, and what tells of it unless that is told already. `is_over` is asked
    /// while nobody else can end the wait.
    pub(super) fn leave(
        &self,
        open: Open,
        tell: Option<Tell>,
        is_over: impl FnOnce() -> bool,
    ) -> bool {
        let mut state = self.lock();
        if is_over() || state.waiting.try_push(open).is_err() {
            return false;
        }
        if tell.is_some() {
            state.tell = tell;
        }
        true
    }

    pub(super) fn waiting(&self) -> Waiting {
        self.lock().waiting.clone()
    }

    fn take_tell(&self) -> Option<Tell> {
        self.lock().tell.take()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Settle {
    /// Where there was no answer, the client's leave or a panic is what there is to tell.
    fn settle(exchange: &Exchange<'_>) {
        let Some(tell) = exchange.context.end_unsaid().and_then(Unsaid::take_tell) else { return };
        let is_of_the_request = match exchange.outcome {
            Outcome::ClientError | Outcome::ServerError | Outcome::BodyError => true,
            // Gone once the head was there, and that was no success.
            Outcome::Cancelled => {
                exchange.time_to_head.is_some() && by_status(exchange) != Outcome::Success
            }
            Outcome::Success | Outcome::Panicked => false,
        };
        if is_of_the_request {
            tell(settled(exchange));
        }
    }
}

impl Record for Settle {
    fn record(&self, exchange: &Exchange<'_>) {
        Self::settle(exchange);
    }

    fn record_excluded(&self, exchange: &Exchange<'_>) {
        Self::settle(exchange);
    }
}

/// How a call ended whose error only became an answer after it: as the answer's status says. An
/// error that became no error in the end is the service's own, but for one that sends the caller
/// elsewhere, which is how handlers redirect.
fn settled(exchange: &Exchange<'_>) -> Outcome {
    let is_answered = exchange.time_to_head.is_some();
    match by_status(exchange) {
        Outcome::ClientError if is_answered => Outcome::ClientError,
        Outcome::Success if (300..400).contains(&exchange.status) => Outcome::Success,
        _ => Outcome::ServerError,
    }
}

/// How a call ended that was dropped: as the service answered in its place, which is what a
/// timeout does. Where the client is gone, or the answer is no error, as after a lost race, nobody
/// has failed.
fn given_up(exchange: &Exchange<'_>) -> Outcome {
    match by_status(exchange) {
        said @ (Outcome::ClientError | Outcome::ServerError)
            if exchange.outcome != Outcome::Cancelled =>
        {
            said
        }
        _ => Outcome::Cancelled,
    }
}

fn by_status(exchange: &Exchange<'_>) -> Outcome {
    exchange.grpc_status.map_or_else(|| Outcome::of_http(exchange.status), Outcome::of_grpc)
}

impl fmt::Debug for Unsaid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Unsaid").field(&self.waiting()).finish()
    }
}
