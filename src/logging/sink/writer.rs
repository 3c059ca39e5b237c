//! The `obskit-log` thread.

use std::cell::Cell;
use std::io::Write;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crate::ledger::Reason;

use super::batch::Batch;
use super::bell::Rest;
use super::deliver::{deliver, survives};
use super::merge::Merge;
use super::progress::{Abandoned, Asked};
use super::queue::Rank;
use super::shared::Shared;

/// Takes what waits, many lines at once, and writes it.
pub(super) struct Writer {
    shared: Arc<Shared>,
    output: Box<dyn Write + Send>,
    batch: Batch,
    tell: Tell,
    /// How many lost lines the stream has been told of.
    told: u64,
    pace: Pace,
}

/// Makes the line that says how many are missing.
pub(super) type Tell = Box<dyn Fn(u64, &mut Vec<u8>) + Send>;

/// When the thread comes back.
struct Pace {
    rest: Duration,
    last_line: Instant,
    last_second: Instant,
}

/// Tells whoever waits, however the thread ends.
struct End(Arc<Shared>);

thread_local! {
    static WRITING: Cell<bool> = const { Cell::new(false) };
}

const SHORTEST_REST: Duration = Duration::from_millis(5);
const LONGEST_REST: Duration = Duration::from_millis(100);
const SECOND: Duration = Duration::from_secs(1);

impl Writer {
    pub(super) fn new(shared: Arc<Shared>, output: Box<dyn Write + Send>, tell: Tell) -> Self {
        let batch = Batch::new();
        Self { shared, output, batch, tell, told: 0, pace: Pace::new() }
    }

    pub(super) fn run(self) {
        WRITING.set(true);
        let _end = End(Arc::clone(&self.shared));
        // Gone before the end is told, the output with it.
        let mut writer = self;
        while let Ok(asked) = writer.come() {
            if asked.closing {
                // What is pushed after this is seen by the last round, or cleared by its pusher.
                writer.shared.bell.close();
                let _ = writer.write_waiting();
                let _ = writer.tell_lost();
                return;
            }
            writer.rest();
        }
    }

    /// Writes what has come, and says what is missing.
    fn come(&mut self) -> Result<Asked, Abandoned> {
        let asked = self.shared.progress.asked();
        if self.pace.is_second() || asked.now {
            self.shared.run_hooks(asked.settling);
        }
        let any = self.write_waiting()?;
        self.pace.came(any);
        self.tell_lost()?;
        self.shared.progress.done(asked);
        Ok(asked)
    }

    fn write_waiting(&mut self) -> Result<bool, Abandoned> {
        let shared = Arc::clone(&self.shared);
        let mut merge = Merge::new(&shared.queue);
        let mut any = false;
        while let Some(entry) = merge.next() {
            any = true;
            if !self.batch.has_room(&entry.line) {
                self.write_batch(merge.held() + 1)?;
            }
            self.batch.push(&entry.line);
            shared.queue.recycle(entry.line);
        }
        self.write_batch(0)?;
        Ok(any)
    }

    /// Writes the batch; `held` more lines are in hand.
    fn write_batch(&mut self, held: u64) -> Result<(), Abandoned> {
        if self.batch.lines() == 0 {
            return Ok(());
        }
        let lines = self.batch.lines();
        let in_hand = lines + held;
        let begun = self.shared.progress.begin(in_hand);
        begun.inspect_err(|_| self.shared.lose(Reason::Failed, in_hand))?;
        let lost = self.write();
        self.shared.progress.settle()?;
        self.shared.lose(Reason::Failed, lost);
        self.shared.deliver(lines.saturating_sub(lost));
        Ok(())
    }

    /// Once there is room again, the stream itself says what is missing in it.
    fn tell_lost(&mut self) -> Result<(), Abandoned> {
        let lost = self.shared.lost();
        if lost == self.told {
            return Ok(());
        }
        let mut line = self.shared.queue.buffer();
        if survives(|| (self.tell)(lost - self.told, &mut line)).is_some() && !line.is_empty() {
            self.batch.push(&line);
            self.shared.progress.begin(0)?;
            let is_told = self.write() == 0;
            self.shared.progress.settle()?;
            if is_told {
                self.told = lost;
                self.shared.deliver_own();
            }
        }
        self.shared.queue.recycle(line);
        Ok(())
    }

    /// Writes and empties the batch; says how many of its lines were lost.
    fn write(&mut self) -> u64 {
        let shared = Arc::clone(&self.shared);
        let mut pause = |length| {
            thread::park_timeout(length);
            !shared.progress.is_abandoned()
        };
        let delivered = deliver(&mut *self.output, self.batch.bytes(), &mut pause);
        shared.set_failing(!delivered.whole);
        self.batch.sent(delivered)
    }

    fn rest(&mut self) {
        let (rest, length) = self.pace.next();
        self.shared.bell.set(rest);
        // Waking this thread while an output has it pause ends the pause, and nothing after it.
        if !self.has_come(rest) && !self.shared.progress.asked().now {
            thread::park_timeout(length);
        }
        self.shared.bell.set(Rest::Awake);
    }

    /// Whether something has come that would have ended this rest.
    fn has_come(&self, rest: Rest) -> bool {
        let queue = &self.shared.queue;
        let wakes = |rank| rest >= Rest::woken_by(rank, false) && !queue.is_empty(rank);
        queue.is_pressing() || Rank::ALL.into_iter().any(wakes)
    }
}

impl Pace {
    fn new() -> Self {
        let now = Instant::now();
        // At first nothing has come for long, so that the first line is written at once.
        let last_line = now.checked_sub(SECOND).unwrap_or(now);
        Self { rest: LONGEST_REST, last_line, last_second: now }
    }

    /// Whether a second has gone by since it said so.
    fn is_second(&mut self) -> bool {
        let now = Instant::now();
        let is = now.duration_since(self.last_second) >= SECOND;
        self.last_second = if is { now } else { self.last_second };
        is
    }

    fn came(&mut self, any: bool) {
        if any {
            (self.rest, self.last_line) = (SHORTEST_REST, Instant::now());
        } else {
            self.rest = LONGEST_REST.min(self.rest * 2);
        }
    }

    fn next(&self) -> (Rest, Duration) {
        if self.last_line.elapsed() >= SECOND {
            (Rest::Deep, SECOND)
        } else if self.rest == SHORTEST_REST {
            (Rest::Nap, self.rest)
        } else {
            (Rest::Sleep, self.rest)
        }
    }
}

impl Drop for End {
    fn drop(&mut self) {
        self.0.bell.close();
        self.0.lose(Reason::Closed, self.0.queue.clear());
        self.0.progress.end();
    }
}

/// Whether this is a thread that writes lines. Whatever an output logs while it takes them would
/// have to be written in turn, for ever.
pub(in crate::logging) fn is_writing() -> bool {
    WRITING.get()
}
