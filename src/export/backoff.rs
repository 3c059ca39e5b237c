//! How long a server that fails is left alone.

use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

/// Twice as long with every failure, more or less, so that services do not come back together.
#[derive(Debug)]
pub(super) struct Backoff {
    next: Duration,
}

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(30);
/// However little the server asks for: by its clock the time it names may be over already.
const SHORTEST_ASKED: Duration = FIRST;
/// However long it asks for.
const LONGEST_ASKED: Duration = Duration::from_mins(5);

impl Backoff {
    pub(super) fn next(&mut self) -> Duration {
        let pause = self.next;
        self.next = (pause * 2).min(LONGEST);
        // Three quarters to five quarters of it.
        let random = u32::try_from(RandomState::new().hash_one(()) % 512).unwrap_or_default();
        pause * (768 + random) / 1_024
    }

    /// What a server asks for, within reason.
    pub(super) fn asked(pause: Duration) -> Duration {
        pause.clamp(SHORTEST_ASKED, LONGEST_ASKED)
    }
}

impl Default for Backoff {
    fn default() -> Self {
        Self { next: FIRST }
    }
}
