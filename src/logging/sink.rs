//! The way out: a bounded buffer of lines, and the `obskit-log` thread that writes them.
//!
//! Pushing a line takes no lock and, in steady state, makes no system call and allocates nothing:
//! the thread comes by itself every few milliseconds and takes along what is there.

mod batch;
mod bell;
mod deliver;
#[cfg(feature = "log-file")]
#[path = "sink/file/enabled.rs"]
mod file;
#[cfg(not(feature = "log-file"))]
#[path = "sink/file/disabled.rs"]
mod file;
mod merge;
mod output;
mod progress;
mod queue;
mod shared;
mod writer;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tracing::Level;

use crate::config::LogOutput;
use crate::error::Error;
use crate::ledger::Ledger;

use self::queue::{Entry, Rank};
use self::shared::Shared;
use self::writer::Writer;

pub(super) use self::writer::is_writing;

/// Takes lines from any thread, without waiting. Clones are the same; the last one that goes waits
/// a second at most for what was pushed.
#[derive(Clone)]
pub(super) struct Sink {
    handle: Arc<Handle>,
}

struct Handle {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Sink {
    /// Opens the output and starts the thread. `buffer` is the most bytes that may wait; `tell`
    /// makes the line that says how many lines are missing.
    pub(super) fn start(
        output: &LogOutput,
        buffer: usize,
        ledger: Ledger,
        tell: impl Fn(u64, &mut Vec<u8>) + Send + 'static,
    ) -> Result<Self, Error> {
        let output = output::open(output)?;
        let shared = Arc::new(Shared::new(buffer, ledger));
        let writer = Writer::new(Arc::clone(&shared), output, Box::new(tell));
        let thread =
            thread::Builder::new().name("obskit-log".into()).spawn(move || writer.run()).map_err(
                |error| Error::runtime("the obskit-log thread did not start").because(error),
            )?;
        shared.bell.hang(thread.thread().clone());
        Ok(Self { handle: Arc::new(Handle { shared, thread: Mutex::new(Some(thread)) }) })
    }

    /// An empty buffer to write a line into, to be given back by `push` or `recycle`.
    pub(super) fn buffer(&self) -> Vec<u8> {
        self.handle.shared.queue.buffer()
    }

    /// Takes back a buffer that became no line.
    pub(super) fn recycle(&self, line: Vec<u8>) {
        self.handle.shared.queue.recycle(line);
    }

    /// Takes a line with its newline. `at` is nanoseconds since the epoch, by which lines of
    /// different severity are put in order. What an output logs while it is written to is ignored.
    pub(super) fn push(&self, level: Level, at: u64, line: Vec<u8>) {
        if is_writing() {
            self.recycle(line);
        } else {
            self.handle.shared.push(Rank::of(level), Entry { at, line });
        }
    }

    /// Runs about once a second on the thread, and before every flush asked for and before the
    /// end, with whether that has come, and something that takes a line as `push` does.
    pub(super) fn each_second(
        &self,
        hook: impl FnMut(bool, &dyn Fn(Level, u64, &[u8])) + Send + 'static,
    ) {
        self.handle.shared.add_hook(Box::new(hook));
    }

    /// Waits until what was pushed before is written or counted as lost; false if that took
    /// longer. Needs no runtime.
    pub(super) fn flush(&self, within: Duration) -> bool {
        self.handle.shared.flush(within)
    }

    /// Flushes, ends the thread, and says how many lines were lost since the start. What is not
    /// written in time is lost; a thread that hangs in a write is left behind.
    pub(super) fn stop(&self, within: Duration) -> u64 {
        self.handle.stop(within)
    }
}

impl Handle {
    fn stop(&self, within: Duration) -> u64 {
        let ended = self.shared.stop(within);
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread.filter(|_| ended) {
            // It has said that it ends, so this takes no time.
            let _ = thread.join();
        }
        self.shared.lost()
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.stop(Duration::from_secs(1));
    }
}

impl fmt::Debug for Sink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sink").field("lost", &self.handle.shared.lost()).finish_non_exhaustive()
    }
}
