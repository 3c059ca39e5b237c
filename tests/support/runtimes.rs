//! Every flavour of runtime, and none.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use tokio::runtime::{Builder, Runtime};

struct Parked(Thread);

impl Wake for Parked {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// None, one of a single thread, and one of several.
pub fn runtimes() -> [Option<Runtime>; 3] {
    let many = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    [None, Some(Builder::new_current_thread().enable_all().build().unwrap()), Some(many)]
}

/// What a future comes to, on that runtime or without any.
pub fn run<F: Future>(runtime: Option<&Runtime>, future: F) -> F::Output {
    match runtime {
        Some(runtime) => runtime.block_on(future),
        None => block_on(future),
    }
}

/// What a future comes to, without any runtime.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let waker = Waker::from(Arc::new(Parked(thread::current())));
    let (mut future, mut cx) = (pin!(future), Context::from_waker(&waker));
    loop {
        match future.as_mut().poll(&mut cx) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}
