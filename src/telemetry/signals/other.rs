//! Ctrl-C, where there are no signals.

use std::future::pending;
use std::io;

/// What a process is asked to leave by.
#[derive(Debug)]
pub(super) struct Asked {}

impl Asked {
    #[expect(clippy::unnecessary_wraps, reason = "its twin may fail")]
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    /// The name of the next one.
    pub(super) async fn next(&mut self) -> &'static str {
        match tokio::signal::ctrl_c().await {
            Ok(()) => "Ctrl-C",
            // It will not come, as it does not where nobody can press it.
            Err(_) => pending().await,
        }
    }
}
