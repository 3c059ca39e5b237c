//! Work that blocks, away from whichever runtime waits for it.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::thread;

/// Runs `work` on a thread of its own and waits for it, on any runtime or none. `None` if there
/// was no thread to be had, or the work panicked.
pub(crate) async fn aside<T>(name: &str, work: impl FnOnce() -> T + Send + 'static) -> Option<T>
where
    T: Send + 'static,
{
    let answer = Arc::new(Answer(Mutex::default()));
    let asked = Asked(Arc::clone(&answer));
    let run = move || asked.answer(work());
    thread::Builder::new().name(name.into()).spawn(run).ok()?;
    poll_fn(|cx| {
        let mut state = answer.state();
        if state.is_over {
            return Poll::Ready(state.value.take());
        }
        state.waker = Some(cx.waker().clone());
        Poll::Pending
    })
    .await
}

struct Answer<T>(Mutex<State<T>>);

struct State<T> {
    value: Option<T>,
    is_over: bool,
    waker: Option<Waker>,
}

/// Held by the thread: its drop ends the wait, whatever has become of the work.
struct Asked<T>(Arc<Answer<T>>);

impl<T> Asked<T> {
    fn answer(self, value: T) {
        self.0.state().value = Some(value);
    }
}

impl<T> Drop for Asked<T> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.is_over = true;
        let waker = state.waker.take();
        drop(state);
        waker.into_iter().for_each(Waker::wake);
    }
}

impl<T> Answer<T> {
    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Default for State<T> {
    fn default() -> Self {
        Self { value: None, is_over: false, waker: None }
    }
}
