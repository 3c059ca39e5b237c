//! The lines that a telemetry writes, for a test to read.

use crate::unique;
use obskit::Telemetry;
use obskit::config::{LogOutput, LogWriter};
use serde_json::Value;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What was written, and not taken so far. A clone shows the same.
#[derive(Clone, Debug, Default)]
pub struct Lines(Arc<Mutex<Vec<u8>>>);

const DEADLINE: Duration = Duration::from_secs(20);

impl Lines {
    /// What `config.logs.output` is to be.
    pub fn output(&self) -> LogOutput {
        LogOutput::Writer(LogWriter::new(self.clone()))
    }

    /// The lines of what was logged before, as JSON that names nothing twice.
    pub fn take(&self, telemetry: &Telemetry) -> Vec<Value> {
        parse(&self.take_bytes(telemetry))
    }

    /// What was logged before, as it was written.
    pub fn take_bytes(&self, telemetry: &Telemetry) -> Vec<u8> {
        assert!(telemetry.flush(DEADLINE), "lines were not written in {DEADLINE:?}");
        std::mem::take(&mut *self.0.lock().unwrap())
    }

    /// The lines of what was written, without waiting for more.
    pub fn written(&self) -> Vec<Value> {
        parse(&std::mem::take(&mut *self.0.lock().unwrap()))
    }
}

fn parse(bytes: &[u8]) -> Vec<Value> {
    let lines = bytes.split_inclusive(|byte| *byte == b'\n');
    lines.map(|line| unique::read(line).unwrap()).collect()
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
