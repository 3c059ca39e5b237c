//! Without tokio there is no runtime to watch.

use crate::error::Error;
use crate::metrics::Metrics;

/// Watches nothing.
#[derive(Clone, Debug)]
pub(crate) struct Runtimes;

impl Runtimes {
    #[expect(clippy::unnecessary_wraps, reason = "the twin of what can fail")]
    pub(crate) fn register(_metrics: &Metrics) -> Result<Self, Error> {
        Ok(Self)
    }

    #[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "the twin of what can fail")]
    pub(crate) fn watch_first(&self) -> Result<(), Error> {
        Ok(())
    }
}
