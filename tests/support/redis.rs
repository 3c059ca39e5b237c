//! A real Redis.

use crate::daemon::Daemon;
use std::path::Path;
use std::process::Command;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Killed on drop, its data gone with it.
#[derive(Debug)]
pub struct Redis {
    pub daemon: Daemon,
}

impl Redis {
    /// Starts it with arguments and waits until it answers.
    pub async fn start(more: &[&str]) -> Self {
        let mut redis = Self { daemon: Daemon::new(server) };
        redis.start_with(more).await;
        redis
    }

    /// The same with its data from before.
    pub async fn start_with(&mut self, more: &[&str]) {
        let address = self.daemon.address();
        self.daemon.start(more, async || send(&address, "PING").await.is_some()).await;
    }

    /// What it answers to a line.
    pub async fn tell(&self, line: &str) -> String {
        let answer = send(&self.daemon.address(), line).await;
        answer.unwrap_or_else(|| panic!("no answer to {line}: {}", self.daemon.log()))
    }
}

async fn send(address: &str, line: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).await.ok()?;
    stream.write_all(format!("{line}\r\n").as_bytes()).await.ok()?;
    let mut answer = [0; 256];
    let read = stream.read(&mut answer).await.ok().filter(|read| *read > 0)?;
    Some(String::from_utf8_lossy(&answer[..read]).into_owned())
}

fn server(port: u16, folder: &Path, more: &[&str]) -> Command {
    let mut command = Command::new("redis-server");
    command.args(["--bind", "127.0.0.1", "--save", "", "--port", &port.to_string()]);
    command.arg("--dir").arg(folder).args(more);
    command
}
