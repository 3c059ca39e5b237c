//! SIGTERM and SIGINT.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::export::unless;

/// What a process is asked to leave by.
#[derive(Debug)]
pub(super) struct Asked {
    terminate: Signal,
    interrupt: Signal,
}

impl Asked {
    /// Takes both from the system's hands. The caller is in the runtime that hears them.
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// The name of the next one.
    pub(super) async fn next(&mut self) -> &'static str {
        unless(self.interrupt.recv(), self.terminate.recv()).await.map_or("SIGINT", |_| "SIGTERM")
    }
}
