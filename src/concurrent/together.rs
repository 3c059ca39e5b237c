//! Two things waited for at once.

use std::future::poll_fn;
use std::pin::pin;
use std::task::{Context, Poll};

/// What both come to.
pub(crate) async fn together<A: Future, B: Future>(a: A, b: B) -> (A::Output, B::Output) {
    let (mut a, mut b) = (pin!(a), pin!(b));
    let (mut first, mut second) = (None, None);
    poll_fn(|cx: &mut Context<'_>| {
        if first.is_none()
            && let Poll::Ready(output) = a.as_mut().poll(cx)
        {
            first = Some(output);
        }
        if second.is_none()
            && let Poll::Ready(output) = b.as_mut().poll(cx)
        {
            second = Some(output);
        }
        match (first.take(), second.take()) {
            (Some(first), Some(second)) => Poll::Ready((first, second)),
            (some, other) => {
                (first, second) = (some, other);
                Poll::Pending
            }
        }
    })
    .await
}
