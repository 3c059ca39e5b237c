//! The ledger as metrics.

use crate::error::Error;
use crate::ledger::Ledger;

use super::catalog::{ACCEPTED, DELIVERED, DROPPED, Definition};
use super::counter::Counter;
use super::family::Family;
use super::label::LabelSet;
use super::registry::Metrics;

/// Registers what was accepted, delivered and dropped, with every signal and reason from the first
/// scrape on.
pub(crate) fn register(metrics: &Metrics, ledger: &Ledger) -> Result<(), Error> {
    let accepted: Family<(&'static str,), Counter> = counter(metrics, &ACCEPTED)?;
    let delivered: Family<(&'static str,), Counter> = counter(metrics, &DELIVERED)?;
    let dropped: Family<(&'static str, &'static str), Counter> = counter(metrics, &DROPPED)?;
    let ledger = ledger.clone();
    metrics.before_scrape(move || {
        for account in ledger.accounts() {
            let signal = account.signal.as_str();
            if account.signal.has_way_out() {
                accepted.reserve((signal,)).raise_to(account.accepted);
                delivered.reserve((signal,)).raise_to(account.delivered);
            }
            for (reason, count) in account.dropped {
                dropped.reserve((signal, reason.as_str())).raise_to(count);
            }
        }
    });
    Ok(())
}

fn counter<L: LabelSet>(
    metrics: &Metrics,
    definition: &Definition,
) -> Result<Family<L, Counter>, Error> {
    metrics.counter(definition.name, definition.help).labels(definition.labels).register()
}
