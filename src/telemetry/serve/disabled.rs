//! Without the feature `admin` there is nothing to serve.

use std::sync::Arc;

use crate::context::Record;
use crate::error::Error;
use crate::metrics::Metrics;

/// No server.
#[derive(Debug)]
pub(crate) struct Serving {}

impl Serving {
    #[expect(clippy::unnecessary_wraps, reason = "the twin may fail")]
    pub(super) fn new(_metrics: &Metrics) -> Result<Self, Error> {
        Ok(Self {})
    }

    /// Nobody asks for requests afterwards.
    #[expect(clippy::unused_self, reason = "the twin has something to record with")]
    pub(super) fn record(&self) -> Option<Arc<dyn Record>> {
        None
    }
}
