//! The `obskit` thread: a current-thread runtime of its own.
//!
//! A service that has stalled still answers its operator, because nothing here runs on the
//! service's runtime, and nothing on a request's path waits for it.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::runtime::{Builder, Handle};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, timeout_at};

use crate::concurrent::{aside, make_thread_own};
use crate::error::Error;

use super::lifeline::{Lifeline, after};

/// The running thread. Dropping it stops the thread without waiting for it.
#[derive(Debug)]
pub(crate) struct Background {
    handle: Handle,
    running: Mutex<Option<Running>>,
}

#[derive(Debug)]
struct Running {
    lifeline: Lifeline,
    /// By when the tasks are to have ended, once that is asked for.
    stop: watch::Sender<Option<Instant>>,
    /// Disconnected when the thread is about to end.
    ended: Receiver<()>,
    thread: JoinHandle<()>,
}

/// The thread's own ends of what [`Running`] holds.
struct Ends {
    stop: watch::Receiver<Option<Instant>>,
    /// Disconnected when no task is left.
    idle: mpsc::Receiver<()>,
    ended: Sender<()>,
}

impl Background {
    /// Starts the thread.
    pub(crate) fn start() -> Result<Self, Error> {
        let failed = |error| Error::runtime("the obskit thread did not start").because(error);
        let (stop, stopping) = watch::channel(None);
        let (busy, idle) = mpsc::channel(1);
        let (ended_here, ended) = channel();
        let ends = Ends { stop: stopping.clone(), idle, ended: ended_here };
        let (started, start) = channel();
        let thread = thread::Builder::new()
            .name("obskit".into())
            .spawn(move || run(&started, ends))
            .map_err(failed)?;
        // The runtime is made and dropped on its own thread: dropping one in another's is a panic.
        let handle = start.recv().unwrap_or_else(|gone| Err(io::Error::other(gone)));
        let lifeline = Lifeline::new(stopping, busy);
        let running = Mutex::new(Some(Running { lifeline, stop, ended, thread }));
        Ok(Self { handle: handle.map_err(failed)?, running })
    }

    /// Where the thread's tasks run.
    pub(crate) fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Runs a task on the thread, unless that was stopped. The task should end soon after its
    /// lifeline is cut.
    pub(crate) fn spawn<F>(&self, task: impl FnOnce(Lifeline) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let lifeline = self.running().as_ref().map(|running| running.lifeline.clone());
        if let Some(lifeline) = lifeline {
            self.handle.spawn(task(lifeline));
        }
    }

    /// Asks the tasks to end, then ends the thread, all of it within a time. A second call has
    /// nothing to do.
    ///
    /// It waits without any runtime, so a service may end on whichever it has, or on none.
    pub(crate) async fn stop(self: Arc<Self>, within: Duration) -> Result<(), Error> {
        let stopped = aside("obskit-stop", move || self.stop_and_wait(within)).await;
        stopped.unwrap_or_else(|| Err(Error::runtime("the obskit thread was not waited for")))
    }

    fn stop_and_wait(&self, within: Duration) -> Result<(), Error> {
        let running = self.running().take();
        let Some(Running { lifeline, stop, ended, thread }) = running else { return Ok(()) };
        drop(lifeline);
        // A part of the time is kept for ending the thread itself.
        stop.send_replace(Some(after(Instant::now(), within / 5 * 4)));
        match ended.recv_timeout(within) {
            Ok(()) | Err(RecvTimeoutError::Disconnected) => {
                thread.join().map_err(|_| Error::runtime("the obskit thread panicked"))
            }
            Err(RecvTimeoutError::Timeout) => {
                Err(Error::runtime(format!("the obskit thread did not end within {within:?}")))
            }
        }
    }

    fn running(&self) -> MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        if let Some(running) = self.running().take() {
            running.stop.send_replace(Some(Instant::now()));
        }
    }
}

fn run(started: &Sender<io::Result<Handle>>, mut ends: Ends) {
    make_thread_own();
    let mut builder = Builder::new_current_thread();
    // Names are looked up on threads beside it.
    let runtime = match builder.enable_all().on_thread_start(make_thread_own).build() {
        Ok(runtime) => runtime,
        Err(error) => {
            let _ = started.send(Err(error));
            return;
        }
    };
    let _ = started.send(Ok(runtime.handle().clone()));
    runtime.block_on(async {
        // An error is the end of whoever could ask, and as good as being asked.
        let asked = ends.stop.wait_for(Option::is_some).await;
        let by = asked.ok().and_then(|asked| *asked).unwrap_or_else(Instant::now);
        let _ = timeout_at(by, ends.idle.recv()).await;
    });
    runtime.shutdown_background();
    drop(ends.ended);
}
