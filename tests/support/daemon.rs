//! A server by others that can be stopped, killed and started again, with the same port and data.

use crate::child::OwnedChild;
use crate::server::{free_port, log};
use crate::wait::wait_until;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_mins(1);
/// One that was killed may keep its successor off for some seconds.
const TRIES: usize = 100;
const LOG: usize = 64 * 1024;

/// How it is started on a port of 127.0.0.1, with the arguments given besides.
pub type Start = fn(port: u16, folder: &Path, more: &[&str]) -> Command;

/// Killed on drop, its data gone with it.
#[derive(Debug)]
pub struct Daemon {
    port: u16,
    start: Start,
    process: Option<OwnedChild>,
    folder: TempDir,
}

impl Daemon {
    /// Not running yet, in a folder of its own.
    pub fn new(start: Start) -> Self {
        Self { port: free_port(), start, process: None, folder: TempDir::new().unwrap() }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The `host:port` where it answers.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The end of what it has written, at most 64 KiB.
    pub fn log(&self) -> String {
        let log = fs::read(self.folder().join("log")).unwrap_or_default();
        String::from_utf8_lossy(&log[log.len().saturating_sub(LOG)..]).into_owned()
    }

    /// Starts it and waits until `is_up`; where it ends at once, as one that still finds traces
    /// of its killed predecessor does, it is started anew.
    pub async fn start(&mut self, more: &[&str], mut is_up: impl AsyncFnMut() -> bool) {
        let mut tries = 0;
        wait_until("a server", PATIENCE, async || {
            let has_ended = self.process.as_mut().is_none_or(|process| process.exited().is_some());
            if has_ended {
                tries += 1;
                assert!(tries <= TRIES, "it ended {TRIES} times:\n{}", self.log());
                let mut command = (self.start)(self.port, self.folder.path(), more);
                let log = || log(self.folder.path());
                command.stdin(Stdio::null()).stdout(log()).stderr(log());
                self.process = Some(OwnedChild::spawn(&mut command));
            }
            if is_up().await { Ok(()) } else { Err(self.log()) }
        })
        .await;
    }

    /// SIGSTOP: the kernel still takes connections for it, and nobody answers.
    pub fn pause(&self) {
        self.signal("STOP");
    }

    /// SIGCONT.
    pub fn resume(&self) {
        self.signal("CONT");
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        self.process = None;
    }

    fn signal(&self, name: &str) {
        self.process.as_ref().expect("it runs").signal(name);
    }
}
