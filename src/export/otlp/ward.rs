//! An exporter's keeper: started again should it panic, its outlet closed when it ends.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::time::sleep;

use crate::export::{Background, Lifeline, unless};

use super::exporter::{Exporter, Way};
use super::outlet::Outlet;
use super::transport::Transport;

/// Before an exporter that panicked is started again.
const PAUSE: Duration = Duration::from_secs(1);

/// Sends what the outlet takes, on the thread and until its end.
pub(crate) fn export<T: Transport>(background: &Background, way: Way<T>) {
    // Closed also where the thread has ended before.
    let closing = Closing(way.outlet.clone());
    background.spawn(|lifeline| watch(closing, way, lifeline));
}

#[cfg(test)]
pub(super) async fn run<T: Transport>(way: Way<T>, lifeline: Lifeline) {
    watch(Closing(way.outlet.clone()), way, lifeline).await;
}

/// However it ends.
struct Closing(Outlet);

impl Drop for Closing {
    fn drop(&mut self) {
        self.0.close();
    }
}

async fn watch<T: Transport>(outlet: Closing, way: Way<T>, mut lifeline: Lifeline) {
    let mut exporter = Exporter::new(way, lifeline.clone());
    while panics(exporter.run()).await {
        outlet.0.count_restart();
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
