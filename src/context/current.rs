//! The request that the running code belongs to.

use std::cell::Cell;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::RequestContext;
use super::hub::EnteredHub;

pin_project! {
    /// A future that has its request's context at every poll, and while it is dropped.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct InContext<F> {
        #[pin]
        future: Option<F>,
        context: Option<RequestContext>,
    }

    impl<F> PinnedDrop for InContext<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let _entered = Entered::new(this.context);
            this.future.set(None);
        }
    }
}

/// While it lives, the context from its slot is the current one, with its hub, and the slot holds
/// the one before. For the time of a poll: the hub's guard cannot go to another thread.
pub(crate) struct Entered<'a> {
    slot: &'a mut Option<RequestContext>,
    _hub: Option<EnteredHub>,
}

thread_local! {
    static CURRENT: Cell<Option<RequestContext>> = const { Cell::new(None) };
}

/// A clone of the current context.
pub(crate) fn current() -> Option<RequestContext> {
    let cloned = CURRENT.try_with(|cell| {
        let context = cell.take();
        let clone = context.clone();
        cell.set(context);
        clone
    });
    cloned.ok().flatten()
}

impl<F> InContext<F> {
    pub(super) fn new(future: F, context: Option<RequestContext>) -> Self {
        Self { future: Some(future), context }
    }
}

impl<F: Future> Future for InContext<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _entered = Entered::new(this.context);
        match this.future.as_pin_mut() {
            Some(future) => future.poll(cx),
            None => Poll::Pending,
        }
    }
}

impl<'a> Entered<'a> {
    /// Moving contexts costs no reference count.
    #[inline]
    pub(crate) fn new(slot: &'a mut Option<RequestContext>) -> Self {
        let hub = slot.as_ref().map(|context| context.request_hub().enter());
        swap(slot);
        Self { slot, _hub: hub }
    }
}

impl Drop for Entered<'_> {
    #[inline]
    fn drop(&mut self) {
        swap(self.slot);
    }
}

/// While a thread ends its current context may be gone; the slot then stays as it is.
#[inline]
fn swap(slot: &mut Option<RequestContext>) {
    let _ = CURRENT.try_with(|cell| *slot = cell.replace(slot.take()));
}
