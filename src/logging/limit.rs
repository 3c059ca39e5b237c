//! The flood limit: how many lines one call site writes before the rest is suppressed.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tracing::Level;

use crate::config;
use crate::ledger::{Ledger, Reason, Signal};

/// What every call site is held to.
#[derive(Debug)]
pub(super) struct Limit {
    /// Lines that pass in one window; 0 is no limit.
    lines: u32,
    /// In nanoseconds.
    window: u64,
    ledger: Ledger,
    /// Whether any call site may have suppressed lines that nobody has told of.
    owes: AtomicBool,
}

/// One call site's window: its number in the upper half, the events in it in the lower.
#[derive(Debug, Default)]
pub(super) struct Flood(AtomicU64);

/// What becomes of an event's line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admission {
    Take,
    /// After a line that tells how many were suppressed in an earlier window.
    TakeAfter(u32),
    Suppress,
}

/// By how many windows a thread may lag behind another, or the clock behind itself; a clock that
/// is set back further begins anew.
const LAG: u32 = 2;

impl Limit {
    pub(super) fn new(settings: config::Flood, ledger: Ledger) -> Self {
        let window = settings.window.max(Duration::from_millis(1)).as_nanos();
        Self {
            lines: settings.lines,
            window: u64::try_from(window).unwrap_or(u64::MAX),
            ledger,
            owes: AtomicBool::new(false),
        }
    }

    /// Whether a line of this level may be held back at all.
    #[inline]
    pub(super) fn holds(&self, level: Level) -> bool {
        level <= Level::WARN && self.lines > 0
    }

    /// Counts an event of the call site, `at` in nanoseconds since the epoch.
    #[inline]
    pub(super) fn admit(&self, level: Level, flood: &Flood, at: u64) -> Admission {
        if self.holds(level) { self.count(flood, self.number(at)) } else { Admission::Take }
    }

    /// Whether any call site may have something to [`settle`](Self::settle). Whoever asks goes
    /// through all of them: the answer is no until there is more.
    pub(super) fn owes(&self) -> bool {
        self.owes.swap(false, Ordering::AcqRel)
    }

    /// How many lines of the call site were suppressed in a window that is over, if nobody has told
    /// of them; with `early` in one that goes on, too.
    pub(super) fn settle(&self, flood: &Flood, at: u64, early: bool) -> Option<u32> {
        let number = self.number(at);
        let settle = |state| {
            let (window, count) = apart(state);
            let over = early || window != current(window, number);
            (over && count > self.lines).then(|| together(window, self.lines))
        };
        let (set, fetch) = (Ordering::AcqRel, Ordering::Acquire);
        match flood.0.fetch_update(set, fetch, settle) {
            Ok(before) => Some(apart(before).1.saturating_sub(self.lines)),
            Err(state) => {
                if apart(state).1 > self.lines {
                    self.owe();
                }
                None
            }
        }
    }

    fn count(&self, flood: &Flood, number: u32) -> Admission {
        let next = |state| {
            let (window, count) = apart(state);
            let number = current(window, number);
            Some(together(number, if number == window { count.saturating_add(1) } else { 1 }))
        };
        let (set, fetch) = (Ordering::AcqRel, Ordering::Acquire);
        // The closure always gives a value, so both sides are the state before.
        let before = flood.0.fetch_update(set, fetch, next).unwrap_or_else(|state| state);
        let (window, count) = apart(before);
        if current(window, number) != window {
            let suppressed = count.saturating_sub(self.lines);
            if suppressed > 0 { Admission::TakeAfter(suppressed) } else { Admission::Take }
        } else if count < self.lines {
            Admission::Take
        } else {
            self.ledger.drop(Signal::Log, Reason::Flood, 1);
            self.owe();
            Admission::Suppress
        }
    }

    fn owe(&self) {
        // Written once, because every thread that suppresses reads it.
        if !self.owes.load(Ordering::Relaxed) {
            self.owes.store(true, Ordering::Release);
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "windows are told apart by 32 bits")]
    fn number(&self, at: u64) -> u32 {
        (at / self.window) as u32
    }
}

/// The window that an event belongs to: a later one, or that of the call site if the event's clock
/// is a little behind.
fn current(window: u32, number: u32) -> u32 {
    if window.wrapping_sub(number) <= LAG { window } else { number }
}

#[expect(clippy::cast_possible_truncation, reason = "the halves")]
fn apart(state: u64) -> (u32, u32) {
    ((state >> 32) as u32, state as u32)
}

fn together(window: u32, count: u32) -> u64 {
    u64::from(window) << 32 | u64::from(count)
}

#[cfg(test)]
mod tests {
    use super::Admission::{Suppress, Take, TakeAfter};
    use super::*;
    use std::thread;

    const SECOND: u64 = 1_000_000_000;
    const START: u64 = 1_790_000_000 * SECOND;

    fn limit(lines: u32) -> Limit {
        Limit::new(config::Flood { lines, window: Duration::from_secs(10) }, Ledger::default())
    }

    /// The verdict on an error so many seconds after the beginning of a window.
    fn error(limit: &Limit, flood: &Flood, seconds: u64) -> Admission {
        limit.admit(Level::ERROR, flood, START + seconds * SECOND)
    }

    fn suppressed(limit: &Limit) -> u64 {
        let counts = limit
            .ledger
            .iter()
            .filter(|(signal, reason, _)| (*signal, *reason) == (Signal::Log, Reason::Flood));
        counts.map(|(_, _, count)| count).sum()
    }

    #[test]
    fn the_first_lines_of_a_window_pass_and_a_later_one_tells_of_the_rest() {
        let (limit, flood) = (limit(2), Flood::default());
        let verdicts = [0, 1, 2, 9, 9, 10, 19, 19, 50].map(|at| error(&limit, &flood, at));
        let expected =
            [Take, Take, Suppress, Suppress, Suppress, TakeAfter(3), Take, Suppress, TakeAfter(1)];
        assert_eq!(verdicts, expected);
        assert_eq!(suppressed(&limit), 4);
    }

    #[test]
    fn only_warnings_and_errors_are_held() {
        let (held, unheld) = (limit(1), limit(0));
        for (level, expected) in [
            (Level::ERROR, true),
            (Level::WARN, true),
            (Level::INFO, false),
            (Level::DEBUG, false),
            (Level::TRACE, false),
        ] {
            let passed = |limit: &Limit| {
                let flood = Flood::default();
                (0..10).filter(|_| limit.admit(level, &flood, START) == Take).count()
            };
            assert_eq!(passed(&held), if expected { 1 } else { 10 }, "{level}");
            assert_eq!(passed(&unheld), 10, "{level}");
        }
    }

    #[test]
    fn what_nobody_told_of_is_settled_once_when_its_window_is_over() {
        let (limit, flood) = (limit(1), Flood::default());
        assert!(!limit.owes());
        let last = (0..5).map(|at| error(&limit, &flood, at)).last();
        assert_eq!(last, Some(Suppress));
        assert!(limit.owes() && !limit.owes());
        assert_eq!(limit.settle(&flood, START + 9 * SECOND, false), None);
        assert!(limit.owes(), "the window goes on");
        assert_eq!(limit.settle(&flood, START + 10 * SECOND, false), Some(4));
        assert_eq!(limit.settle(&flood, START + 10 * SECOND, false), None);
        assert!(!limit.owes());
        assert_eq!(error(&limit, &flood, 10), Take, "told already");
    }

    #[test]
    fn an_early_settlement_leaves_the_window_full() {
        let (limit, flood) = (limit(1), Flood::default());
        let last = (0..5).map(|at| error(&limit, &flood, at)).last();
        assert_eq!(last, Some(Suppress));
        assert_eq!(limit.settle(&flood, START + 5 * SECOND, true), Some(4));
        assert_eq!(error(&limit, &flood, 6), Suppress);
        assert_eq!(error(&limit, &flood, 10), TakeAfter(1));
    }

    #[test]
    fn a_clock_a_little_behind_opens_no_window() {
        let (limit, flood) = (limit(1), Flood::default());
        assert_eq!(error(&limit, &flood, 100), Take);
        assert_eq!(error(&limit, &flood, 99), Suppress);
        assert_eq!(error(&limit, &flood, 80), Suppress);
        // Set back by more, it has begun anew.
        assert_eq!(error(&limit, &flood, 60), TakeAfter(2));
        assert_eq!(error(&limit, &flood, 60), Suppress);
    }

    #[test]
    fn threads_lose_none_of_the_count() {
        let (limit, flood) = (limit(100), Flood::default());
        let taken = AtomicU64::new(0);
        let flood_it = || {
            let takes = |_: &u64| error(&limit, &flood, 1) == Take;
            taken.fetch_add((0..10_000).filter(takes).count() as u64, Ordering::Relaxed);
        };
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(flood_it);
            }
        });
        assert_eq!((taken.into_inner(), suppressed(&limit)), (100, 39_900));
        assert_eq!(error(&limit, &flood, 10), TakeAfter(39_900));
    }

    #[test]
    fn a_count_past_its_bits_stays_there() {
        let (limit, flood) = (limit(1), Flood::default());
        error(&limit, &flood, 0);
        let full = flood.0.load(Ordering::Relaxed) | u64::from(u32::MAX);
        flood.0.store(full, Ordering::Relaxed);
        assert_eq!(error(&limit, &flood, 0), Suppress);
        assert_eq!(error(&limit, &flood, 10), TakeAfter(u32::MAX - 1));
    }
}
