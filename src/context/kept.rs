//! What a request keeps to itself: lines that are written only if it goes wrong.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tracing::Level;

/// The lines of one request that wait for its end.
#[derive(Debug, Default)]
pub(crate) struct Kept(Mutex<Lines>);

/// Lines in their order, of which the first give way to later ones.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lines {
    /// Those that are there, end to end, after what has given way.
    bytes: Vec<u8>,
    start: usize,
    each: VecDeque<Each>,
    gave_way: u64,
    is_over: bool,
}

/// How severe a line is, how long, and how long the record that stands behind it.
#[derive(Clone, Copy, Debug)]
struct Each {
    level: Level,
    line: usize,
    record: usize,
}

/// One of them: its record is empty where no records are sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeptLine<'a> {
    pub(crate) level: Level,
    pub(crate) line: &'a [u8],
    pub(crate) record: &'a [u8],
}

/// How much one request keeps.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) lines: usize,
    pub(crate) bytes: usize,
}

impl Kept {
    pub(crate) fn push(&self, kept: KeptLine<'_>, bounds: Bounds) {
        self.lock().push(kept, bounds);
    }

    /// The lines so far, once: the request is over, and what comes later is not kept.
    pub(crate) fn take(&self) -> Lines {
        let over = Lines { is_over: true, ..Lines::default() };
        std::mem::replace(&mut *self.lock(), over)
    }

    /// Held for the time of a copy; what one request logs comes from one thread at a time, mostly.
    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What reports want of them.
#[cfg(feature = "sentry")]
impl Kept {
    /// As `push`, and says how many came before.
    pub(crate) fn push_counted(&self, kept: KeptLine<'_>, bounds: Bounds) -> u64 {
        let mut lines = self.lock();
        let before = lines.gave_way + lines.each.len() as u64;
        lines.push(kept, bounds);
        before
    }

    /// The lines so far, which stay, without the one that so many came before.
    pub(crate) fn copy_without(&self, line: Option<u64>) -> Lines {
        let mut lines = self.lock().clone();
        let place = line.and_then(|line| line.checked_sub(lines.gave_way));
        if let Some(place) = place.and_then(|place| usize::try_from(place).ok()) {
            lines.remove(place);
        }
        lines
    }
}

#[cfg(feature = "sentry")]
impl Lines {
    fn remove(&mut self, place: usize) {
        let size = |each: &Each| each.line + each.record;
        let start = self.start + self.each.iter().take(place).map(size).sum::<usize>();
        if let Some(each) = self.each.remove(place) {
            self.bytes.drain(start..start + size(&each));
        }
    }
}

impl Lines {
    pub(crate) fn iter(&self) -> impl Iterator<Item = KeptLine<'_>> {
        let mut rest = self.bytes.get(self.start..).unwrap_or_default();
        self.each.iter().map(move |each| {
            let (line, behind) = rest.split_at_checked(each.line).unwrap_or_default();
            let (record, behind) = behind.split_at_checked(each.record).unwrap_or_default();
            rest = behind;
            KeptLine { level: each.level, line, record }
        })
    }

    /// How many lines are no longer there.
    pub(crate) fn gave_way(&self) -> u64 {
        self.gave_way
    }

    fn push(&mut self, KeptLine { level, line, record }: KeptLine<'_>, bounds: Bounds) {
        if self.is_over {
            return;
        }
        let size = line.len() + record.len();
        if size > bounds.bytes {
            self.gave_way += 1;
            return;
        }
        while self.each.len() >= bounds.lines || self.len() + size > bounds.bytes {
            let Some(Each { line, record, .. }) = self.each.pop_front() else { return };
            self.start += line + record;
            self.gave_way += 1;
        }
        // Moved when as much is gone as is there, so that a byte is moved once on the average.
        if self.start > self.bytes.len() / 2 {
            self.bytes.drain(..self.start);
            self.start = 0;
        }
        self.bytes.extend_from_slice(line);
        self.bytes.extend_from_slice(record);
        self.each.push_back(Each { level, line: line.len(), record: record.len() });
    }

    /// Their bytes.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len() - self.start
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn line(line: &[u8]) -> KeptLine<'_> {
        KeptLine { level: Level::DEBUG, line, record: b"" }
    }

    pub(super) fn texts(lines: &Lines) -> Vec<&str> {
        lines.iter().map(|kept| std::str::from_utf8(kept.line).unwrap()).collect()
    }

    #[test]
    fn older_lines_give_way_by_number_and_by_bytes() {
        let kept = Kept::default();
        let bounds = Bounds { lines: 3, bytes: 10 };
        let push = |text: &str| kept.push(line(text.as_bytes()), bounds);
        ["a", "b", "c", "d", "0123456", "ef", "0123456789x"].into_iter().for_each(push);
        let lines = kept.take();
        assert_eq!(texts(&lines), ["d", "0123456", "ef"]);
        assert_eq!(lines.gave_way(), 4);
    }

    #[test]
    fn a_request_that_is_over_keeps_nothing() {
        let kept = Kept::default();
        let bounds = Bounds { lines: 3, bytes: 10 };
        kept.push(line(b"a"), bounds);
        assert_eq!(kept.take().iter().count(), 1);
        kept.push(line(b"b"), bounds);
        assert_eq!(kept.take().iter().count(), 0);
    }

    #[test]
    fn memory_follows_the_bound_whatever_passes() {
        let kept = Kept::default();
        let bounds = Bounds { lines: 1_000, bytes: 1_000 };
        for number in 0..100_000u32 {
            kept.push(line(&number.to_be_bytes()), bounds);
        }
        let lines = kept.take();
        let numbers = lines.iter().map(|kept| u32::from_be_bytes(kept.line.try_into().unwrap()));
        assert!(numbers.eq(99_750..100_000));
        assert_eq!(lines.gave_way(), 99_750);
        assert!(lines.bytes.capacity() <= 4 * bounds.bytes, "{}", lines.bytes.capacity());
    }
}

#[cfg(all(test, feature = "sentry"))]
mod copies {
    use super::tests::{line, texts};
    use super::*;

    #[test]
    fn a_copy_leaves_out_the_line_that_is_asked_for() {
        let kept = Kept::default();
        let bounds = Bounds { lines: 3, bytes: 100 };
        let push = |text: &str| kept.push_counted(line(text.as_bytes()), bounds);
        let counted = ["a", "bc", "d", "ef"].map(push);
        assert_eq!(counted, [0, 1, 2, 3]);
        for (left_out, expected) in [
            (None, &["bc", "d", "ef"][..]),
            (Some(0), &["bc", "d", "ef"]),
            (Some(1), &["d", "ef"]),
            (Some(2), &["bc", "ef"]),
            (Some(3), &["bc", "d"]),
            (Some(4), &["bc", "d", "ef"]),
        ] {
            assert_eq!(texts(&kept.copy_without(left_out)), expected, "{left_out:?}");
        }
    }
}
