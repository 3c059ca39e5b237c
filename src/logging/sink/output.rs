//! What lines are written to.

use std::io::{self, Write};

use crate::config::{LogOutput, LogWriter};
use crate::error::Error;

use super::file;

/// Opens it, so that one that cannot be written is known at the start.
pub(super) fn open(output: &LogOutput) -> Result<Box<dyn Write + Send>, Error> {
    Ok(match output {
        LogOutput::Stdout => Box::new(io::stdout()),
        LogOutput::Stderr => Box::new(io::stderr()),
        LogOutput::File(file) => file::open(file)?,
        LogOutput::Writer(writer) => Box::new(Custom(writer.clone())),
    })
}

struct Custom(LogWriter);

impl Write for Custom {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.lock().flush()
    }
}
