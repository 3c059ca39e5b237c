//! Whether health checks run, and pass.

use crate::health::{CheckReport, Health, Importance, Status};

use super::diagnosis::{Finding, Severity};

const CHECK: &str = "health_checks";

/// Nothing where there are no checks.
pub(super) fn checks(health: &Health) -> Option<Finding> {
    let checks = health.checks();
    let worst = checks.iter().map(severity).max()?;
    let unwell = checks.iter().filter(|check| severity(check) > Severity::Ok);
    let said: Vec<_> = unwell.map(|check| format!("{} {}", check.name, state(check))).collect();
    if said.is_empty() {
        return Some(Finding::ok(CHECK, format!("all {} of them pass", checks.len())));
    }
    let hint = "/readyz?verbose says why each fails. A check that never runs has no runtime: \
                register it, or call serve_admin, within the service's.";
    let found = Finding::warning(CHECK, said.join("; "), hint);
    Some(Finding { severity: worst, ..found })
}

fn severity(check: &CheckReport) -> Severity {
    match (check.status, check.importance) {
        _ if check.at.is_none() => Severity::Warning,
        (Status::Pass, _) => Severity::Ok,
        (Status::Fail, Importance::Critical) => Severity::Failure,
        _ => Severity::Warning,
    }
}

fn state(check: &CheckReport) -> &'static str {
    match check.status {
        _ if check.at.is_none() => "has not run so far",
        Status::Pass => "passes",
        Status::Warn => "passes with a warning",
        Status::Fail => "fails",
    }
}
