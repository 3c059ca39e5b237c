//! What a Watch is told: the status now, and each that follows.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::GrpcHealth;
use super::message::{self, Answer};

/// Watches of one service at a time: what one costs is small, what they all cost is bounded.
#[derive(Clone, Debug)]
pub(super) struct Places(Arc<Semaphore>);

/// One Watch.
pub(super) struct Watching {
    health: GrpcHealth,
    service: String,
    /// What was told last.
    told: Option<Answer>,
    change: Pin<Box<dyn Future<Output = watch::Receiver<()>> + Send>>,
    is_over: bool,
    _place: OwnedSemaphorePermit,
}

const MAX_WATCHES: usize = 1_024;

impl Places {
    pub(super) fn take(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.0).try_acquire_owned().ok()
    }
}

impl Default for Places {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(MAX_WATCHES)))
    }
}

impl Watching {
    pub(super) fn new(health: GrpcHealth, service: String, place: OwnedSemaphorePermit) -> Self {
        let changes = health.health.state.changes.subscribe();
        let change = Box::pin(next(changes));
        Self { health, service, told: None, change, is_over: false, _place: place }
    }

    /// What is to be told now, if anything.
    fn news(&mut self) -> Option<Bytes> {
        // Asked first, for a service that drains does not serve: nothing is told after that.
        self.is_over = self.health.health.is_draining();
        let now = self.health.serving(&self.service).unwrap_or(Answer::ServiceUnknown);
        let is_news = self.told.replace(now) != Some(now);
        is_news.then(|| message::status(now))
    }
}

impl Stream for Watching {
    type Item = Result<Bytes, tonic::Status>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if self.is_over {
                return Poll::Ready(None);
            }
            if let Some(news) = self.news() {
                return Poll::Ready(Some(Ok(news)));
            }
            if self.is_over {
                continue;
            }
            match self.change.as_mut().poll(cx) {
                Poll::Ready(changes) => self.change = Box::pin(next(changes)),
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

/// A change since the last that was seen. It cannot fail while the health is held.
async fn next(mut changes: watch::Receiver<()>) -> watch::Receiver<()> {
    let _ = changes.changed().await;
    changes
}
