//! An exporter's keeper: started again should it panic, closed when it ends.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::time::sleep;

use super::{Background, Lifeline, Notices, unless};

/// What sends something until the thread is to end.
pub(super) trait Exporter: Send + 'static {
    fn run(&mut self) -> impl Future<Output = ()> + Send;

    fn notices(&self) -> &Notices;
}

/// Where what is exported comes in.
pub(super) trait Inlet: Send + 'static {
    /// Takes nothing any more. What waits still is lost.
    fn close(&self);
}

/// Before an exporter that panicked is started again.
const PAUSE: Duration = Duration::from_secs(1);

/// Runs an exporter of what comes in there, on the thread and until its end.
pub(super) fn export<E: Exporter>(
    background: &Background,
    inlet: impl Inlet,
    make: impl FnOnce(Lifeline) -> E,
) {
    // Closed also where the thread has ended before.
    let closing = Closing(inlet);
    background.spawn(|lifeline| watch(closing, make(lifeline.clone()), lifeline));
}

#[cfg(test)]
pub(super) async fn run(inlet: impl Inlet, exporter: impl Exporter, lifeline: Lifeline) {
    watch(Closing(inlet), exporter, lifeline).await;
}

/// However it ends.
struct Closing<I: Inlet>(I);

impl<I: Inlet> Drop for Closing<I> {
    fn drop(&mut self) {
        self.0.close();
    }
}

async fn watch<I: Inlet>(
    _closing: Closing<I>,
    mut exporter: impl Exporter,
    mut lifeline: Lifeline,
) {
    while panics(exporter.run()).await {
        exporter.notices().panicked();
        unless(lifeline.cut(), sleep(PAUSE)).await;
    }
}

/// Whether it panics before it comes to its end.
async fn panics(work: impl Future<Output = ()>) -> bool {
    let mut work = pin!(work);
    poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(cx))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(())) => Poll::Ready(false),
        Err(_) => Poll::Ready(true),
    })
    .await
}
