//! The way out: a bounded buffer of lines, and the `obskit-log` thread that writes them.
//!
//! Pushing a line takes no lock and, in steady state, makes no system call and allocates nothing:
//! the thread comes by itself every few milliseconds and takes along what is there.

mod batch;
mod bell;
mod deliver;
#[cfg(feature = "log-file")]
#[path = "sink/file/enabled.rs"]
mod file;
#[cfg(not(feature = "log-file"))]
#[path = "sink/file/disabled.rs"]
mod file;
mod merge;
mod output;
mod progress;
mod queue;
mod shared;
mod writer;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tracing::Level;

use crate::config::LogOutput;
use crate::error::Error;
use crate::ledger::Ledger;

use self::progress::Why;
use self::queue::{Entry, Rank};
use self::shared::Shared;
use self::writer::Writer;

pub(super) use self::writer::is_writing;

/// Takes lines from any thread, without waiting. Clones are the same; the last one that goes waits
/// a second at most for what was pushed.
#[derive(Clone)]
pub(super) struct Sink {
    handle: Arc<Handle>,
}

struct Handle {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Sink {
    /// Opens the output and starts the thread. `buffer` is the most bytes that may wait; `tell`
    /// makes the line that says how many lines are missing.
    pub(super) fn start(
        output: &LogOutput,
        buffer: usize,
        ledger: Ledger,
        tell: impl Fn(u64, &mut Vec<u8>) + Send + 'static,
    ) -> Result<Self, Error> {
        let output = output::open(output)?;
        let shared = Arc::new(Shared::new(buffer, ledger));
        let writer = Writer::new(Arc::clone(&shared), output, Box::new(tell));
        let thread =
            thread::Builder::new().name("obskit-log".into()).spawn(move || writer.run()).map_err(
                |error| Error::runtime("the obskit-log thread did not start").because(error),
            )?;
        shared.bell.hang(thread.thread().clone());
        Ok(Self { handle: Arc::new(Handle { shared, thread: Mutex::new(Some(thread)) }) })
    }

    /// An empty buffer to write a line into, to be given back by `push` or `recycle`.
    pub(super) fn buffer(&self) -> Vec<u8> {
        self.handle.shared.queue.buffer()
    }

    /// Takes back a buffer that became no line.
    pub(super) fn recycle(&self, line: Vec<u8>) {
        self.handle.shared.queue.recycle(line);
    }

    /// Takes a line with its newline. `at` is nanoseconds since the epoch, by which lines of
    /// different severity are put in order. What an output logs while it is written to is ignored.
    pub(super) fn push(&self, level: Level, at: u64, line: Vec<u8>) {
        if is_writing() {
            self.recycle(line);
        } else {
            self.handle.shared.push(Rank::of(level), Entry { at, line });
        }
    }

    /// Runs about once a second on the thread, and before every flush asked for and before the
    /// end, with whether that may have come, and something that takes a line as `push` does.
    pub(super) fn each_second(
        &self,
        hook: impl FnMut(bool, &dyn Fn(Level, u64, &[u8])) + Send + 'static,
    ) {
        self.handle.shared.add_hook(Box::new(hook));
    }

    /// Waits until what was pushed before is written or counted as lost; false if that took
    /// longer. Needs no runtime.
    pub(super) fn flush(&self, within: Duration) -> bool {
        self.handle.shared.flush(Why::Reading, within)
    }

    /// As `flush`, with what only the end brings out. The thread goes on, for whatever is said
    /// later.
    pub(super) fn settle(&self, within: Duration) -> bool {
        self.handle.shared.flush(Why::Settling, within)
    }

    /// As `flush`, for whoever has work to do: an output that stalls is waited for once, not by
    /// each that comes.
    pub(super) fn flush_in_passing(&self, within: Duration) -> bool {
        self.handle.shared.flush_in_passing(within)
    }

    /// Flushes, ends the thread, and says how many lines were lost since the start. What is not
    /// written in time is lost; a thread that hangs in a write is left behind.
    pub(super) fn stop(&self, within: Duration) -> u64 {
        self.handle.stop(within)
    }

    /// Lines lost since the start.
    pub(super) fn lost(&self) -> u64 {
        self.handle.shared.lost()
    }

    /// Whether the output refused what it was given last.
    pub(super) fn is_failing(&self) -> bool {
        self.handle.shared.is_failing()
    }
}

impl Handle {
    fn stop(&self, within: Duration) -> u64 {
        let ended = self.shared.stop(within);
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread.filter(|_| ended) {
            // It has said that it ends, so this takes no time.
            let _ = thread.join();
        }
        self.shared.lost()
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.stop(Duration::from_secs(1));
    }
}

impl fmt::Debug for Sink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sink").field("lost", &self.handle.shared.lost()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::time::Instant;

    use super::*;
    use crate::config::LogWriter;
    use crate::ledger::{Reason, Signal};

    /// Hands every write to the test, and returns from it when the test says so.
    struct Gate {
        begun: Sender<Vec<u8>>,
        answers: Receiver<io::Result<()>>,
    }

    impl Write for Gate {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _ = self.begun.send(bytes.to_vec());
            self.answers.recv().unwrap_or(Ok(()))?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn gate() -> (LogOutput, Receiver<Vec<u8>>, Sender<io::Result<()>>) {
        let (begun, writes) = channel();
        let (answer, answers) = channel();
        (LogOutput::Writer(LogWriter::new(Gate { begun, answers })), writes, answer)
    }

    fn start(output: LogOutput) -> (Sink, Ledger) {
        let ledger = Ledger::default();
        let tell = |lost, line: &mut Vec<u8>| {
            let _ = writeln!(line, "lost {lost}");
        };
        let sink = Sink::start(&output, 64 << 10, ledger.clone(), tell).unwrap();
        // So that the output ends with the sink.
        drop(output);
        (sink, ledger)
    }

    fn push(sink: &Sink, level: Level, at: u64) {
        let mut line = sink.buffer();
        let _ = writeln!(line, "{level} {at}");
        sink.push(level, at, line);
    }

    fn lost(ledger: &Ledger, reason: Reason) -> u64 {
        let mut counts = ledger.iter();
        counts.find(|count| (count.0, count.1) == (Signal::Log, reason)).unwrap().2
    }

    /// Accepted, delivered, lost on the way, and neither.
    fn account(ledger: &Ledger) -> [u64; 4] {
        let account = ledger.account(Signal::Log);
        [account.accepted, account.delivered, account.lost(), account.waiting()]
    }

    const LONG: Duration = Duration::from_secs(20);

    #[test]
    fn in_order_and_whole() {
        let (output, writes, answer) = gate();
        let (sink, ledger) = start(output);
        push(&sink, Level::INFO, 0);
        assert_eq!(writes.recv().unwrap(), b"INFO 0\n", "the first line wakes the thread");
        push(&sink, Level::WARN, 2);
        push(&sink, Level::INFO, 1);
        push(&sink, Level::ERROR, 3);
        assert_eq!(account(&ledger), [4, 0, 0, 4]);
        drop(answer);
        assert!(sink.flush(LONG));
        assert_eq!(account(&ledger), [4, 4, 0, 0]);
        assert_eq!(writes.recv().unwrap(), b"INFO 1\nWARN 2\nERROR 3\n");
        assert_eq!(sink.stop(LONG), 0);
        push(&sink, Level::ERROR, 4);
        assert_eq!(sink.stop(LONG), 1, "it came after the end");
        assert_eq!(account(&ledger), [5, 4, 1, 0]);
        assert!(writes.recv().is_err());
    }

    #[test]
    fn a_full_buffer_tells_what_is_missing() {
        let (output, writes, answer) = gate();
        let (sink, ledger) = start(output);
        push(&sink, Level::INFO, 0);
        writes.recv().unwrap();
        (1..=200).for_each(|at| push(&sink, Level::INFO, at));
        (201..=210).for_each(|at| push(&sink, Level::ERROR, at));
        assert!(!sink.flush(Duration::from_millis(1)));
        drop(answer);
        assert!(sink.flush(LONG));
        let written = String::from_utf8(writes.try_iter().flatten().collect()).unwrap();
        let errors = written.lines().filter(|line| line.starts_with("ERROR")).count();
        let infos = written.lines().filter(|line| line.starts_with("INFO")).count();
        assert_eq!((errors, infos), (10, 118));
        assert_eq!(
            written.lines().filter(|line| line.starts_with("lost")).collect::<Vec<_>>(),
            ["lost 82"]
        );
        assert_eq!(lost(&ledger, Reason::Full), 82);
        let told = 1;
        assert_eq!(account(&ledger), [211 + told, 211 + told - 82, 82, 0]);
        assert_eq!(sink.stop(LONG), 82);
    }

    #[test]
    fn a_hung_write_holds_nobody() {
        let (output, writes, _answer) = gate();
        let (sink, ledger) = start(output);
        push(&sink, Level::INFO, 0);
        writes.recv().unwrap();
        push(&sink, Level::INFO, 1);
        assert_eq!(sink.stop(Duration::from_millis(10)), 2);
        push(&sink, Level::INFO, 2);
        let counts = [Reason::Full, Reason::Failed, Reason::Closed];
        assert_eq!(counts.map(|reason| lost(&ledger, reason)), [0, 2, 1]);
        assert_eq!(account(&ledger), [3, 0, 3, 0]);
        assert!(!sink.flush(LONG));
    }

    #[test]
    fn a_stall_is_waited_for_once_by_those_who_pass() {
        let (output, writes, answer) = gate();
        let (sink, _) = start(output);
        push(&sink, Level::INFO, 0);
        writes.recv().unwrap();
        let (start, within) = (Instant::now(), Duration::from_millis(50));
        (0..1000).for_each(|_| assert!(!sink.flush_in_passing(within)));
        assert!((within..LONG).contains(&start.elapsed()));
        drop(answer);
        assert!(sink.flush(LONG));
        assert!(sink.flush_in_passing(LONG));
    }

    #[test]
    fn failures_are_counted_and_told() {
        let (output, writes, answer) = gate();
        let (sink, ledger) = start(output);
        push(&sink, Level::INFO, 0);
        writes.recv().unwrap();
        push(&sink, Level::INFO, 1);
        let broken = || Err(io::ErrorKind::BrokenPipe.into());
        for result in [broken(), broken(), Ok(()), broken()] {
            answer.send(result).unwrap();
        }
        assert_eq!(writes.recv().unwrap(), b"lost 1\n");
        assert_eq!(writes.recv().unwrap(), b"INFO 1\n");
        assert_eq!(writes.recv().unwrap(), b"lost 1\n");
        drop(answer);
        assert_eq!(sink.stop(LONG), 1);
        assert_eq!(writes.recv().unwrap(), b"lost 1\n");
        assert!(writes.recv().is_err());
        assert_eq!(lost(&ledger, Reason::Failed), 1);
    }

    #[test]
    fn nothing_is_lost_by_a_flush_or_the_end() {
        for run in 0..1000 {
            let (output, writes, answer) = gate();
            drop(answer);
            let (sink, _) = start(output);
            thread::scope(|scope| {
                let push_from =
                    |from| (from..from + 20).for_each(|at| push(&sink, Level::INFO, at));
                scope.spawn(move || push_from(0));
                scope.spawn(move || push_from(100));
                assert!(sink.flush(LONG));
            });
            if run % 2 == 0 {
                assert!(sink.flush(LONG));
                let written: Vec<u8> = writes.try_iter().flatten().collect();
                assert_eq!(written.split(|byte| *byte == b'\n').count(), 41);
            } else {
                drop(sink);
                let written: Vec<u8> = writes.iter().flatten().collect();
                assert_eq!(written.split(|byte| *byte == b'\n').count(), 41);
            }
        }
    }
}
