//! Log events as a metric.

use crate::error::Error;

use super::catalog::LOG_EVENTS;
use super::counter::Counter;
use super::family::Family;
use super::registry::Metrics;

const LEVELS: [&str; 5] = ["error", "warn", "info", "debug", "trace"];

/// Registers `log_events_total`, with every level from the first scrape on. `counts` gives its
/// values, from ERROR to TRACE.
pub(crate) fn register(
    metrics: &Metrics,
    counts: impl Fn() -> [u64; 5] + Send + Sync + 'static,
) -> Result<(), Error> {
    let family = metrics.counter(LOG_EVENTS.name, LOG_EVENTS.help);
    let family: Family<(&'static str,), Counter> = family.labels(LOG_EVENTS.labels).register()?;
    metrics.before_scrape(move || {
        for (level, count) in LEVELS.into_iter().zip(counts()) {
            family.reserve((level,)).raise_to(count);
        }
    });
    Ok(())
}
