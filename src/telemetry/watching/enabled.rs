//! The tokio runtimes of one telemetry.

use crate::error::Error;
use crate::metrics::collect::Runtimes;

use super::Telemetry;

/// The runtimes that are watched, unless that was switched off.
#[derive(Debug)]
pub(crate) struct Watching(Option<Runtimes>);

impl Telemetry {
    /// Has the tokio runtime that the caller is in read before each scrape, as
    /// `runtime_*{runtime="<name>"}`.
    ///
    /// The one in which the telemetry is built is watched as `main` without it; where it is built
    /// in none, the one in which `serve_admin` is first called. It does nothing where
    /// [`Metrics::collect_runtime`](crate::config::Metrics::collect_runtime) is off.
    ///
    /// # Errors
    ///
    /// When the caller is in no runtime, or the name is taken.
    pub fn watch_runtime(&self, name: &str) -> Result<(), Error> {
        match &self.parts.watching.0 {
            Some(runtimes) => runtimes.watch_current(name),
            None => Ok(()),
        }
    }
}

impl Watching {
    pub(super) fn new(runtimes: Option<Runtimes>) -> Self {
        Self(runtimes)
    }
}

/// Who calls it is in the service's runtime.
#[cfg(feature = "admin")]
impl Watching {
    pub(super) fn watch_first(&self) -> Result<(), Error> {
        self.0.as_ref().map_or(Ok(()), Runtimes::watch_first)
    }
}
