//! The body of an async function, watched while it runs.

use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::call::{Call, State};

pin_project! {
    /// A body that runs, and is dropped, within its call.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Watched<'a, F> {
        call: &'a mut Call,
        #[pin]
        body: Option<F>,
    }

    impl<F> PinnedDrop for Watched<'_, F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if this.body.is_some() {
                this.call.enter(|| this.body.set(None));
            }
        }
    }
}

impl<'a, F> Watched<'a, F> {
    #[inline]
    pub(super) fn new(call: &'a mut Call, body: F) -> Self {
        Self { call, body: Some(body) }
    }
}

impl<F: Future> Future for Watched<'_, F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        this.call.set_state(State::Running);
        let polled = this.call.enter(|| {
            let body = this.body.as_mut().as_pin_mut();
            let polled = body.map_or(Poll::Pending, |body| body.poll(cx));
            if polled.is_ready() {
                this.body.set(None);
            }
            polled
        });
        if polled.is_pending() {
            this.call.set_state(State::Waiting);
        }
        polled
    }
}
