//! The line that tells of a check's change.

use super::entry::{Change, Entry};
use super::status::{Importance, Status};

pub(super) fn announce(entry: &Entry, change: &Change) {
    let (check, status) = (&*entry.name, change.status.as_str());
    let error = change.output.as_deref().unwrap_or_default();
    match (change.status, entry.importance) {
        (Status::Pass | Status::Warn, Importance::Gate) => {
            tracing::info!(target: "obskit::health", check, status, "gate is open");
        }
        (Status::Pass | Status::Warn, _) => {
            tracing::info!(target: "obskit::health", check, status, "check passes again");
        }
        (Status::Fail, Importance::Optional) => {
            tracing::warn!(target: "obskit::health", check, status, error, "optional check fails");
        }
        (Status::Fail, Importance::Critical) => {
            tracing::error!(target: "obskit::health", check, status, error, "critical check fails");
        }
        (Status::Fail, Importance::Gate) => {
            tracing::error!(target: "obskit::health", check, status, error, "gate is closed");
        }
    }
}
