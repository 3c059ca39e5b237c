//! How a task on the `obskit` thread learns that it is to end, and the thread that it has.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

/// Held by every task; while one is held, the thread waits to end.
#[derive(Clone, Debug)]
pub(crate) struct Lifeline {
    stop: watch::Receiver<Option<Instant>>,
    _busy: mpsc::Sender<()>,
}

impl Lifeline {
    pub(super) fn new(stop: watch::Receiver<Option<Instant>>, busy: mpsc::Sender<()>) -> Self {
        Self { stop, _busy: busy }
    }

    /// Waits until the thread is asked to end, and says by when.
    pub(crate) async fn cut(&mut self) -> Instant {
        // An error is the end of whoever could ask.
        let asked = self.stop.wait_for(Option::is_some).await;
        asked.ok().and_then(|asked| *asked).unwrap_or_else(Instant::now)
    }
}

#[cfg(feature = "otlp")]
impl Lifeline {
    /// By when the thread ends, if that was asked for.
    pub(crate) fn end(&self) -> Option<Instant> {
        *self.stop.borrow()
    }
}

/// What is longer is as good as endless, and no clock overflows by it.
const ENDLESS: Duration = Duration::from_hours(24 * 365 * 30);

/// The time so much after another, however much it is.
pub(crate) fn after(start: Instant, time: Duration) -> Instant {
    start + time.min(ENDLESS)
}

/// Runs `work` to its end, unless `event` comes first.
pub(crate) async fn unless<T>(event: impl Future, work: impl Future<Output = T>) -> Option<T> {
    let (mut event, mut work) = (pin!(event), pin!(work));
    poll_fn(|cx| match (event.as_mut().poll(cx), work.as_mut().poll(cx)) {
        (_, Poll::Ready(done)) => Poll::Ready(Some(done)),
        (Poll::Ready(_), Poll::Pending) => Poll::Ready(None),
        (Poll::Pending, Poll::Pending) => Poll::Pending,
    })
    .await
}
