//! The doctor: each finding where it passes and where it does not.

mod documented;
mod exporters;
mod health;
mod lockfile;
mod logs;
mod requests;
mod running;
mod settings;

use obskit::Telemetry;
use obskit::config::Config;
use obskit::telemetry::{Diagnosis, Finding, Severity};

/// What is found with such settings.
async fn diagnose(set: impl FnOnce(&mut Config)) -> Diagnosis {
    let mut config = Config::default();
    set(&mut config);
    Telemetry::build(config).unwrap().doctor().await
}

/// Expects one finding of the check, which says so in its message or its hint.
#[track_caller]
fn check(diagnosis: &Diagnosis, check: &str, severity: Severity, said: &str) -> Finding {
    let mut findings = diagnosis.findings.iter().filter(|finding| finding.check == check);
    let found = findings.next().unwrap_or_else(|| panic!("no {check} in\n{diagnosis}"));
    assert_eq!(findings.next(), None, "{check} is found twice");
    assert_eq!(found.severity, severity, "{found:?}");
    let text = format!("{} {}", found.message, found.hint.as_deref().unwrap_or_default());
    assert!(text.contains(said), "{said} in {text}");
    assert_eq!(found.hint.is_some(), severity > Severity::Ok, "{found:?}");
    found.clone()
}
