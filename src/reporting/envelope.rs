//! An event on its way out: hidden what must not leave, cut what the server would not take.

use sentry::protocol::{Event, LogEntry};
use serde_json::{Map, Value};

use crate::context::TraceId;
use crate::export::sentry::{Discard, Envelope};

use super::Common;
use super::about::Sampled;
use super::fit::fit;
use super::scrub::scrub;

/// The server takes events of 1 MiB.
const MAX_BYTES: usize = 1_000_000;
/// What gives way in a larger one, in this order.
const WAIVED: [&str; 4] = ["breadcrumbs", "extra", "threads", "contexts"];

/// Writes an event: one of obskit's, or of a user's own call.
pub(super) fn of_event(event: Event<'static>, common: &Common) -> Result<Envelope, Discard> {
    let mut members = json(event, common)?;
    // It is left out where it is this, which is not what every server takes for left out.
    members.entry("level").or_insert_with(|| "error".into());
    seal("event", members, common, None)
}

/// Its members, with what is said of the program.
pub(super) fn json(
    mut event: Event<'static>,
    common: &Common,
) -> Result<Map<String, Value>, Discard> {
    common.about.fill(&mut event);
    // Sentry's schema of events has no `message`.
    if let Some(message) = event.message.take() {
        event.logentry.get_or_insert(LogEntry { message, params: Vec::new() });
    }
    match serde_json::to_value(event) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) | Err(_) => Err(Discard::InternalSdkError),
    }
}

/// Hides and cuts, and writes it as an item of that type.
pub(super) fn seal(
    kind: &str,
    members: Map<String, Value>,
    common: &Common,
    sampled: Option<Sampled>,
) -> Result<Envelope, Discard> {
    let mut value = Value::Object(members);
    templated(&mut value);
    scrub(&mut value, &common.redactor);
    fit(&mut value);
    let text = |place: &str| value.pointer(place).and_then(Value::as_str);
    let trace = text("/contexts/trace/trace_id").and_then(TraceId::parse);
    let transaction = text("/transaction");
    let header = trace.map(|trace| common.about.trace_header(trace, transaction, sampled));
    let event_id = text("/event_id").map(str::to_owned);
    let payload = bounded(value).ok_or(Discard::InternalSdkError)?;
    let mut envelope = Envelope { event_id, trace: header, items: Vec::new() };
    envelope.add(kind, &payload);
    Ok(envelope)
}

/// Braces are of templates; the type for URLs has them encoded.
fn templated(event: &mut Value) {
    if let Some(Value::String(url)) = event.pointer_mut("/request/url") {
        *url = url.replace("%7B", "{").replace("%7D", "}");
    }
}

fn bounded(mut event: Value) -> Option<Vec<u8>> {
    for waived in WAIVED {
        let bytes = serde_json::to_vec(&event).ok()?;
        if bytes.len() <= MAX_BYTES {
            return Some(bytes);
        }
        event.as_object_mut()?.remove(waived);
    }
    serde_json::to_vec(&event).ok().filter(|bytes| bytes.len() <= MAX_BYTES)
}
