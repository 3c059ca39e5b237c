//! Requests with their spans, as transactions.

use std::sync::Arc;

use sentry::protocol::{self, Event, Uuid};
use sentry::{Hub, Level, Scope};
use serde_json::{Map, Value, json};

use crate::context::{EventId, TakeTransaction, Transaction, UNMATCHED, current_hub, scope_of};
use crate::export::sentry::{Category, Discard, Envelope, Posting};
use crate::ledger::{Reason, Signal};

use super::about::Sampled;
use super::spans::Span;
use super::{Common, Reports, envelope, event, request};

/// The server takes 1 MB with everything else.
const MAX_SPANS_BYTES: usize = 700_000;
/// What it takes while it waits, beside its spans.
const BYTES: usize = 2 << 10;
/// How many spans found no place.
const DROPPED: &str = "obskit.dropped_spans";
/// Where log lines and reports have the same.
const ERROR_ID: &str = "error.id";

impl TakeTransaction for Reports {
    fn is_open(&self) -> bool {
        !self.shared.outbox.is_throttled(Category::Transaction)
    }

    fn take(&self, transaction: Transaction) {
        let common = Arc::clone(&self.shared.common);
        // The request's own, which is the current one at its end.
        let hub = current_hub();
        self.shared.outbox.post(Posting {
            category: Category::Transaction,
            quantity: 1,
            bytes: BYTES + transaction.root.len() + transaction.spans.bytes(),
            make: Box::new(move || build(&transaction, hub.as_ref(), &common)),
        });
    }
}

fn build(
    transaction: &Transaction,
    hub: Option<&Arc<Hub>>,
    common: &Common,
) -> Result<Envelope, Discard> {
    let Transaction { context, root, spans, .. } = transaction;
    let mut root = Span::read(root).ok_or(Discard::InternalSdkError)?;
    let (told, cut) = told(spans.iter());
    let dropped = spans.dropped + cut;
    if dropped > 0 {
        context.acceptor().ledger.drop(Signal::Transaction, Reason::Cut, 1);
        root.data.insert(DROPPED.to_owned(), dropped.into());
    }
    // Told as the user of the event.
    root.data.remove("user.id");
    let error_id = root.data.get(ERROR_ID).and_then(Value::as_str).map(str::to_owned);
    let [start, end] = root.times();
    let source = match (context.job(), context.endpoint()) {
        (Some(_), _) => "task",
        (None, UNMATCHED) => "custom",
        (None, _) => "route",
    };
    let mut event = envelope::json(head(transaction, hub, error_id), common)?;
    let members: [(&str, Value); 5] = [
        ("type", "transaction".into()),
        ("transaction_info", json!({ "source": source })),
        ("start_timestamp", start),
        ("timestamp", end),
        ("spans", told.into()),
    ];
    event.extend(members.map(|(name, value)| (name.to_owned(), value)));
    if let Some(Value::Object(contexts)) = event.get_mut("contexts") {
        contexts.insert("trace".to_owned(), trace(root).into());
    }
    let rate = common.settings.traces_sample_rate;
    let sampled = Sampled { is_sampled: true, rate };
    envelope::seal("transaction", event, common, Some(sampled))
}

/// What it has in common with reports.
fn head(
    transaction: &Transaction,
    hub: Option<&Arc<Hub>>,
    error_id: Option<String>,
) -> Event<'static> {
    let Transaction { context, outcome, status, grpc_status, .. } = transaction;
    let id = Uuid::from_bytes(EventId::random().to_bytes());
    let mut event = Event { event_id: id, level: Level::Info, ..Event::new() };
    if let Some(hub) = hub {
        apply(&scope_of(hub), &mut event);
    }
    request::fill(&mut event, context);
    event::say_end(&mut event, *outcome, *status, *grpc_status);
    event.tags.extend(error_id.map(|id| (ERROR_ID.to_owned(), id)));
    event
}

/// What the user has set by `sentry`'s own means, which goes before.
fn apply(scope: &Scope, event: &mut Event<'static>) {
    let mut set = protocol::Transaction::default();
    scope.apply_to_transaction(&mut set);
    (event.user, event.tags) = (set.user, set.tags);
    (event.extra, event.contexts) = (set.extra, set.contexts);
}

/// The context `trace`: what the root says beside its times.
fn trace(root: Span) -> Map<String, Value> {
    let mut trace = root.into_json();
    for time in ["start_timestamp", "timestamp"] {
        trace.remove(time);
    }
    trace
}

/// As many as there is room for, and how many more there are. The first give way, as those do that
/// are gathered: what ends later is further out.
fn told<'a>(spans: impl DoubleEndedIterator<Item = &'a [u8]>) -> (Vec<Value>, u64) {
    let (mut told, mut left, mut dropped) = (Vec::new(), MAX_SPANS_BYTES, 0);
    for span in spans.rev().filter_map(Span::read) {
        let span = Value::from(span.into_json());
        let size = span.to_string().len();
        if size > left {
            (left, dropped) = (0, dropped + 1);
        } else {
            left -= size;
            told.push(span);
        }
    }
    told.reverse();
    (told, dropped)
}
