//! An event on its way out: hidden what must not leave, cut what the server would not take.

use sentry::protocol::{Context, Event};
use serde_json::Value;

use crate::context::TraceId;
use crate::export::sentry::{Discard, Envelope};

use super::Common;
use super::fit::fit;
use super::scrub::scrub;

/// The server takes events of 1 MiB.
const MAX_BYTES: usize = 1_000_000;
/// What gives way in a larger one, in this order.
const WAIVED: [&str; 4] = ["breadcrumbs", "extra", "threads", "contexts"];

/// Writes an event: one of obskit's, or of a user's own call.
pub(super) fn of_event(mut event: Event<'static>, common: &Common) -> Result<Envelope, Discard> {
    common.about.fill(&mut event);
    let trace = match event.contexts.get("trace") {
        Some(Context::Trace(trace)) => TraceId::parse(&trace.trace_id.to_string()),
        _ => None,
    };
    let id = event.event_id.simple().to_string();
    let mut value = serde_json::to_value(event).map_err(|_| Discard::InternalSdkError)?;
    templated(&mut value);
    scrub(&mut value, &common.redactor);
    fit(&mut value);
    let transaction = value.get("transaction").and_then(Value::as_str);
    let header = trace.map(|trace| common.about.trace_header(trace, transaction, None));
    let payload = bounded(value).ok_or(Discard::InternalSdkError)?;
    let mut envelope = Envelope { event_id: Some(id), trace: header, items: Vec::new() };
    envelope.add("event", &payload);
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
