//! The body of an async function, watched while it runs.

use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::call::Call;

pin_project! {
    /// A body that runs within its call.
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
            let _entered = this.call.span.enter();
            this.body.set(None);
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
        let this = self.project();
        let _entered = this.call.span.enter();
        match this.body.as_pin_mut() {
            Some(body) => body.poll(cx),
            None => Poll::Pending,
        }
    }
}
