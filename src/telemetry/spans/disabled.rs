//! There are no spans in this build.

use std::sync::Arc;
use std::time::Duration;

use crate::config::Config;
use crate::context::{
    EndSpan, PlaceCalls, Record, RecordCall, RequestContext, Room, SpanIds, TracePlace,
};
use crate::error::Error;
use crate::ledger::Ledger;
use crate::logging::{Levels, Records};
use crate::redaction::Redactor;

use super::background::Shared;
use super::tracing_layer::request_around;

pub(super) struct Spans;

impl Spans {
    #[expect(clippy::unnecessary_wraps, reason = "as where there are spans")]
    pub(super) fn new(_: &Config, _: &Ledger, _: &Arc<Redactor>) -> Result<Self, Error> {
        Ok(Self)
    }

    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "as where there are spans")]
    pub(super) fn start(&self, _: &Shared, _: &Levels) -> Result<(), Error> {
        Ok(())
    }

    #[expect(clippy::unused_self, reason = "as where there are spans")]
    pub(super) fn is_waiting(&self) -> bool {
        false
    }

    #[expect(clippy::unused_self, reason = "as where there are spans")]
    pub(super) fn are_exported(&self) -> bool {
        false
    }

    #[expect(clippy::unused_self, reason = "as where there are spans")]
    pub(super) fn close(&self) {}

    #[expect(clippy::unused_self, reason = "as where there are spans")]
    pub(super) fn flush(&self, _: Duration) -> bool {
        true
    }

    #[expect(clippy::unused_self, reason = "as where there are spans")]
    pub(super) fn records(&self, _: &Config, _: &Ledger, _: &Arc<Redactor>) -> Option<Records> {
        None
    }

    #[expect(clippy::unused_self, reason = "as where there are spans")]
    pub(super) fn record(&self) -> Option<Arc<dyn Record>> {
        None
    }

    #[expect(clippy::unused_self, reason = "as where there are spans")]
    pub(super) fn record_calls(&self) -> Option<Arc<dyn RecordCall>> {
        None
    }

    #[expect(clippy::unused_self, reason = "as where there are spans")]
    pub(super) fn room(&self, _: &Config) -> Option<Arc<Room>> {
        None
    }

    #[expect(clippy::unused_self, reason = "as where there are spans")]
    pub(super) fn ends(&self) -> Arc<dyn EndSpan> {
        Arc::new(())
    }

    #[expect(clippy::unused_self, reason = "as where there are spans")]
    pub(super) fn places(&self, config: &Config) -> Arc<dyn PlaceCalls> {
        Arc::new(InRequests { is_disabled: config.disabled })
    }
}

/// Every call is made by its request itself.
struct InRequests {
    /// What callers say passes through as it is.
    is_disabled: bool,
}

impl PlaceCalls for InRequests {
    fn place(
        &self,
        context: Option<&RequestContext>,
        _: &dyn Fn() -> Option<SpanIds>,
    ) -> Option<TracePlace> {
        let context = context?;
        let ids = if self.is_disabled { context.ids_of_caller() } else { context.ids() };
        Some(TracePlace { ids, parent: None, is_recorded: false })
    }

    fn request(&self) -> Option<RequestContext> {
        request_around()
    }
}
