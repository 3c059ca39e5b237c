//! The doctor as the operator's route shows it.

use std::sync::{Arc, Weak};

use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::admin::Doctor;
use crate::telemetry::{Parts, Telemetry};

use super::diagnosis::{Diagnosis, Finding};

/// It holds no handle of the telemetry, so that a running server does not keep one alive. Who comes
/// while it examines waits for the end, and then has it examine anew.
pub(in crate::telemetry) fn route(telemetry: &Telemetry) -> Doctor {
    let parts = Arc::downgrade(&telemetry.parts);
    let one_at_a_time = Arc::new(Mutex::new(()));
    Doctor::new(move || {
        let (parts, one_at_a_time) = (Weak::clone(&parts), Arc::clone(&one_at_a_time));
        async move {
            let _turn = one_at_a_time.lock().await;
            let doctor = parts.upgrade().map(|parts: Arc<Parts>| Telemetry { parts }.doctor());
            match doctor {
                Some(doctor) => json(&doctor.await),
                None => json(&Diagnosis { findings: Vec::new() }),
            }
        }
    })
}

fn json(diagnosis: &Diagnosis) -> String {
    let finding = |found: &Finding| {
        let Finding { check, severity, message, hint } = found;
        json!({ "check": check, "severity": severity.as_str(), "message": message, "hint": hint })
    };
    let findings: Value = diagnosis.findings.iter().map(finding).collect();
    let shown = json!({ "status": diagnosis.worst().as_str(), "findings": findings });
    format!("{shown:#}\n")
}
