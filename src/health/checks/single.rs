//! Work that blocks, on a thread of its own and one at a time.

use std::fmt;
use std::pin::Pin;

use tokio::sync::Mutex;

use crate::concurrent::aside;
use crate::health::BoxError;

type Running<T> = Pin<Box<dyn Future<Output = Option<T>> + Send>>;

/// Runs what may block for long, as a look-up of a name or a call to a dead network file system.
///
/// A blocked thread cannot be aborted. So what was given up on is remembered, and the next run
/// waits for it: however long it hangs, there is one thread of it. The thread is none of the
/// runtime's, whose shutdown would wait for it.
pub(super) struct Single<T>(Mutex<Option<Running<T>>>);

impl<T: Send + 'static> Single<T> {
    /// What `work` comes to, once an earlier one that was given up on has ended.
    pub(super) async fn run(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, BoxError> {
        let mut slot = self.0.lock().await;
        if let Some(given_up) = slot.as_mut() {
            given_up.await;
            *slot = None;
        }
        let done = slot.insert(Box::pin(aside("obskit-check", work))).await;
        *slot = None;
        done.ok_or_else(|| "there was no thread for it".into())
    }
}

impl<T> Default for Single<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T> fmt::Debug for Single<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Single").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;
    use std::task::{Context, Poll, Waker};

    #[test]
    fn a_run_waits_for_the_one_that_was_given_up_on() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let single = Single::default();
        let (free, blocked) = channel::<()>();
        let (begun, begin) = channel();
        let mut cx = Context::from_waker(Waker::noop());
        {
            let mut first = Box::pin(single.run(move || {
                begun.send(()).unwrap();
                let _ = blocked.recv();
                1
            }));
            assert!(first.as_mut().poll(&mut cx).is_pending());
            begin.recv().unwrap();
        }
        let (began, has_begun) = channel();
        let mut second = Box::pin(single.run(move || {
            began.send(()).unwrap();
            2
        }));
        assert!(second.as_mut().poll(&mut cx).is_pending());
        assert!(has_begun.try_recv().is_err(), "two at once");
        drop(free);
        assert_eq!(runtime.block_on(second).unwrap(), 2);
        assert!(has_begun.recv().is_ok());
        assert!(matches!(Box::pin(single.run(|| 3)).as_mut().poll(&mut cx), Poll::Pending));
    }

    #[test]
    fn a_panic_is_a_failure() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let single = Single::<()>::default();
        let panics = || std::panic::resume_unwind(Box::new("on purpose"));
        assert!(runtime.block_on(single.run(panics)).is_err());
        assert!(runtime.block_on(single.run(|| ())).is_ok());
    }
}
