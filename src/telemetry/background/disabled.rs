//! Without the feature `tokio` there is no `obskit` thread.

use std::time::Duration;

use crate::error::Error;

/// No thread.
#[derive(Debug, Default)]
pub(super) struct Shared {}

impl Shared {
    #[expect(clippy::unused_async, reason = "the twin waits for its thread")]
    pub(super) async fn stop(&self, _within: Duration) -> Result<(), Error> {
        Ok(())
    }
}
