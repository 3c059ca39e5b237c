//! `sentry`'s own client: what a user's calls of that crate send goes the way of obskit's reports.

use std::borrow::Cow;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::RecvTimeoutError::Disconnected;
use std::time::Duration;

use sentry::protocol::{ClientReport, EnvelopeItem, Event};
use sentry::{Client, ClientOptions, Integration, Transport};
use serde_json::{Value, to_value};

use crate::concurrent::is_own_thread;
use crate::export::sentry::{Category, Discard, Envelope, Posting};

use super::Reports;
use super::scrub::scrub;

/// Takes what the client sends.
struct Way {
    reports: Reports,
    /// It was told that some of it is not sent on.
    is_told: AtomicBool,
}

/// Gives an error that is captured within a request the identity of that request's failure.
struct Identity(Reports);

/// Counts bytes that are written to it.
#[derive(Default)]
pub(super) struct Counter(pub(super) usize);

impl Reports {
    /// A client for hubs. It holds these reports, so they are not to hold it.
    pub(crate) fn client(&self) -> Arc<Client> {
        let (settings, about) = (&self.shared.common.settings, &self.shared.common.about);
        let text = |text: &Option<String>| text.clone().map(Cow::Owned);
        let way = Way { reports: self.clone(), is_told: AtomicBool::new(false) };
        #[expect(clippy::cast_possible_truncation, reason = "a share needs no more than 24 bits")]
        let share = settings.traces_sample_rate as f32;
        let mut options = ClientOptions::new()
            .default_integrations(false)
            .add_integration(Identity(self.clone()))
            .transport(Arc::new(way))
            .traces_sample_rate(share);
        options.dsn = settings.dsn.as_ref().and_then(|dsn| dsn.text().expose().parse().ok());
        options.release = text(&about.release);
        options.environment = text(&about.environment);
        options.server_name = text(&about.server_name);
        Arc::new(Client::with_options(options))
    }

    /// Has something sent that is written as it is, but for what must not leave.
    fn pass_on(&self, category: Category, kind: &'static str, item: serde_json::Result<Value>) {
        let Ok(mut item) = item else {
            return self.shared.outbox.discard(category, Discard::InternalSdkError, 1);
        };
        let mut counter = Counter::default();
        let _ = serde_json::to_writer(&mut counter, &item);
        let common = Arc::clone(&self.shared.common);
        self.shared.outbox.post(Posting {
            category,
            quantity: 1,
            bytes: counter.0,
            make: Box::new(move || {
                scrub(&mut item, &common.redactor);
                let id = item.get("event_id").and_then(Value::as_str).map(str::to_owned);
                let mut envelope = Envelope { event_id: id, ..Envelope::default() };
                envelope.add(kind, item.to_string().as_bytes());
                Ok(envelope)
            }),
        });
    }

    /// Counts what the client says it has dropped.
    fn discard(&self, report: &ClientReport) {
        let report = to_value(report).unwrap_or_default();
        let dropped = report.get("discarded_events").and_then(Value::as_array);
        for dropped in dropped.into_iter().flatten() {
            let word = |name: &str| dropped.get(name).and_then(Value::as_str);
            let category = Category::ALL.into_iter().find(|c| word("category") == Some(c.as_str()));
            let quantity = dropped.get("quantity").and_then(Value::as_u64);
            if let Some((category, quantity)) = category.zip(quantity) {
                let why = match word("reason") {
                    Some("event_processor") => Discard::EventProcessor,
                    Some("sample_rate") => Discard::SampleRate,
                    _ => Discard::InternalSdkError,
                };
                self.shared.outbox.discard(category, why, quantity);
            }
        }
    }
}

impl Transport for Way {
    fn send_envelope(&self, envelope: sentry::Envelope) {
        let reports = &self.reports;
        for item in envelope.into_items() {
            match item {
                EnvelopeItem::Event(event) => reports.captured(*event),
                EnvelopeItem::Transaction(item) => {
                    reports.pass_on(Category::Transaction, "transaction", to_value(item));
                }
                EnvelopeItem::SessionUpdate(item) => {
                    reports.pass_on(Category::Session, "session", to_value(item));
                }
                EnvelopeItem::SessionAggregates(item) => {
                    reports.pass_on(Category::Session, "sessions", to_value(item));
                }
                EnvelopeItem::MonitorCheckIn(item) => {
                    reports.pass_on(Category::Monitor, "check_in", to_value(item));
                }
                EnvelopeItem::ClientReport(report) => reports.discard(&report),
                _ if !self.is_told.swap(true, Ordering::Relaxed) => {
                    tracing::warn!(
                        target: "obskit::reports",
                        "sentry's own logs, metrics and attachments are not sent on"
                    );
                }
                _ => {}
            }
        }
    }

    fn flush(&self, timeout: Duration) -> bool {
        let outbox = self.reports.outbox();
        // On its own thread it would be waited for in vain.
        if is_own_thread() {
            return outbox.waiting() == 0;
        }
        outbox.flush().recv_timeout(timeout) == Err(Disconnected)
    }
}

impl Integration for Identity {
    fn name(&self) -> &'static str {
        "obskit"
    }

    fn process_event(&self, event: Event<'static>, _: &ClientOptions) -> Option<Event<'static>> {
        Some(self.0.identified(event))
    }
}

impl io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.saturating_add(bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
