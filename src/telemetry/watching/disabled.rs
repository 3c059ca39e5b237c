//! Without the feature `tokio` there is no runtime to watch.

use crate::metrics::collect::Runtimes;

/// Nothing.
#[derive(Debug)]
pub(crate) struct Watching {}

impl Watching {
    pub(super) fn new(_runtimes: Option<Runtimes>) -> Self {
        Self {}
    }
}
