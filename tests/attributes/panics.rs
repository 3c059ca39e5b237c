//! Panics that a test wants, without what the hook would print.

use std::any::Any;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;

/// What `work` panics with.
#[track_caller]
pub fn caught<T>(work: impl FnOnce() -> T) -> String {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(_) => panic!("no panic"),
        Err(payload) => text(&*payload),
    }
}

/// What `future` panics with.
pub async fn caught_in<F: Future>(future: F) -> String {
    let mut future = pin!(future);
    poll_fn(|cx| {
        let polled = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx)));
        polled.map_or_else(
            |payload| std::task::Poll::Ready(text(&*payload)),
            |polled| polled.map(|_| panic!("no panic")),
        )
    })
    .await
}

/// Unwinds past the hook.
pub fn unwind(text: &'static str) -> ! {
    resume_unwind(Box::new(text))
}

fn text(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&'static str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default()
}
