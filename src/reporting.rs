//! Reports of failures to Sentry: one for each, whatever tells of it.

use std::sync::Arc;

use tracing::{Event, Metadata};

use crate::config::{self, Clock, Config};
use crate::context::{EventId, Exchange, Record, RequestContext, Run, SpanIds};
use crate::export::sentry::Outbox;
use crate::ledger::Ledger;
use crate::redaction::Redactor;

/// The reports of one telemetry. Clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Reports {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    settings: config::Reports,
    outbox: Outbox,
    redactor: Arc<Redactor>,
    clock: Clock,
}

impl Reports {
    pub(crate) fn new(config: &Config, ledger: &Ledger, redactor: Arc<Redactor>) -> Self {
        let (settings, clock) = (config.reports.clone(), config.clock.clone());
        let outbox = Outbox::new(ledger.clone(), settings.queue_size, settings.queue_bytes);
        Self { shared: Arc::new(Shared { settings, outbox, redactor, clock }) }
    }

    pub(crate) fn outbox(&self) -> &Outbox {
        &self.shared.outbox
    }

    /// Whether such events are looked at.
    #[inline]
    pub(crate) fn wants(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= self.shared.settings.breadcrumbs
    }

    /// Takes an event for a breadcrumb, and for evidence of a failure, whose identity it says then.
    pub(crate) fn event(
        &self,
        _event: &Event<'_>,
        _request: Option<&RequestContext>,
        _span: Option<SpanIds>,
    ) -> Option<EventId> {
        let Shared { settings, redactor, clock, .. } = &*self.shared;
        let _ = (settings, redactor, clock);
        None
    }
}

impl Record for Reports {
    fn record(&self, _exchange: &Exchange<'_>) {}

    fn record_run(&self, _run: &Run<'_>) {}
}
