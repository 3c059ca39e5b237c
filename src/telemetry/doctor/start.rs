//! The examination after the start.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use crate::export::{Background, unless};
use crate::telemetry::Telemetry;

use super::diagnosis::{Finding, Severity};

/// Checks have run once by then, and what starts beside the service is there.
const AFTER: Duration = Duration::from_secs(5);

/// Examines the telemetry once, a while after the start, and logs what is wrong. Meanwhile it
/// holds no handle of the telemetry.
pub(in crate::telemetry) fn examine_once(telemetry: &Telemetry, background: &Background) {
    if !telemetry.config().doctor.at_start {
        return;
    }
    let parts = Arc::downgrade(&telemetry.parts);
    background.spawn(|mut lifeline| async move {
        let examination = async {
            sleep(AFTER).await;
            let doctor = parts.upgrade().map(|parts| Telemetry { parts }.doctor())?;
            Some(doctor.await)
        };
        let diagnosis = unless(lifeline.cut(), examination).await.flatten();
        diagnosis.iter().flat_map(|diagnosis| &diagnosis.findings).for_each(tell);
    });
}

fn tell(found: &Finding) {
    let Finding { check, severity, message, hint } = found;
    let hint = hint.as_deref();
    match severity {
        Severity::Ok => tracing::debug!(target: "obskit::doctor", check, hint, "{message}"),
        Severity::Warning => tracing::warn!(target: "obskit::doctor", check, hint, "{message}"),
        Severity::Failure => tracing::error!(target: "obskit::doctor", check, hint, "{message}"),
    }
}
