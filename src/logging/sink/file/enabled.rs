//! A file of lines, which is rotated by size.

use std::fs::{self, Metadata};
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use rolling_file::{BasicRollingFileAppender, RollingConditionBasic};

use crate::config::LogFile;
use crate::error::Error;

/// Opens the file, or makes it with the permissions that the process's umask leaves.
pub(super) fn open(file: &LogFile) -> Result<Box<dyn Write + Send>, Error> {
    let opened = Rotated::open(file.clone()).map_err(|error| {
        let path = file.path.display();
        Error::config(format!("logs.output: the file {path} cannot be written")).because(error)
    })?;
    Ok(Box::new(opened))
}

struct Rotated {
    file: LogFile,
    appender: BasicRollingFileAppender,
    /// What the path led to when it was looked at.
    seen: Seen,
}

struct Seen {
    identity: Option<(u64, u64)>,
    bytes: u64,
    at: Instant,
}

/// How often the path is looked at.
const LOOK: Duration = Duration::from_secs(1);

impl Rotated {
    fn open(file: LogFile) -> io::Result<Self> {
        let appender = append(&file)?;
        let seen = Seen::look(&file.path);
        Ok(Self { file, appender, seen })
    }

    /// Follows whoever moves the file away, as logrotate does, or empties it.
    fn follow(&mut self) -> io::Result<()> {
        if self.seen.at.elapsed() < LOOK {
            return Ok(());
        }
        let now = Seen::look(&self.file.path);
        if now.identity.is_none() || now.identity != self.seen.identity {
            self.appender = append(&self.file)?;
            self.seen = Seen::look(&self.file.path);
        } else {
            self.seen = now;
        }
        Ok(())
    }

    fn make_room(&mut self, bytes: u64) {
        if self.seen.bytes > 0 && self.seen.bytes.saturating_add(bytes) > self.file.max_bytes {
            // What cannot be rotated is written on: too large a file before lost lines.
            let _ = self.appender.rollover();
            self.seen = Seen::look(&self.file.path);
        }
    }
}

impl Rotated {
    /// The appender writes all or says nothing of what it did write, as when the disk is full.
    fn part_of(&self, bytes: &[u8], error: io::Error) -> io::Result<usize> {
        let grown = Seen::look(&self.file.path).bytes.checked_sub(self.seen.bytes);
        let part = grown.and_then(|grown| usize::try_from(grown).ok());
        part.filter(|part| (1..=bytes.len()).contains(part)).ok_or(error)
    }
}

impl Write for Rotated {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.follow()?;
        self.make_room(bytes.len() as u64);
        let count = self.appender.write(bytes).or_else(|error| self.part_of(bytes, error))?;
        self.seen.bytes = self.seen.bytes.saturating_add(count as u64);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.appender.flush()
    }
}

impl Seen {
    fn look(path: &Path) -> Self {
        let metadata = fs::metadata(path).ok();
        let bytes = metadata.as_ref().map_or(0, Metadata::len);
        Self { identity: metadata.as_ref().map(identity), bytes, at: Instant::now() }
    }
}

/// Without a buffer of its own, in which lines could be lost; and without a condition: left to
/// itself it tells standard error of every rotation that fails.
fn append(file: &LogFile) -> io::Result<BasicRollingFileAppender> {
    let condition = RollingConditionBasic::new();
    BasicRollingFileAppender::new_with_buffer_capacity(&file.path, condition, file.keep, 0)
}

/// Tells a file from another of the same name.
#[cfg(unix)]
fn identity(metadata: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (metadata.dev(), metadata.ino())
}

/// Here only a file that has gone is noticed.
#[cfg(not(unix))]
fn identity(_metadata: &Metadata) -> (u64, u64) {
    (0, 0)
}
