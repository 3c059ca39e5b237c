//! Runs of jobs that have a schedule, as check-ins of Sentry's monitors.
//!
//! As <https://develop.sentry.dev/sdk/telemetry/check-ins/> has them.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::context::{Outcome, Plan, RequestContext, Run};
use crate::export::sentry::{Category, Envelope, Posting};

use super::{Common, Reports};

/// How long a monitor's name is at most.
const MAX_SLUG_BYTES: usize = 50;
/// Of a monitor: 28 days.
const MAX_RUNTIME_MINUTES: u64 = 40_320;
/// What one takes while it waits.
const BYTES: usize = 1 << 10;

impl Reports {
    /// Says that a run begins.
    pub(super) fn check_in(&self, context: &RequestContext, plan: Plan) {
        self.post_check_in(context, plan, "in_progress", None);
    }

    /// Says how it went. One that was dropped has not done what it was to do.
    pub(super) fn check_out(&self, run: &Run<'_>) {
        let status = if run.outcome == Outcome::Success { "ok" } else { "error" };
        self.post_check_in(run.context, run.plan, status, Some(run.context.elapsed()));
    }

    fn post_check_in(
        &self,
        context: &RequestContext,
        plan: Plan,
        status: &'static str,
        took: Option<Duration>,
    ) {
        let Some((job, schedule)) = context.job().zip(plan.schedule) else { return };
        // A run has a trace of its own, so one number serves for both.
        let id = context.trace_id().to_string();
        let common = Arc::clone(&self.shared.common);
        let make = move || {
            let mut payload = json!({
                "check_in_id": id,
                "monitor_slug": slug(job),
                "status": status,
                "monitor_config": monitor(schedule, plan.max_runtime),
                "contexts": { "trace": { "trace_id": id } },
            });
            if let Value::Object(payload) = &mut payload {
                say(payload, took, &common);
            }
            let mut envelope = Envelope::default();
            envelope.add("check_in", payload.to_string().as_bytes());
            Ok(envelope)
        };
        let (category, make) = (Category::Monitor, Box::new(make));
        self.shared.outbox.post(Posting { category, quantity: 1, bytes: BYTES, make });
    }
}

fn say(payload: &mut Map<String, Value>, took: Option<Duration>, common: &Common) {
    let about = [("release", &common.about.release), ("environment", &common.about.environment)];
    let about = about.into_iter().filter_map(|(name, text)| Some((name, text.clone()?.into())));
    let took = took.map(|took| ("duration", took.as_secs_f64().into()));
    payload.extend(about.chain(took).map(|(name, value)| (name.to_owned(), value)));
}

/// The monitor as it is to be, so that nobody needs to make it by hand.
fn monitor(schedule: &str, max_runtime: Option<Duration>) -> Value {
    let minutes = |time: Duration| time.as_secs().div_ceil(60).clamp(1, MAX_RUNTIME_MINUTES);
    let schedule = json!({ "type": "crontab", "value": crontab(schedule) });
    match max_runtime.map(minutes) {
        Some(longest) => {
            json!({ "schedule": schedule, "timezone": "UTC", "max_runtime": longest })
        }
        None => json!({ "schedule": schedule, "timezone": "UTC" }),
    }
}

/// The five fields, also where a schedule is named.
fn crontab(schedule: &str) -> &str {
    match schedule {
        "@hourly" => "0 * * * *",
        "@daily" => "0 0 * * *",
        "@weekly" => "0 0 * * 0",
        "@monthly" => "0 0 1 * *",
        "@yearly" => "0 0 1 1 *",
        fields => fields,
    }
}

/// A job's name as that of a monitor: lower case, digits, `-` and `_`, and not digits alone.
fn slug(job: &str) -> String {
    let allowed = |c: char| match c {
        'a'..='z' | '0'..='9' | '_' | '-' => c,
        'A'..='Z' => c.to_ascii_lowercase(),
        _ => '-',
    };
    let prefix = if job.bytes().all(|byte| byte.is_ascii_digit()) { "job-" } else { "" };
    prefix.chars().chain(job.chars().map(allowed)).take(MAX_SLUG_BYTES).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_a_slug_that_sentry_takes() {
        let check = |job: &str, expected: &str| assert_eq!(slug(job), expected);
        check("nightly_backup", "nightly_backup");
        check("Nightly Backup/DB", "nightly-backup-db");
        check("42", "job-42");
        check("Übung", "-bung");
        assert_eq!(slug(&"long".repeat(20)).len(), MAX_SLUG_BYTES);
    }

    #[test]
    fn every_schedule_that_an_attribute_takes_has_five_fields() {
        for schedule in
            ["@hourly", "@daily", "@weekly", "@monthly", "@yearly", "*/5 8-18 * JAN MON"]
        {
            assert_eq!(crontab(schedule).split(' ').count(), 5, "{schedule}");
        }
    }

    #[test]
    fn a_longest_time_is_told_in_whole_minutes() {
        let check = |seconds: u64, expected: u64| {
            let monitor = monitor("@daily", Some(Duration::from_secs(seconds)));
            assert_eq!(monitor.get("max_runtime"), Some(&expected.into()), "{seconds}");
        };
        check(1, 1);
        check(60, 1);
        check(61, 2);
        check(u64::MAX, MAX_RUNTIME_MINUTES);
    }
}
