//! Nothing is reported in this build.

use std::panic::PanicHookInfo;
use std::sync::Arc;
use std::time::Duration;

use tracing::{Event, Metadata};

use crate::config::Config;
use crate::context::{EventId, Gathering, Hubs, Record, RequestContext, SpanIds};
use crate::error::Error;
use crate::ledger::Ledger;
use crate::logging::Levels;
use crate::redaction::Redactor;

use super::background::Shared;

/// Names the fields of the spans that an event is in.
type Around<'a> = &'a dyn Fn(&mut dyn FnMut(&str, &[u8]));

#[derive(Clone)]
pub(super) struct Reports;

/// The telemetry's own.
pub(super) type Sent = Reports;

/// What is set and has no effect.
pub(super) fn ignored(config: &Config) -> Option<String> {
    let is_set = config.reports.dsn.is_some() && !config.disabled;
    let ignored = "SENTRY_DSN is set, and nothing is reported: this build of obskit is without its \
        feature \"sentry\"";
    is_set.then(|| ignored.to_owned())
}

#[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "as where something is reported")]
impl Reports {
    pub(super) fn new(_: &Config, _: &Ledger, _: &Arc<Redactor>) -> Self {
        Self
    }

    pub(super) fn sent(self, _: &Config) -> Result<Sent, Error> {
        Ok(self)
    }

    pub(super) fn start(&self, _: &Shared, _: &Levels) -> Result<(), Error> {
        Ok(())
    }

    #[inline]
    pub(super) fn wants(&self, _: &Metadata<'_>) -> bool {
        false
    }

    #[inline]
    pub(super) fn event(
        &self,
        _: &Event<'_>,
        _: Option<&RequestContext>,
        _: Option<SpanIds>,
        _: Around<'_>,
    ) -> Option<EventId> {
        None
    }

    pub(super) fn number(&self) -> u64 {
        0
    }

    pub(super) fn panic(
        &self,
        _: &PanicHookInfo<'_>,
        _: Option<&RequestContext>,
        _: bool,
        tell: impl FnOnce(),
    ) {
        tell();
    }

    pub(super) fn deliver(&self, _: Duration) {}

    pub(super) fn hubs(&self) -> Hubs {
        Hubs::default()
    }

    pub(super) fn record(&self) -> Option<Arc<dyn Record>> {
        None
    }

    pub(super) fn gathering(&self, _: &Config) -> Option<Gathering> {
        None
    }

    pub(super) fn flush(&self, _: Duration) -> bool {
        true
    }

    pub(super) fn is_waiting(&self) -> bool {
        false
    }

    pub(super) fn tell_counts(&self) {}

    pub(super) fn close(&self) {}
}
