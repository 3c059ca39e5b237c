//! The end: not ready, then delivered, then said.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tracing::{info, warn};

use super::Telemetry;
use crate::concurrent::{aside, together};
use crate::context::Acceptor;
use crate::error::Error;
use crate::health::Health;
use crate::ledger::Signal;

const TARGET: &str = "obskit::shutdown";

/// What became of the telemetry, said by [`Telemetry::shutdown`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Log lines written since the start, as far as the output says; the last one, which tells of
    /// all this, comes on top.
    pub written_lines: u64,
    /// Log lines lost since the start: those that an output did not take in time are among them,
    /// those that the flood limit suppressed are not.
    pub lost_lines: u64,
    /// Spans that a collector has taken since the start.
    pub delivered_spans: u64,
    /// Spans lost since the start, those that no collector took in time among them.
    pub lost_spans: u64,
    /// Error reports that Sentry has taken since the start, those that the service has sent through
    /// `sentry` itself among them.
    pub delivered_reports: u64,
    /// Error reports lost since the start, those that Sentry would not take among them, and not
    /// those held back for being too many alike.
    pub lost_reports: u64,
    /// Items lost since the start, all signals together: the sum of `obskit_dropped_total`. What
    /// was held back on purpose, as by the flood limit, is among them.
    pub dropped: u64,
    /// Requests that were still under way. Their records are lost unless they end before the
    /// process does.
    pub unfinished_requests: u64,
}

/// Those who are told first that the service leaves.
#[derive(Debug)]
pub(super) struct Drain {
    health: Health,
    acceptor: Arc<Acceptor>,
}

impl Telemetry {
    /// Ends the telemetry: readiness goes off, the operator's server stops, and whatever waits on
    /// its way out is delivered. The last line says what was delivered and what was lost, and so
    /// does the report.
    ///
    /// Call it when the service has served its last request. It takes `deadline` at most, whatever
    /// hangs, and runs on any runtime or none. Lines that are logged later are still written, and
    /// flushed when the last handle is dropped, unless the output did not take those before in
    /// time: it is given up then. Spans that end later are lost, and counted, and so are reports. A
    /// server that failed before is tried once more, and not waited for. A second call has nothing
    /// left to do.
    ///
    /// # Errors
    ///
    /// When the `obskit` thread panicked, or had not ended by the deadline. Everything else has
    /// been done all the same.
    pub async fn shutdown(&self, deadline: Duration) -> Result<Report, Error> {
        let start = Instant::now();
        let left = || deadline.saturating_sub(start.elapsed());
        let is_first = !self.parts.is_over.swap(true, Ordering::AcqRel);
        self.drain().begin();
        self.parts.signals.end();
        self.parts.health.stop();
        self.parts.reports.tell_counts();
        if self.parts.spans.is_waiting() || self.parts.reports.is_waiting() {
            self.export();
        }
        let (stopped, ()) =
            together(self.parts.background.stop(deadline), self.settle(deadline)).await;
        if !is_first {
            return stopped.map(|()| self.report());
        }
        self.parts.spans.close();
        self.parts.reports.close();
        let report = self.report();
        report.tell(start.elapsed());
        self.flush_aside(left()).await;
        stopped.map(|()| report)
    }

    pub(super) fn drain(&self) -> Drain {
        let (health, server) = (&self.parts.health, &self.parts.server);
        Drain { health: Health::clone(health), acceptor: Arc::clone(&server.acceptor) }
    }

    /// Writes every line, or gives up those that are not written in time.
    async fn settle(&self, within: Duration) {
        let logging = self.parts.logging.clone();
        let settle = move || {
            if !logging.settle(within) {
                logging.abandon();
            }
        };
        let settled = aside("obskit-log-end", settle.clone()).await;
        // Without a thread to wait on, the caller's has to do.
        settled.unwrap_or_else(settle);
    }

    async fn flush_aside(&self, within: Duration) {
        let logging = self.parts.logging.clone();
        aside("obskit-log-end", move || logging.flush(within)).await;
    }

    fn report(&self) -> Report {
        let Acceptor { ledger, routes, .. } = &*self.parts.server.acceptor;
        let under_way = routes.iter().map(|route| route.in_flight.count().unsigned_abs());
        let (spans, reports) = (ledger.account(Signal::Span), ledger.account(Signal::Report));
        Report {
            written_lines: ledger.account(Signal::Log).delivered,
            dropped: ledger.iter().map(|(_, _, count)| count).sum(),
            lost_lines: self.parts.logging.lost(),
            delivered_spans: spans.delivered,
            lost_spans: spans.lost(),
            delivered_reports: reports.delivered,
            lost_reports: reports.lost(),
            unfinished_requests: under_way.sum(),
        }
    }
}

impl Drain {
    /// Not ready any more, and clients do not keep their connections.
    pub(super) fn begin(&self) {
        self.health.drain();
        self.acceptor.is_leaving.store(true, Ordering::Relaxed);
    }
}

/// What only a drain that takes time asks.
#[cfg(feature = "tokio")]
impl Drain {
    /// Whether anybody may have been told to send requests.
    pub(super) fn is_of_use(&self) -> bool {
        self.health.has_started()
    }
}

impl Report {
    /// Whether everything arrived that was to: no line, no span and no report was lost, and no
    /// request unfinished.
    pub fn is_complete(&self) -> bool {
        let Self { lost_lines, lost_spans, lost_reports, unfinished_requests, .. } = *self;
        [lost_lines, lost_spans, lost_reports, unfinished_requests] == [0; 4]
    }

    /// The last line.
    fn tell(&self, took: Duration) {
        let Self { written_lines, lost_lines, dropped, unfinished_requests, .. } = *self;
        let took = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        if self.is_complete() {
            info!(
                target: TARGET,
                writtenLines = written_lines,
                deliveredSpans = self.delivered_spans,
                deliveredReports = self.delivered_reports,
                dropped,
                tookMs = took,
                "everything is delivered"
            );
        } else {
            warn!(
                target: TARGET,
                writtenLines = written_lines,
                lostLines = lost_lines,
                deliveredSpans = self.delivered_spans,
                lostSpans = self.lost_spans,
                deliveredReports = self.delivered_reports,
                lostReports = self.lost_reports,
                unfinishedRequests = unfinished_requests,
                dropped,
                tookMs = took,
                "not everything is delivered"
            );
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { written_lines, lost_lines, dropped, unfinished_requests, .. } = self;
        let Self { delivered_spans, lost_spans, delivered_reports, lost_reports, .. } = self;
        write!(
            f,
            "{written_lines} log lines written, {lost_lines} lost; {delivered_spans} spans \
             delivered, {lost_spans} lost; {delivered_reports} error reports delivered, \
             {lost_reports} lost; {dropped} items dropped in all; \
             {unfinished_requests} requests unfinished"
        )
    }
}
