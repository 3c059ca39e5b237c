//! What Sentry's answer means.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, StatusCode};

use crate::export::Trouble;
use crate::export::client::{Reply, Unanswered, retry_after};
use crate::export::standing::BUSY;

use super::throttle::{Limit, PAUSE, limits};

/// What became of an envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It arrived.
    Taken,
    /// It may be sent again, after a time if one is named.
    Later { after: Option<Duration>, trouble: Trouble },
    /// It is not taken, and would not be later.
    Refused(Trouble),
    /// It is one too many, and the server has counted that.
    Limited(Trouble),
}

/// The server's own words that are kept, in characters.
const LONGEST_MESSAGE: usize = 256;
const LIMITS: &str = "x-sentry-rate-limits";
const ERROR: &str = "x-sentry-error";

impl Answer {
    /// There was none.
    pub(super) fn none(unanswered: Unanswered) -> Self {
        let Unanswered { why, is_of_certificates, is_of_connecting } = unanswered;
        let hint = if is_of_certificates {
            "Name who signed its certificate in OBSKIT_REPORT_CERTIFICATE."
        } else if is_of_connecting {
            "Let the service out to it, by HTTPS_PROXY if need be, or correct SENTRY_DSN."
        } else {
            "Is that Sentry's port, and is SENTRY_DSN right in http or https?"
        };
        Self::Later { after: None, trouble: Trouble::new(why, hint) }
    }

    /// There was none in time.
    pub(super) fn too_late() -> Self {
        let hint = "It hangs or is slow: look at its own log.";
        Self::Later { after: None, trouble: Trouble::new("it does not answer in time", hint) }
    }

    /// By the status, and what the server says beside it.
    pub(super) fn of(reply: &Reply, now: SystemTime) -> Self {
        let Reply { status, headers, body } = reply;
        if status.is_success() {
            return Self::Taken;
        }
        let trouble = || Trouble::new(told(*status, headers, body), hint(*status));
        match status.as_u16() {
            429 => Self::Limited(trouble()),
            502..=504 => Self::Later { after: retry_after(headers, now), trouble: trouble() },
            _ => Self::Refused(trouble()),
        }
    }
}

/// What an answer limits, whatever its status: by Sentry's own header. A 429 without one, or with
/// one that names nothing that is sent here, limits everything.
pub(super) fn limited(reply: &Reply, now: SystemTime) -> Vec<Limit> {
    let Reply { status, headers, .. } = reply;
    let values = headers.get_all(LIMITS).iter().filter_map(|value| value.to_str().ok());
    let told: Vec<_> = values.flat_map(limits).collect();
    if *status != StatusCode::TOO_MANY_REQUESTS || !told.is_empty() {
        return told;
    }
    let pause = retry_after(headers, now).unwrap_or(PAUSE);
    vec![Limit { category: None, pause }]
}

/// The status, and the server's words on it.
fn told(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> String {
    let words = headers.get(ERROR).and_then(|value| value.to_str().ok().map(str::to_owned));
    let words = words.or_else(|| detail(body)).unwrap_or_default();
    let words: String = words.trim().chars().take(LONGEST_MESSAGE).collect();
    if words.is_empty() {
        format!("it answers {status}")
    } else {
        format!("it answers {status}: {words}")
    }
}

/// `{"detail": "…", "causes": ["…"]}`
fn detail(body: &[u8]) -> Option<String> {
    let said: serde_json::Value = serde_json::from_slice(body).ok()?;
    let causes = said.get("causes").and_then(serde_json::Value::as_array);
    let causes = causes.into_iter().flatten().take(4).filter_map(serde_json::Value::as_str);
    let texts: Vec<_> = said.get("detail")?.as_str().into_iter().chain(causes).collect();
    Some(texts.join(": "))
}

fn hint(status: StatusCode) -> &'static str {
    match status.as_u16() {
        300..=399 => "Reports follow no redirects: set SENTRY_DSN to where it leads to.",
        401 | 403 => "Its project does not know that key, or is disabled: correct SENTRY_DSN.",
        404 | 405 => "There is no such project: correct SENTRY_DSN.",
        407 => "Set the proxy's credentials in HTTPS_PROXY.",
        413 => "Let it, and any proxy before it, take requests of 1 MiB.",
        429 => "It has reached its quota or a limit of its project: see its settings.",
        408 | 500.. => BUSY,
        _ => "Look at its own log.",
    }
}
