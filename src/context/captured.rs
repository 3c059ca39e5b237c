//! Finished exchanges, kept for a test to look at.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::{Duration, SystemTime};

use super::exchange::{Exchange, Record, Shape};
use super::{Outcome, RequestContext};

/// The exchanges of one telemetry as they finish, for a test to wait for and look at.
///
/// A clone shows the same exchanges; each is taken once. At most 100,000 wait to be taken, and
/// later ones are counted as [`missed`](Self::missed).
#[derive(Clone, Debug, Default)]
pub struct Exchanges {
    shared: Arc<Mutex<Shared>>,
}

/// A finished exchange that outlives its request; see [`Exchange`] for what each field says.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Captured {
    /// IDs, route, user: what was known while the request ran.
    pub context: RequestContext,
    /// How it ended.
    pub outcome: Outcome,
    /// The HTTP status sent; 499 if the client was gone before it, 500 if a panic was.
    pub status: u16,
    /// The gRPC status, if this was a gRPC call.
    pub grpc_status: Option<u8>,
    /// What kind of response it was.
    pub shape: Shape,
    /// When the request's head had arrived.
    pub started: SystemTime,
    /// From there to the end of the response's body.
    pub duration: Duration,
    /// From there to the response's head, if there was one.
    pub time_to_head: Option<Duration>,
    /// Bytes of the request's body by its `content-length`, if it had one.
    pub request_bytes: Option<u64>,
    /// Bytes of the response's body that were handed to the server.
    pub response_bytes: u64,
}

#[derive(Debug, Default)]
struct Shared {
    waiting: VecDeque<Captured>,
    missed: u64,
    wakers: Vec<Waker>,
}

const MAX_WAITING: usize = 100_000;

impl Exchanges {
    /// The next exchange, once it has finished.
    pub async fn next(&self) -> Captured {
        poll_fn(|cx| {
            let mut shared = self.lock();
            let Some(next) = shared.waiting.pop_front() else {
                shared.wakers.push(cx.waker().clone());
                return Poll::Pending;
            };
            Poll::Ready(next)
        })
        .await
    }

    /// The next `count` exchanges, once they have finished, in the order in which they did.
    pub async fn take(&self, count: usize) -> Vec<Captured> {
        let mut taken = Vec::new();
        while taken.len() < count {
            taken.push(self.next().await);
        }
        taken
    }

    /// What has finished and was not taken so far, without waiting.
    pub fn drain(&self) -> Vec<Captured> {
        self.lock().waiting.drain(..).collect()
    }

    /// How many exchanges were not kept because too many waited to be taken.
    pub fn missed(&self) -> u64 {
        self.lock().missed
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Record for Exchanges {
    fn record(&self, exchange: &Exchange<'_>) {
        let mut shared = self.lock();
        if shared.waiting.len() < MAX_WAITING {
            shared.waiting.push_back(Captured::of(exchange));
        } else {
            shared.missed += 1;
        }
        let wakers = std::mem::take(&mut shared.wakers);
        drop(shared);
        wakers.into_iter().for_each(Waker::wake);
    }
}

impl Captured {
    fn of(exchange: &Exchange<'_>) -> Self {
        Self {
            context: exchange.context.clone(),
            outcome: exchange.outcome,
            status: exchange.status,
            grpc_status: exchange.grpc_status,
            shape: exchange.shape,
            started: exchange.started,
            duration: exchange.duration,
            time_to_head: exchange.time_to_head,
            request_bytes: exchange.request_bytes,
            response_bytes: exchange.response_bytes,
        }
    }
}
