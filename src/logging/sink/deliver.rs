//! Writing to what may stall, fail or panic.

use std::io::{self, ErrorKind, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

/// How much of the bytes is out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Delivered {
    pub(super) bytes: usize,
    /// It reached whatever lies behind the output, as far as the output says.
    pub(super) whole: bool,
}

/// Pauses between tries while the output would block.
const SHORTEST: Duration = Duration::from_millis(1);
const LONGEST: Duration = Duration::from_millis(50);
/// Tries that may be interrupted one after the other without a pause.
const INTERRUPTIONS: u32 = 100;

/// Writes and flushes. `pause` waits so long, or says that it is of no use to go on.
pub(super) fn deliver(
    output: &mut (dyn Write + Send),
    bytes: &[u8],
    pause: &mut dyn FnMut(Duration) -> bool,
) -> Delivered {
    let mut done = 0;
    while let Some(rest) = bytes.get(done..).filter(|rest| !rest.is_empty()) {
        match patiently(|| output.write(rest), pause) {
            Some(count) if count > 0 => done += count.min(rest.len()),
            _ => return Delivered { bytes: done, whole: false },
        }
    }
    let whole = patiently(|| output.flush(), pause).is_some();
    Delivered { bytes: done, whole }
}

/// What a function of others gives, unless it panics.
pub(super) fn survives<T>(run: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(run)).ok()
}

/// Tries until it is not interrupted and does not block. `None` if it fails.
fn patiently<T>(
    mut attempt: impl FnMut() -> io::Result<T>,
    pause: &mut dyn FnMut(Duration) -> bool,
) -> Option<T> {
    let (mut interruptions, mut length) = (0, SHORTEST);
    loop {
        // A panic of the user's own writer ends no more than this write.
        let error = match survives(&mut attempt)? {
            Ok(value) => return Some(value),
            Err(error) => error,
        };
        match error.kind() {
            ErrorKind::Interrupted if interruptions < INTERRUPTIONS => interruptions += 1,
            ErrorKind::Interrupted | ErrorKind::WouldBlock if pause(length) => {
                length = LONGEST.min(length * 2);
            }
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers as it is told to, one answer for each write.
    struct Scripted {
        answers: Vec<Answer>,
        written: Vec<u8>,
    }

    #[derive(Clone, Copy)]
    enum Answer {
        Take(usize),
        Claim(usize),
        Fail(ErrorKind),
        Panic,
    }

    impl Write for Scripted {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            match self.answers.pop() {
                Some(Answer::Take(count)) => {
                    self.written.extend_from_slice(&bytes[..count]);
                    Ok(count)
                }
                Some(Answer::Claim(count)) => Ok(count),
                Some(Answer::Fail(kind)) => Err(kind.into()),
                Some(Answer::Panic) => std::panic::resume_unwind(Box::new("no")),
                None => {
                    self.written.extend_from_slice(bytes);
                    Ok(bytes.len())
                }
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn whatever_the_output_answers() {
        use Answer::{Claim, Fail, Panic, Take};
        let check = |answers: &[Answer], bytes, whole, pauses: &[u64]| {
            let answers = answers.iter().rev().copied().collect();
            let mut output = Scripted { answers, written: Vec::new() };
            let mut paused = Vec::new();
            let delivered = deliver(&mut output, b"0123456789", &mut |length| {
                paused.push(u64::try_from(length.as_millis()).unwrap());
                paused.len() < 8
            });
            assert_eq!(delivered, Delivered { bytes, whole });
            assert_eq!(paused, pauses);
        };
        check(&[], 10, true, &[]);
        check(&[Take(3), Take(1)], 10, true, &[]);
        check(&[Take(3), Take(0)], 3, false, &[]);
        check(&[Claim(11)], 10, true, &[]);
        check(&[Fail(ErrorKind::Interrupted); 100], 10, true, &[]);
        check(&[Fail(ErrorKind::Interrupted); 101], 10, true, &[1]);
        let blocked = Fail(ErrorKind::WouldBlock);
        check(&[blocked, blocked, Take(2), blocked], 10, true, &[1, 2, 1]);
        check(&[blocked; 9], 0, false, &[1, 2, 4, 8, 16, 32, 50, 50]);
        check(&[Take(2), Fail(ErrorKind::BrokenPipe)], 2, false, &[]);
        check(&[Take(2), Fail(ErrorKind::StorageFull)], 2, false, &[]);
        check(&[Take(4), Panic], 4, false, &[]);
    }
}
