//! Without the feature `admin` there is nothing to serve.

use std::time::Duration;

use crate::error::Error;

/// No server.
#[derive(Debug, Default)]
pub(crate) struct Serving {}

impl Serving {
    #[expect(clippy::unused_async, reason = "the twin waits for its thread")]
    pub(crate) async fn stop(&self, _within: Duration) -> Result<(), Error> {
        Ok(())
    }
}
