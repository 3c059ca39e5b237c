//! The ledger as a metric.

use crate::error::Error;
use crate::ledger::Ledger;

use super::catalog::DROPPED;
use super::counter::Counter;
use super::family::Family;
use super::registry::Metrics;

/// Registers `obskit_dropped_total`, with every signal and reason from the first scrape on.
pub(crate) fn register(metrics: &Metrics, ledger: &Ledger) -> Result<(), Error> {
    let family = metrics.counter(DROPPED.name, DROPPED.help);
    let family: Family<(&'static str, &'static str), Counter> =
        family.labels(DROPPED.labels).register()?;
    let ledger = ledger.clone();
    metrics.before_scrape(move || {
        for (signal, reason, count) in ledger.iter() {
            family.reserve((signal.as_str(), reason.as_str())).raise_to(count);
        }
    });
    Ok(())
}
