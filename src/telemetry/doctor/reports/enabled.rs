//! What sends reports as it runs, and an envelope of nothing by the same way.

use crate::config::{Config, Dsn};
use crate::export::sentry::{Answer, Sentry};
use crate::telemetry::doctor::diagnosis::Finding;
use crate::telemetry::doctor::exports::{ask, standing_of, troubled};
use crate::telemetry::reports::Sent;

/// Whether anything is reported by this build.
pub(in crate::telemetry::doctor) const ARE_BUILT: bool = true;

/// What became of the last report, and whether what sends them had to be started again.
pub(in crate::telemetry::doctor) fn standing(reports: &Sent) -> Option<Finding> {
    Some(standing_of(("report_export", "error reports"), reports.standing()?))
}

/// What Sentry answers to an envelope that holds nothing, of which it makes nothing. Its own words
/// are not told. It has the calling thread for itself.
pub(in crate::telemetry::doctor) fn greet(
    check: &'static str,
    place: &str,
    dsn: &Dsn,
    config: &Config,
) -> Finding {
    let Config { reports, proxy, clock, .. } = config;
    let sentry = match Sentry::new(dsn, reports.certificate.as_deref(), proxy, clock.clone()) {
        Ok(sentry) => sentry,
        Err(error) => return Finding::failure(check, error.to_string(), "Look at its settings."),
    };
    match ask(check, place, sentry.greet()) {
        Ok(Answer::Taken) => Finding::ok(check, format!("{place} takes an empty envelope")),
        Ok(Answer::Later { trouble, .. } | Answer::Refused(trouble)) => {
            troubled(check, place, &trouble, trouble.is_of_load())
        }
        Ok(Answer::Limited(trouble)) => troubled(check, place, &trouble, true),
        Err(finding) => finding,
    }
}
