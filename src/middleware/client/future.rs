//! The future of a call to another service.

use std::any::type_name;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::Response;
use http_body::Body;
use pin_project_lite::pin_project;

use super::ClientBody;
use super::call::PendingCall;

pin_project! {
    /// The future of [`ClientService`](super::ClientService).
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct ClientFuture<F> {
        #[pin]
        future: F,
        call: Option<PendingCall>,
    }
}

impl<F> ClientFuture<F> {
    pub(super) fn new(future: F, call: PendingCall) -> Self {
        Self { future, call: Some(call) }
    }
}

impl<F, R, E> Future for ClientFuture<F>
where
    F: Future<Output = Result<Response<R>, E>>,
    R: Body,
{
    type Output = Result<Response<ClientBody<R>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let result = ready!(this.future.poll(cx));
        Poll::Ready(match (result, this.call.take()) {
            (Ok(response), Some(call)) => Ok(call.respond(response)),
            (Ok(response), None) => Ok(response.map(ClientBody::unwatched)),
            (Err(error), call) => {
                if let Some(call) = call {
                    call.fail(type_name::<E>());
                }
                Err(error)
            }
        })
    }
}
