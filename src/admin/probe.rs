//! What a load balancer or Kubernetes asks: read from memory, with no I/O.

use std::collections::HashSet;
use std::time::Duration;

use http::{Response, StatusCode};
use serde_json::{Map, Value, json};

use crate::health::{CheckReport, Probe, Report, Status};
use crate::logging::rfc3339;

use super::Admin;
use super::access::{Refusal, Trust};
use super::content::Content;
use super::query;
use super::respond::{Asked, answer};

/// The format of draft-inadarei-api-health-check-06.
const HEALTH: &str = "application/health+json";
/// Checks that one probe may leave out: as many as there can be.
const MAX_EXCLUDED: usize = 128;

impl Admin {
    /// The answer to a probe; with details for a trusted caller that wants them.
    pub(super) fn probe_page(&self, probe: Probe, asked: Asked<'_>) -> Response<Content> {
        let query = asked.uri.query();
        let excluded = excluded(query);
        let is_excluded = |name: &str| excluded.contains(name);
        let is_verbose = query::values(query, "verbose").next().is_some();
        if is_verbose && asked.trust >= Trust::Reader {
            let report = self.health.report_without(probe, &is_excluded);
            let details = self.details(&report);
            return answer(code(report.status), HEALTH, format!("{details:#}\n"));
        }
        if is_verbose && self.access.is_mistaken(asked.headers) {
            self.refusals.count(Refusal::WrongToken);
        }
        let status = self.health.status_without(probe, &is_excluded);
        answer(code(status), HEALTH, bare(status))
    }

    fn details(&self, report: &Report) -> Value {
        let mut details = Map::new();
        let mut put = |key: &str, value: Value| details.insert(key.to_owned(), value);
        put("status", report.status.as_str().into());
        put("serviceId", self.service.name.as_str().into());
        if let Some(version) = &self.service.version {
            put("version", version.as_str().into());
        }
        if let Some(output) = report.output {
            put("output", output.into());
        }
        let checks = report.checks.iter().map(|check| (check.name.to_string(), json!([of(check)])));
        put("checks", Value::Object(checks.collect()));
        details.into()
    }
}

/// What strangers are told.
fn bare(status: Status) -> &'static str {
    match status {
        Status::Pass => r#"{"status":"pass"}"#,
        Status::Warn => r#"{"status":"warn"}"#,
        Status::Fail => r#"{"status":"fail"}"#,
    }
}

fn code(status: Status) -> StatusCode {
    match status {
        Status::Pass | Status::Warn => StatusCode::OK,
        Status::Fail => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// The names that `exclude` lists, once or often, with commas between them.
fn excluded(query: Option<&str>) -> HashSet<String> {
    let lists = query::values(query, "exclude");
    let mut names = HashSet::new();
    for list in lists {
        let listed = list.split(',').map(str::trim).filter(|name| !name.is_empty());
        names.extend(listed.take(MAX_EXCLUDED.saturating_sub(names.len())).map(str::to_owned));
    }
    names
}

fn of(check: &CheckReport) -> Value {
    let mut details = Map::new();
    let mut put = |key: &str, value: Value| details.insert(key.to_owned(), value);
    put("status", check.status.as_str().into());
    put("componentType", "component".into());
    put("importance", check.importance.as_str().into());
    put("consecutiveFailures", check.consecutive_failures.into());
    if let Some(took) = check.took {
        put("observedValue", millis(took).into());
        put("observedUnit", "ms".into());
    }
    if let Some(at) = check.at {
        put("time", rfc3339(at).into());
    }
    if let Some(changed) = check.changed {
        put("lastChange", rfc3339(changed).into());
    }
    if let Some(output) = check.output.as_ref().filter(|_| check.status != Status::Pass) {
        put("output", (**output).into());
    }
    details.into()
}

/// To the microsecond.
fn millis(took: Duration) -> f64 {
    (took.as_secs_f64() * 1_000_000.0).round() / 1_000.0
}
