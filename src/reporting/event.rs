//! A report becomes an event of Sentry's.

use serde_json::{Value, json};

use crate::export::sentry::{Discard, Envelope};

use super::Common;
use super::report::Report;

/// Writes a report. It takes its time, so it is called off the request's path.
#[expect(clippy::unnecessary_wraps, reason = "what cannot be written is not sent")]
pub(super) fn build(report: Report, _common: &Common) -> Result<Envelope, Discard> {
    let causes = report.evidence.causes.iter().rev();
    let values = causes.map(|cause| json!({ "type": cause.kind, "value": cause.message }));
    let values: Vec<_> = values.collect();
    let crumbs: Vec<Value> =
        report.crumbs.iter().filter_map(|kept| serde_json::from_slice(kept.line).ok()).collect();
    let event = json!({
        "event_id": report.id.to_string(),
        "level": report.level,
        "exception": { "values": values },
        "message": report.evidence.message,
        "breadcrumbs": { "values": crumbs },
        "fingerprint": report.fingerprint.parts(),
        "extra": { "suppressed": report.suppressed },
    });
    let mut envelope = Envelope { event_id: Some(report.id.to_string()), ..Envelope::default() };
    envelope.add("event", event.to_string().as_bytes());
    Ok(envelope)
}
