//! Spans on standard output, one JSON object a line, for a look at them without a collector.

mod json;
mod line;

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use crate::concurrent::aside;
use crate::export::Trouble;

use super::answer::Answer;
use super::parcel::Parcel;

/// Writes on a thread of its own, so that an output that nobody reads holds up no other exporter.
pub(super) struct Console {
    output: Arc<Mutex<dyn Write + Send>>,
    /// A write has not come back.
    is_busy: Arc<AtomicBool>,
}

/// Free again, however the write ends.
struct Busy(Arc<AtomicBool>);

const HINT: &str =
    "OTEL_TRACES_EXPORTER=console writes to standard output: have it read, or set another.";

impl Console {
    /// Of this process.
    pub(super) fn stdout() -> Self {
        Self::new(io::stdout())
    }

    fn new(output: impl Write + Send + 'static) -> Self {
        Self { output: Arc::new(Mutex::new(output)), is_busy: Arc::default() }
    }

    /// The lines of what is sent at once.
    pub(super) fn lines(parcel: &Parcel) -> Bytes {
        let mut lines = String::new();
        for span in parcel.items() {
            line::span(span, &mut lines);
            lines.push('\n');
        }
        lines.into()
    }

    /// Writes them, unless an earlier write still waits.
    pub(super) async fn write(&self, lines: Bytes) -> Answer {
        if self.is_busy.swap(true, Ordering::AcqRel) {
            return Answer::Later { after: None, trouble: Trouble::new("nobody reads it", HINT) };
        }
        let (output, busy) = (Arc::clone(&self.output), Busy(Arc::clone(&self.is_busy)));
        let written = aside("obskit-console", move || {
            let _busy = busy;
            let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
            output.write_all(&lines).and_then(|()| output.flush())
        });
        match written.await {
            Some(Ok(())) => Answer::Taken { rejected: 0, message: String::new() },
            Some(Err(error)) => Answer::Refused(Trouble::new(format!("it fails: {error}"), HINT)),
            None => Answer::Refused(Trouble::new("there is no thread for it", HINT)),
        }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

impl std::fmt::Debug for Console {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Console").field("is_busy", &self.is_busy).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Receiver, Sender, channel};

    /// Blocks for as long as nobody takes what it is given.
    struct Pipe(Sender<Vec<u8>>, Receiver<()>);

    impl Write for Pipe {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.send(bytes.to_vec()).map_err(io::Error::other)?;
            self.1.recv().map_err(io::Error::other)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn one_write_waits_at_a_time() {
        let ((written, lines), (read, reading)) = (channel(), channel());
        let console = Arc::new(Console::new(Pipe(written, reading)));
        let writer = Arc::clone(&console);
        let first = tokio::spawn(async move { writer.write("a\n".into()).await });
        // The first write is on its thread when it has handed over its bytes.
        let lines = tokio::task::spawn_blocking(move || (lines.recv().unwrap(), lines));
        let (line, lines) = lines.await.unwrap();
        assert_eq!(line, b"a\n");
        let answer = console.write("b\n".into()).await;
        assert!(matches!(answer, Answer::Later { .. }), "{answer:?}");
        read.send(()).unwrap();
        assert!(matches!(first.await.unwrap(), Answer::Taken { rejected: 0, .. }));
        drop((lines, read));
        let answer = console.write("c\n".into()).await;
        assert!(matches!(answer, Answer::Refused(_)), "{answer:?}");
    }
}
