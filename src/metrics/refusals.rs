//! Requests that the operator's routes refused, as a metric.

use crate::error::Error;

use super::catalog::ADMIN_REFUSED;
use super::counter::Counter;
use super::family::Family;
use super::registry::Metrics;

/// Registers `obskit_admin_refused_total`, with every reason from the first scrape on. `counts`
/// gives its values.
pub(crate) fn register<const N: usize>(
    metrics: &Metrics,
    counts: impl Fn() -> [(&'static str, u64); N] + Send + Sync + 'static,
) -> Result<(), Error> {
    let family = metrics.counter(ADMIN_REFUSED.name, ADMIN_REFUSED.help);
    let family: Family<(&'static str,), Counter> =
        family.labels(ADMIN_REFUSED.labels).register()?;
    metrics.before_scrape(move || {
        for (reason, count) in counts() {
            family.reserve((reason,)).raise_to(count);
        }
    });
    Ok(())
}
