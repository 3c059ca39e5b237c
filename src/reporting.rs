//! Reports of failures to Sentry: one for each, whatever tells of it.
//!
//! Within a request what tells of its failure is gathered in its context, and the evidence that
//! tells most is reported once the request has ended. Everything else is reported at once.

mod about;
mod captured;
mod checkin;
mod client;
mod contexts;
mod crumbs;
mod decide;
mod envelope;
mod event;
mod evidence;
mod feedback;
mod fingerprint;
mod fit;
mod limiter;
mod normal;
mod panics;
pub(crate) mod report;
mod request;
mod scrub;
mod sessions;
mod site;
mod spans;
mod stack;
mod tell;
mod transaction;

use std::fmt;
use std::panic::PanicHookInfo;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tracing::{Event, Level, Metadata};

use crate::concurrent::is_own_thread;
use crate::config::{self, Clock, Config};
use crate::context::{
    EventId, Evidence, Exchange, Failing, Gathered, Plan, Record, RequestContext, Run, SpanIds,
    Weight,
};
use crate::export::sentry::{Category, Outbox, Posting};
use crate::ledger::Ledger;
use crate::redaction::{Redactor, is_guarded};

use self::about::About;
use self::evidence::Around;
use self::limiter::Limiter;
use self::panics::Recent;
use self::report::{Facts, Report};
use self::sessions::Sessions;
use self::site::Sites;

pub use self::feedback::Feedback;

/// The reports of one telemetry. Clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Reports {
    shared: Arc<Shared>,
}

struct Shared {
    /// Tells them from those of another telemetry.
    number: u64,
    outbox: Outbox,
    /// None where they are not wanted, or no release is known.
    sessions: Option<Sessions>,
    ledger: Ledger,
    limiter: Limiter,
    sites: Sites,
    panics: Recent,
    common: Arc<Common>,
}

/// What every report is written with. Apart from the outbox, where reports wait that hold it.
#[derive(Debug)]
struct Common {
    settings: config::Reports,
    redactor: Arc<Redactor>,
    clock: Clock,
    about: About,
}

/// What the way out says of itself is no failure of the service's.
const EXPORT: &str = "obskit::export";

impl Reports {
    pub(crate) fn new(config: &Config, ledger: &Ledger, redactor: Arc<Redactor>) -> Self {
        /// Of all the telemetries of a process; 0 is none.
        static NUMBER: AtomicU64 = AtomicU64::new(1);
        let (settings, clock) = (config.reports.clone(), config.clock.clone());
        let about = About::new(config);
        Self {
            shared: Arc::new(Shared {
                number: NUMBER.fetch_add(1, Ordering::Relaxed),
                outbox: Outbox::new(ledger.clone(), settings.queue_size, settings.queue_bytes),
                ledger: ledger.clone(),
                limiter: Limiter::new(settings.limit),
                sites: Sites::default(),
                panics: Recent::default(),
                sessions: sessions::of(&settings, &about, clock.wall()),
                common: Arc::new(Common { settings, redactor, clock, about }),
            }),
        }
    }

    pub(crate) fn outbox(&self) -> &Outbox {
        &self.shared.outbox
    }

    /// The number by which requests are known as of these reports.
    pub(crate) fn number(&self) -> u64 {
        self.shared.number
    }

    /// Whether such events are looked at.
    #[inline]
    pub(crate) fn wants(&self, metadata: &Metadata<'_>) -> bool {
        let level = *metadata.level();
        level <= self.shared.common.settings.breadcrumbs || level == Level::ERROR
    }

    /// Takes an event for a breadcrumb, and for evidence of a failure, whose identity it says then.
    pub(crate) fn event(
        &self,
        event: &Event<'_>,
        request: Option<&RequestContext>,
        span: Option<SpanIds>,
        around: Around<'_>,
    ) -> Option<EventId> {
        let metadata = event.metadata();
        let request = self.of(request);
        let is_evidence = *metadata.level() == Level::ERROR && metadata.target() != EXPORT;
        if request.is_none() && !is_evidence {
            return None;
        }
        let Common { settings, redactor, clock, .. } = &*self.shared.common;
        self.shared.sites.with(metadata, redactor, |site| {
            let at = clock.wall();
            let is_crumb = *metadata.level() <= settings.breadcrumbs;
            let crumb = request.filter(|_| is_crumb);
            let crumb = crumb.map(|request| crumbs::keep(request, event, site, redactor, at));
            let is_panic = metadata.target() == panics::TARGET;
            if !is_evidence || (is_panic && is_guarded()) {
                return None;
            }
            // The hook has reported it.
            if let Some(id) = panics::told().filter(|_| is_panic) {
                return Some(id);
            }
            let gather = || evidence::gather(event, site, redactor, at, (span, around));
            Some(self.take(request, site.weight(), crumb, gather))
        })
    }

    /// Takes a panic, as the hook does, and has `tell` log it. Behind the last one no request comes
    /// to its end.
    pub(crate) fn panic(
        &self,
        info: &PanicHookInfo<'_>,
        request: Option<&RequestContext>,
        is_last: bool,
        tell: impl FnOnce(),
    ) {
        let Common { redactor, clock, .. } = &*self.shared.common;
        let evidence = panics::gather(info, redactor, clock.wall());
        let message = evidence.message.clone();
        let request = self.of(request);
        if let Some(request) = request.filter(|_| is_last) {
            request.begin_reporting_at_once();
        }
        let id = self.take(request, Weight::Panic, None, || evidence);
        self.shared.panics.add(id, message, clock.now());
        panics::telling(id, tell);
    }

    /// Waits, for a time, until everything is sent.
    pub(crate) fn deliver(&self, within: Duration) {
        if !is_own_thread() {
            let _ = self.shared.outbox.flush().recv_timeout(within);
        }
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

    /// Gathers evidence in its request, or reports it where that has none to gather.
    fn take(
        &self,
        request: Option<&RequestContext>,
        weight: Weight,
        crumb: Option<u64>,
        gather: impl FnOnce() -> Evidence,
    ) -> EventId {
        let Some(request) = request.filter(|request| request.gathers()) else {
            let evidence = gather();
            let known = self.panic_of(&evidence);
            return known
                .unwrap_or_else(|| self.tell_at_once(request, Gathered { evidence, crumb }));
        };
        let failing = request.failing();
        if failing.wants(weight) {
            let mut evidence = gather();
            if let Some(id) = self.panic_of(&evidence) {
                failing.tell(Weight::Panic, evidence.texts());
                return id;
            }
            if self.would_tell(failing.id(), &evidence) {
                evidence.capture();
            }
            failing.add(Gathered { evidence, crumb });
        }
        // Its end may have come meanwhile, and gone without.
        if !request.gathers()
            && let Some(gathered) = failing.take()
        {
            return self.tell_at_once(Some(request), *gathered);
        }
        failing.id()
    }

    /// The panic that has its own report, where the evidence only speaks of it.
    fn panic_of(&self, evidence: &Evidence) -> Option<EventId> {
        let Shared { panics, common, .. } = &*self.shared;
        panics.of(evidence, common.clock.now()).filter(|_| evidence.weight != Weight::Panic)
    }

    /// The request, if it is of these reports.
    fn of<'a>(&self, request: Option<&'a RequestContext>) -> Option<&'a RequestContext> {
        request.filter(|request| request.acceptor().reporter == self.shared.number)
    }
}

impl Record for Reports {
    fn record(&self, exchange: &Exchange<'_>) {
        self.tell_end(exchange.context, Facts::of_exchange(exchange), true);
        self.end_session(exchange);
    }

    fn record_excluded(&self, exchange: &Exchange<'_>) {
        self.tell_end(exchange.context, Facts::of_exchange(exchange), false);
    }

    fn begin_stream(&self, context: &RequestContext) {
        context.begin_reporting_at_once();
        if let Some(gathered) = context.failed().and_then(Failing::take) {
            self.tell_at_once(Some(context), *gathered);
        }
    }

    fn begin_run(&self, context: &RequestContext, plan: Plan) {
        self.check_in(context, plan);
    }

    fn record_run(&self, run: &Run<'_>) {
        self.tell_end(run.context, Facts::of_run(run), true);
        self.check_out(run);
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shared = f.debug_struct("Shared");
        shared.field("number", &self.number).field("common", &self.common).finish_non_exhaustive()
    }
}
