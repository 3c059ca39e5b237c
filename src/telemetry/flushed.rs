//! The logs of one telemetry, which are not lost with it.

use std::ops::Deref;
use std::time::Duration;

use crate::logging::Logging;

/// Writes what waits when the last handle of the telemetry is dropped.
pub(super) struct Flushed(pub(super) Logging);

/// A drop waits no longer for an output that takes nothing.
const AT_MOST: Duration = Duration::from_secs(1);

impl Deref for Flushed {
    type Target = Logging;

    fn deref(&self) -> &Logging {
        &self.0
    }
}

impl Drop for Flushed {
    fn drop(&mut self) {
        self.0.settle(AT_MOST);
    }
}
