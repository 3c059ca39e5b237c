//! The reports of a telemetry, where a DSN says where they go.

#[path = "sending.rs"]
mod sending;

use std::ops::Deref;
use std::panic::PanicHookInfo;
use std::sync::Arc;
use std::time::Duration;

use tracing::{Event, Metadata};

use crate::config::Config;
use crate::context::{EventId, Gathering, Hubs, Record, RequestContext, SpanIds};
use crate::error::Error;
use crate::export::Standing;
use crate::ledger::Ledger;
use crate::logging::Levels;
use crate::redaction::Redactor;
use crate::reporting::{self, Feedback};

use super::background::Shared;
use sending::Sending;

/// Names the fields of the spans that an event is in.
type Around<'a> = &'a dyn Fn(&mut dyn FnMut(&str, &[u8]));

/// None where nothing is reported.
#[derive(Clone)]
pub(super) struct Reports(Option<reporting::Reports>);

/// The telemetry's own, which are sent before they go with it.
pub(super) struct Sent {
    reports: Reports,
    sending: Option<Sending>,
}

/// What is set and has no effect.
pub(super) fn ignored(_: &Config) -> Option<String> {
    None
}

impl Reports {
    pub(super) fn new(config: &Config, ledger: &Ledger, redactor: &Arc<Redactor>) -> Self {
        let is_wanted = config.reports.dsn.is_some() && !config.disabled;
        let new = || reporting::Reports::new(config, ledger, Arc::clone(redactor));
        Self(is_wanted.then(new))
    }

    /// What sends them.
    ///
    /// # Errors
    ///
    /// When what is spoken to the server cannot be.
    pub(super) fn sent(self, config: &Config) -> Result<Sent, Error> {
        let sending = |reports| Sending::new(config, reports);
        let sending = self.0.clone().map(sending).transpose()?.flatten();
        Ok(Sent { reports: self, sending })
    }

    /// Whether such events are looked at.
    #[inline]
    pub(super) fn wants(&self, metadata: &Metadata<'_>) -> bool {
        self.0.as_ref().is_some_and(|reports| reports.wants(metadata))
    }

    /// Takes an event; what it says is the identity of the failure that it tells of.
    #[inline]
    pub(super) fn event(
        &self,
        event: &Event<'_>,
        request: Option<&RequestContext>,
        span: Option<SpanIds>,
        around: Around<'_>,
    ) -> Option<EventId> {
        self.0.as_ref()?.event(event, request, span, around)
    }

    /// The number by which requests are known as of these reports; 0 where nothing is reported.
    pub(super) fn number(&self) -> u64 {
        self.0.as_ref().map_or(0, reporting::Reports::number)
    }

    /// Takes a panic, as the hook does, and has `tell` log it. Behind the last one the process
    /// ends.
    pub(super) fn panic(
        &self,
        info: &PanicHookInfo<'_>,
        request: Option<&RequestContext>,
        is_last: bool,
        tell: impl FnOnce(),
    ) {
        match &self.0 {
            Some(reports) => reports.panic(info, request, is_last, tell),
            None => tell(),
        }
    }

    /// Waits, for a time, until what a panic has left is sent: nothing else will do it where the
    /// process ends.
    pub(super) fn deliver(&self, within: Duration) {
        if let Some(reports) = &self.0 {
            reports.deliver(within);
        }
    }

    /// Sends what a user says of a failure.
    pub(super) fn feedback(&self, failure: EventId, feedback: Feedback) {
        if let Some(reports) = &self.0 {
            reports.feedback(failure, feedback);
        }
    }

    /// What makes the hubs of requests.
    pub(super) fn hubs(&self) -> Hubs {
        self.0.as_ref().map_or_else(Hubs::default, |reports| Hubs::new(reports.client()))
    }

    /// What makes reports of exchanges.
    pub(super) fn record(&self) -> Option<Arc<dyn Record>> {
        Some(Arc::new(self.0.clone()?))
    }
}

impl Sent {
    /// Has what is made from now on sent, on the thread. A second call does nothing.
    ///
    /// # Errors
    ///
    /// When the thread cannot be started, or was stopped before.
    pub(super) fn start(&self, background: &Shared, levels: &Levels) -> Result<(), Error> {
        self.sending.as_ref().map_or(Ok(()), |sending| sending.start(background, levels))
    }

    /// Which requests are sent as transactions.
    pub(super) fn gathering(&self, config: &Config) -> Option<Gathering> {
        let reports = self.0.clone().filter(|_| config.has_transactions())?;
        Some(Gathering::new(config.reports.traces_sample_rate, Arc::new(reports)))
    }

    /// Has everything sent that waits now, waits for it, for a time, and says whether it is.
    pub(super) fn flush(&self, within: Duration) -> bool {
        self.sending.as_ref().is_none_or(|sending| sending.flush(within))
    }

    /// Whether something waits to be sent.
    pub(super) fn is_waiting(&self) -> bool {
        let waits =
            |reports: &reporting::Reports| reports.outbox().waiting() > 0 || reports.has_sessions();
        self.reports.0.as_ref().is_some_and(waits)
    }

    /// Has what was counted so far sent with the rest.
    pub(super) fn tell_counts(&self) {
        if let Some(reports) = &self.reports.0 {
            reports.tell_sessions();
        }
    }

    /// How what sends them does.
    pub(in crate::telemetry) fn standing(&self) -> Option<Standing> {
        self.reports.0.as_ref().map(|reports| reports.outbox().standing())
    }

    /// Takes nothing any more; what waits is lost.
    pub(super) fn close(&self) {
        if let Some(reports) = &self.reports.0 {
            reports.outbox().close();
        }
    }
}

impl Deref for Sent {
    type Target = Reports;

    fn deref(&self) -> &Reports {
        &self.reports
    }
}
