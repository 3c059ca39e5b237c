//! Elsewhere than on Linux nothing is known, so nothing is said.

use crate::error::Error;
use crate::metrics::Metrics;

use super::Descriptors;

/// Registers nothing.
#[expect(clippy::unnecessary_wraps, reason = "the twin of what can fail on Linux")]
pub(in crate::metrics::collect) fn register(_metrics: &Metrics) -> Result<(), Error> {
    Ok(())
}

/// Nothing.
pub(crate) fn descriptors() -> Option<Descriptors> {
    None
}
