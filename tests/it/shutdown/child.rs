//! `tests/leaving` as a running process.

use obskit_tests::child::OwnedChild;
use obskit_tests::unique;
use obskit_tests::wait::soon;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::process::{ChildStdin, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

const DEADLINE: Duration = Duration::from_secs(30);

/// A service that can be asked to leave; killed on drop.
pub struct Leaving {
    process: OwnedChild,
    stdin: ChildStdin,
    said: UnboundedReceiver<String>,
    written: JoinHandle<Vec<u8>>,
}

/// How it ended.
#[derive(Debug)]
pub struct Ended {
    pub status: ExitStatus,
    pub lines: Vec<Value>,
}

impl Leaving {
    /// Starts it; `drain` and `deadline` are what those variables say.
    pub fn start(framework: &str, drain: &str, deadline: &str) -> Self {
        let variables = [
            ("OBSKIT_DRAIN_DELAY", drain),
            ("OBSKIT_SHUTDOWN_DEADLINE", deadline),
            ("OTEL_TRACES_EXPORTER", "none"),
        ];
        Self::start_with(framework, &variables)
    }

    /// Starts it with these variables, and the operator on a port of its own.
    pub fn start_with(framework: &str, variables: &[(&str, &str)]) -> Self {
        let mut process = OwnedChild::spawn(
            Command::new(env!("CARGO_BIN_EXE_leaving"))
                .arg(framework)
                .env("OBSKIT_ADMIN_ADDR", "127.0.0.1:0")
                .envs(variables.iter().copied())
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped()),
        );
        let child = process.get_mut();
        let stdin = child.stdin.take().unwrap();
        let said = lines_of(child.stderr.take().unwrap());
        let mut stdout = child.stdout.take().unwrap();
        let written = thread::spawn(move || {
            let mut bytes = Vec::new();
            stdout.read_to_end(&mut bytes).unwrap();
            bytes
        });
        Self { process, stdin, said, written }
    }

    /// Where it said that it serves `what`.
    pub async fn told(&mut self, what: &str) -> SocketAddr {
        let line = soon(what, self.said.recv()).await.unwrap();
        let addr = line.strip_prefix(what).and_then(|rest| rest.strip_prefix(" http://"));
        addr.unwrap_or_else(|| panic!("no {what}: {line}")).parse().unwrap()
    }

    /// Sends it a signal, such as `TERM`.
    pub fn signal(&self, name: &str) {
        self.process.signal(name);
    }

    /// Gives it a line to read.
    pub fn nudge(&mut self) {
        self.stdin.write_all(b"go\n").unwrap();
    }

    /// Waits for its end.
    pub async fn end(mut self) -> Ended {
        let status = self.process.end(DEADLINE).await;
        let bytes = self.written.join().unwrap();
        let lines = bytes.split_inclusive(|byte| *byte == b'\n');
        let lines = lines.map(|line| unique::read(line).unwrap()).collect();
        Ended { status, lines }
    }
}

impl Ended {
    /// The messages of obskit's own lines on the way down.
    pub fn steps(&self) -> Vec<&str> {
        let ours = self.lines.iter().filter(|line| line["target"] == "obskit::shutdown");
        ours.map(|line| line["message"].as_str().unwrap()).collect()
    }

    /// The line with a message.
    pub fn line(&self, message: &str) -> &Value {
        let found = self.lines.iter().find(|line| line["message"] == message);
        found.unwrap_or_else(|| panic!("no `{message}` in {:#?}", self.lines))
    }

    /// The lines of finished requests.
    pub fn requests(&self) -> usize {
        self.lines.iter().filter(|line| line["target"] == "obskit::access").count()
    }
}

fn lines_of(pipe: impl Read + Send + 'static) -> UnboundedReceiver<String> {
    let (sender, receiver) = unbounded_channel();
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
    receiver
}
