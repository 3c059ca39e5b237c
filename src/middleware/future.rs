//! The future of a request: its context is current at every poll and while it is dropped.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::Response;
use http_body::Body;
use pin_project_lite::pin_project;

use super::ResponseBody;
use super::body::Watch;
use super::pending::PendingExchange;

pin_project! {
    /// The future of [`ServerService`](super::ServerService).
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct ServerFuture<F> {
        #[pin]
        future: Option<F>,
        // None in a layer within another, and once the response's body has it.
        pending: Option<PendingExchange>,
    }

    impl<F> PinnedDrop for ServerFuture<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if let Some(pending) = this.pending {
                pending.enter(|| this.future.set(None));
            }
        }
    }
}

impl<F> ServerFuture<F> {
    pub(super) fn new(future: F, pending: Option<PendingExchange>) -> Self {
        Self { future: Some(future), pending }
    }
}

impl<F, R, E> Future for ServerFuture<F>
where
    F: Future<Output = Result<Response<R>, E>>,
    R: Body,
{
    type Output = Result<Response<ResponseBody<R>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let future = &mut this.future;
        let mut poll = || {
            let Some(inner) = future.as_mut().as_pin_mut() else { return Poll::Pending };
            let polled = inner.poll(cx);
            if polled.is_ready() {
                // What a timeout has given up is still in there, and belongs to the request.
                future.set(None);
            }
            polled
        };
        let result = ready!(match this.pending {
            Some(pending) => pending.run(poll),
            None => poll(),
        });
        Poll::Ready(match (result, this.pending.take()) {
            (Ok(response), Some(pending)) => Ok(pending.respond(response)),
            (Ok(response), None) => Ok(response.map(ResponseBody::unwatched)),
            (Err(error), pending) => {
                pending.into_iter().for_each(PendingExchange::fail);
                Err(error)
            }
        })
    }
}
