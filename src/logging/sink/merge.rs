//! Lines of all ranks in the order of their time.

use super::queue::{Entry, Queue, Rank};

/// What stood in the queue when this began: what comes meanwhile is for the next time, so that
/// there is an end to it however fast lines come.
pub(super) struct Merge<'a> {
    queue: &'a Queue,
    runs: [Run; Rank::ALL.len()],
}

struct Run {
    rank: Rank,
    left: usize,
    head: Option<Entry>,
}

impl<'a> Merge<'a> {
    pub(super) fn new(queue: &'a Queue) -> Self {
        let run = |rank| Run { rank, left: queue.len(rank), head: None };
        // Counted from the most severe down, so that whoever pushes a lesser line before a severe
        // one has neither seen here, or the lesser too.
        let [low, warn, error] = Rank::ALL;
        let (error, warn, low) = (run(error), run(warn), run(low));
        Self { queue, runs: [low, warn, error] }
    }

    /// How many lines were taken from the queue and not handed on.
    pub(super) fn held(&self) -> u64 {
        self.runs.iter().map(|run| u64::from(run.head.is_some())).sum()
    }
}

impl Iterator for Merge<'_> {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        for run in &mut self.runs {
            if run.head.is_none() && run.left > 0 {
                run.left -= 1;
                run.head = self.queue.pop(run.rank);
            }
        }
        let waiting = self.runs.iter_mut().filter(|run| run.head.is_some());
        let first = waiting.min_by_key(|run| run.head.as_ref().map(|entry| entry.at));
        first.and_then(|run| run.head.take())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_time_and_to_an_end() {
        let queue = Queue::new(64 << 10);
        let push = |rank, at| queue.push(rank, Entry { at, line: vec![b'\n'] });
        for (rank, at) in [
            (Rank::Error, 2),
            (Rank::Low, 1),
            (Rank::Low, 4),
            (Rank::Warn, 3),
            (Rank::Error, 5),
            (Rank::Low, 6),
        ] {
            push(rank, at);
        }
        let mut merge = Merge::new(&queue);
        push(Rank::Low, 0);
        let first = merge.next().map(|entry| entry.at);
        assert_eq!((first, merge.held()), (Some(1), 2));
        assert_eq!(merge.map(|entry| entry.at).collect::<Vec<_>>(), [2, 3, 4, 5, 6]);
        assert_eq!(Merge::new(&queue).map(|entry| entry.at).collect::<Vec<_>>(), [0]);
    }
}
