//! What was lost so far.

use crate::ledger::{Ledger, Reason, Signal};

use super::diagnosis::Finding;

const CHECK: &str = "losses";

/// Whether anything was lost that was not meant to be.
pub(super) fn losses(ledger: &Ledger) -> Finding {
    let lost =
        ledger.iter().filter(|(signal, reason, count)| *count > 0 && !is_meant(*signal, *reason));
    let lost: Vec<_> = lost
        .map(|(signal, reason, count)| format!("{}/{} {count}", signal.as_str(), reason.as_str()))
        .collect();
    if lost.is_empty() {
        return Finding::ok(CHECK, "no telemetry was lost since the start");
    }
    Finding::warning(
        CHECK,
        format!("telemetry was lost since the start: {}", lost.join(", ")),
        "obskit_dropped_total{signal, reason} shows when; what each means stands in \
         docs/logging.md, docs/tracing.md and docs/reports.md.",
    )
}

/// What callers did wrong, and what is held back because the settings want it.
fn is_meant(signal: Signal, reason: Reason) -> bool {
    let is_held_back = matches!(reason, Reason::Flood | Reason::Filtered);
    signal == Signal::Baggage || is_held_back
}
