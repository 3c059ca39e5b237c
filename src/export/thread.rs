//! The `obskit` thread: a current-thread runtime of its own.
//!
//! A service that has stalled still answers its operator, because nothing here runs on the
//! service's runtime, and nothing on a request's path waits for it.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::thread::{self, JoinHandle};

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use crate::error::Error;

/// The running thread. Dropping it stops the thread without waiting for it.
#[derive(Debug)]
pub(crate) struct Background {
    handle: Handle,
    stop: Mutex<Option<Stop>>,
}

#[derive(Debug)]
struct Stop {
    asked: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Background {
    pub(crate) fn start() -> Result<Self, Error> {
        let failed = |error| Error::runtime("the obskit thread did not start").because(error);
        let runtime = Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let handle = runtime.handle().clone();
        let (asked, stop) = oneshot::channel();
        let run = move || {
            // Either a request to stop or the end of whoever could make one.
            let _ = runtime.block_on(stop);
            runtime.shutdown_background();
        };
        let thread = thread::Builder::new().name("obskit".into()).spawn(run).map_err(failed)?;
        Ok(Self { handle, stop: Mutex::new(Some(Stop { asked, thread })) })
    }

    /// Where tasks for the thread are spawned.
    pub(crate) fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Ends the thread and with it every task on it.
    pub(crate) fn stop(&self) {
        let stop = self.stop.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Stop { asked, thread }) = stop {
            let _ = asked.send(());
            drop(thread);
        }
    }
}
