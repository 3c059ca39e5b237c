//! Without the feature `admin` there is nothing to serve.

use std::sync::Arc;

use crate::config::Clock;
use crate::context::Record;

/// No server.
#[derive(Debug)]
pub(crate) struct Serving {}

impl Serving {
    pub(super) fn new(_clock: &Clock) -> Self {
        Self {}
    }

    /// Nobody asks for requests afterwards.
    pub(super) fn record(&self) -> Option<Arc<dyn Record>> {
        None
    }
}
