//! Nothing is reported in this build.

use crate::config::Config;

/// What a telemetry wants of its requests for reports.
#[derive(Debug)]
pub(crate) struct Reporting;

impl Reporting {
    pub(super) fn new(_: &Config) -> Self {
        Self
    }
}

/// For one request.
#[derive(Debug, Default)]
pub(super) struct Reported(());

#[expect(clippy::unused_self, reason = "as where something is reported")]
impl super::RequestContext {
    #[inline]
    pub(crate) fn failure_id(&self) -> Option<super::EventId> {
        None
    }
}
