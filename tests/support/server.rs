//! A server by others as a process, on a port that was free a moment ago, since it cannot tell its
//! own.

use crate::child::OwnedChild;
use crate::http;
use crate::wait::wait_until;
use std::fs::{self, File};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

const READY: Duration = Duration::from_mins(1);
const TRIES: usize = 5;

/// How a server is started.
pub struct Start<'a> {
    pub name: &'static str,
    /// The path that is answered with success once it is ready.
    pub ready: &'static str,
    /// What it writes where its port was taken in the meantime.
    pub taken: &'static str,
    /// The command for a port of 127.0.0.1 and a folder of its own.
    pub command: &'a dyn Fn(u16, &Path) -> Command,
}

/// Killed on drop, its data gone with it.
#[derive(Debug)]
pub struct Server {
    url: String,
    process: OwnedChild,
    folder: TempDir,
}

impl Server {
    /// Starts a server and waits until it is ready.
    pub async fn start(start: &Start<'_>) -> Self {
        for _ in 0..TRIES {
            let mut server = Self::spawn(start);
            if server.is_ready(start).await {
                return server;
            }
        }
        panic!("{} found its port taken {TRIES} times", start.name);
    }

    /// Where it answers, without a trailing slash.
    pub fn url(&self) -> &str {
        &self.url
    }

    fn spawn(start: &Start<'_>) -> Self {
        let folder = TempDir::new().unwrap();
        let port = free_port();
        let mut command = (start.command)(port, folder.path());
        command.stdin(Stdio::null()).stdout(log(folder.path())).stderr(log(folder.path()));
        let process = OwnedChild::spawn(&mut command);
        Self { url: format!("http://127.0.0.1:{port}"), process, folder }
    }

    /// False where it ended because its port was taken in the meantime.
    async fn is_ready(&mut self, start: &Start<'_>) -> bool {
        let url = format!("{}{}", self.url, start.ready);
        let (process, folder) = (&mut self.process, self.folder.path());
        wait_until(start.name, READY, async || {
            if process.exited().is_some() {
                let log = fs::read_to_string(folder.join("log")).unwrap();
                assert!(log.contains(start.taken), "{} ended:\n{log}", start.name);
                return Ok(false);
            }
            match http::try_get(&url, &[]).await {
                Ok(reply) if reply.status.is_success() => Ok(true),
                Ok(reply) => Err(format!("{reply:?}")),
                Err(error) => Err(error),
            }
        })
        .await
    }
}

/// Where a server in `folder` writes what it has to say.
pub fn log(folder: &Path) -> File {
    File::options().create(true).append(true).open(folder.join("log")).unwrap()
}

/// One that was free a moment ago.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
