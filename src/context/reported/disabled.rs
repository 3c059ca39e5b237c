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
pub(super) struct Reported;
