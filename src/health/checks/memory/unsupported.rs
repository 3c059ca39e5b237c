//! Elsewhere nothing is read.

use super::Usage;

pub(super) fn usages() -> Vec<Usage> {
    Vec::new()
}
