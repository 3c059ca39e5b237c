//! The normaliser of Relay, Sentry's front door, and Sentry's schema of events, as judges.

use crate::child::OwnedChild;
use crate::tools;
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};

/// A running `tests/stack/relay.py`.
#[derive(Debug)]
pub struct Relay {
    sent: ChildStdin,
    verdicts: BufReader<ChildStdout>,
    _process: OwnedChild,
}

impl Relay {
    /// Starts it. Panics where Python or the packages are missing.
    pub fn start() -> Self {
        let mut process = OwnedChild::spawn(
            Command::new(tools::sentry())
                .arg(tools::root().join("tests/stack/relay.py"))
                .stdin(Stdio::piped())
                .stdout(Stdio::piped()),
        );
        let child = process.get_mut();
        let sent = child.stdin.take().unwrap();
        let verdicts = BufReader::new(child.stdout.take().unwrap());
        Self { sent, verdicts, _process: process }
    }

    /// What is wrong with an event, or with a transaction.
    pub fn faults(&mut self, sent: &Value) -> Vec<String> {
        writeln!(self.sent, "{sent}").unwrap();
        self.sent.flush().unwrap();
        let mut line = String::new();
        self.verdicts.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }
}
