//! A writer that waits for the test, fails or panics as it says.

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use obskit::config::{LogOutput, LogWriter};
use serde_json::Value;

/// What a write does once it is let go.
pub enum Answer {
    Take,
    Fail(io::ErrorKind),
    Panic,
}

/// The test's end of a writer: every write waits for an answer, until there are no more to come.
pub struct Gate {
    writes: Receiver<Vec<u8>>,
    answers: Option<Sender<Answer>>,
}

struct Gated {
    begun: Sender<Vec<u8>>,
    answers: Receiver<Answer>,
}

const DEADLINE: Duration = Duration::from_secs(20);

impl Gate {
    pub fn new() -> (LogOutput, Self) {
        let (begun, writes) = channel();
        let (answer, answers) = channel();
        let output = LogOutput::Writer(LogWriter::new(Gated { begun, answers }));
        (output, Self { writes, answers: Some(answer) })
    }

    /// The bytes of the next write, which has begun and waits.
    pub fn begun(&self) -> Vec<u8> {
        self.writes.recv_timeout(DEADLINE).unwrap()
    }

    pub fn answer(&self, answer: Answer) {
        self.answers.as_ref().unwrap().send(answer).unwrap();
    }

    /// Lets every write through from here on.
    pub fn open(&mut self) {
        self.answers = None;
    }

    /// The lines written since this was asked last.
    pub fn lines(&self) -> Vec<Value> {
        let bytes: Vec<u8> = self.writes.try_iter().flatten().collect();
        lines(&bytes)
    }
}

/// Each line as JSON.
pub fn lines(bytes: &[u8]) -> Vec<Value> {
    let lines = bytes.split_inclusive(|byte| *byte == b'\n');
    lines.map(|line| serde_json::from_slice(line).unwrap()).collect()
}

impl Write for Gated {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _ = self.begun.send(bytes.to_vec());
        match self.answers.recv().unwrap_or(Answer::Take) {
            Answer::Take => Ok(bytes.len()),
            Answer::Fail(kind) => Err(kind.into()),
            Answer::Panic => panic!("a writer of the user's"),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
