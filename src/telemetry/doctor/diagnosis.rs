//! What an examination found, in words for people and for programs.

use std::fmt;

/// Everything that was examined, in a fixed order.
///
/// Its `Display` is a table for a terminal: a line for each finding, its hint below, a summary at
/// the end. No secret is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnosis {
    /// One for each examination that applied, those that found nothing wrong included.
    pub findings: Vec<Finding>,
}

/// What one examination found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The name of the examination, as `log_output`. It stays the same between releases.
    pub check: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What was found, in a sentence. It may change between releases.
    pub message: String,
    /// What to do about it, if there is anything.
    pub hint: Option<String>,
}

/// How bad a finding is; a later one is worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// It works.
    Ok,
    /// It works, and an operator would want to know.
    Warning,
    /// It does not work: telemetry is lost, or is open to those who must not see it.
    Failure,
}

impl Diagnosis {
    /// Whether nothing failed. Warnings do not count.
    pub fn is_healthy(&self) -> bool {
        self.worst() < Severity::Failure
    }

    /// The worst of the findings; `Ok` if there are none.
    pub fn worst(&self) -> Severity {
        self.findings.iter().map(|finding| finding.severity).max().unwrap_or(Severity::Ok)
    }

    /// The findings that are warnings or failures.
    pub fn problems(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.severity > Severity::Ok)
    }

    /// The finding of an examination, by its name.
    pub fn finding(&self, check: &str) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.check == check)
    }
}

impl Finding {
    pub(super) fn ok(check: &'static str, message: impl Into<String>) -> Self {
        Self { check, severity: Severity::Ok, message: message.into(), hint: None }
    }

    pub(super) fn warning(
        check: &'static str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        let (message, hint) = (message.into(), Some(hint.into()));
        Self { check, severity: Severity::Warning, message, hint }
    }

    pub(super) fn failure(
        check: &'static str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self { severity: Severity::Failure, ..Self::warning(check, message, hint) }
    }
}

impl Severity {
    /// `ok`, `warning` or `failure`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failure => "failure",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.findings.iter().map(|finding| finding.check.len());
        let width = names.max().unwrap_or_default();
        for Finding { check, severity, message, hint } in &self.findings {
            writeln!(f, "{severity:<7}  {check:<width$}  {message}")?;
            if let Some(hint) = hint {
                writeln!(f, "{:<7}  {:<width$}  → {hint}", "", "")?;
            }
        }
        let count =
            |severity| self.findings.iter().filter(|finding| finding.severity == severity).count();
        let (warnings, failures) = (count(Severity::Warning), count(Severity::Failure));
        write!(f, "examined: {}, warnings: {warnings}, failures: {failures}", self.findings.len())
    }
}
