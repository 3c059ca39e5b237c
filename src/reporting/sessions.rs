//! The health of a release: how its requests have ended, told by the minute.
//!
//! As <https://develop.sentry.dev/sdk/telemetry/sessions/> has aggregates of sessions, each of
//! which is a request.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sentry::protocol::{SessionAggregateItem, SessionAggregates, SessionAttributes};
use tokio::time::sleep;

use crate::concurrent::Tally;
use crate::config::Reports as Settings;
use crate::context::{Exchange, Outcome};
use crate::export::sentry::{Category, Discard, Envelope, Posting};
use crate::export::{Lifeline, unless};

use super::Reports;
use super::about::About;
use super::stack;

/// Sessions that have ended.
pub(super) struct Sessions {
    /// By [`End`].
    ended: [Tally; ENDS],
    told: Mutex<Told>,
}

/// How one has ended.
#[derive(Clone, Copy, Debug)]
enum End {
    Well,
    /// With an error that was reported, or failed.
    Errored,
    Crashed,
}

const ENDS: usize = 3;

/// What was told of them so far.
struct Told {
    ended: [u64; ENDS],
    /// When that was.
    at: SystemTime,
}

/// What is to be told: so many of each, since then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct New {
    since: SystemTime,
    ended: [u64; ENDS],
}

const MINUTE: Duration = Duration::from_mins(1);
/// What they take while they wait.
const BYTES: usize = 512;

/// Those of a telemetry, if they are wanted and a release is known.
pub(super) fn of(settings: &Settings, about: &About, now: SystemTime) -> Option<Sessions> {
    let is_told = settings.sessions && about.release.is_some();
    is_told.then(|| Sessions::new(now))
}

impl Sessions {
    fn new(now: SystemTime) -> Self {
        let told = Told { ended: [0; ENDS], at: now };
        Self { ended: Default::default(), told: Mutex::new(told) }
    }

    fn end(&self, outcome: Outcome, is_reported: bool) {
        let end = match outcome {
            Outcome::Panicked => End::Crashed,
            outcome if outcome.is_failure() || is_reported => End::Errored,
            _ => End::Well,
        };
        if let Some(tally) = self.ended.get(end as usize) {
            tally.add(1);
        }
    }

    /// Those that were not told of yet, if there are any.
    fn take(&self, now: SystemTime) -> Option<New> {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let since = std::mem::replace(&mut told.at, now);
        let mut ended = [0; ENDS];
        for ((new, told), tally) in ended.iter_mut().zip(&mut told.ended).zip(&self.ended) {
            let total = tally.get();
            *new = total.wrapping_sub(*told);
            *told = total;
        }
        (ended != [0; ENDS]).then_some(New { since, ended })
    }

    fn is_empty(&self) -> bool {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        self.ended.iter().zip(told.ended).all(|(tally, told)| tally.get() == told)
    }
}

impl Reports {
    /// Counts a request that has ended, and whose failure is reported if it is at all. Hot.
    pub(super) fn end_session(&self, exchange: &Exchange<'_>) {
        if let Some(sessions) = &self.shared.sessions {
            let failing = exchange.context.failed();
            let is_reported = failing.is_some_and(|failing| failing.reported().is_some());
            sessions.end(exchange.outcome, is_reported);
        }
    }

    /// Whether there are sessions that were not told of.
    pub(crate) fn has_sessions(&self) -> bool {
        self.shared.sessions.as_ref().is_some_and(|sessions| !sessions.is_empty())
    }

    /// Tells of the sessions that have ended since it did so last.
    pub(crate) fn tell_sessions(&self) {
        let common = Arc::clone(&self.shared.common);
        let Some(sessions) = &self.shared.sessions else { return };
        let Some(new) = sessions.take(common.clock.wall()) else { return };
        self.shared.outbox.post(Posting {
            category: Category::Session,
            quantity: new.ended.iter().sum(),
            bytes: BYTES,
            make: Box::new(move || {
                let about = &common.about;
                new.envelope(about.release.clone().unwrap_or_default(), about.environment.clone())
            }),
        });
    }

    /// Does so at the end of each minute, as long as the thread runs, and lets go what was not
    /// needed for one.
    pub(crate) async fn go_by_the_minute(self, mut lifeline: Lifeline) {
        loop {
            let left = MINUTE.saturating_sub(into_minute(self.shared.common.clock.wall()));
            if unless(lifeline.cut(), sleep(left)).await.is_none() {
                return;
            }
            self.tell_sessions();
            stack::rest();
        }
    }
}

impl New {
    fn envelope(self, release: String, environment: Option<String>) -> Result<Envelope, Discard> {
        let [well, errored, crashed] = self.ended.map(|count| count.try_into().unwrap_or(u32::MAX));
        let aggregate = SessionAggregateItem {
            started: self.since.checked_sub(into_minute(self.since)).unwrap_or(UNIX_EPOCH),
            distinct_id: None,
            exited: well,
            errored,
            abnormal: 0,
            crashed,
        };
        let sessions = SessionAggregates {
            aggregates: vec![aggregate],
            attributes: SessionAttributes {
                release: release.into(),
                environment: environment.map(Into::into),
                ip_address: None,
                user_agent: None,
            },
        };
        let payload = serde_json::to_vec(&sessions).map_err(|_| Discard::InternalSdkError)?;
        let mut envelope = Envelope::default();
        envelope.add("sessions", &payload);
        Ok(envelope)
    }
}

/// How much of its minute is over.
fn into_minute(at: SystemTime) -> Duration {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    Duration::from_nanos(u64::try_from(since.as_nanos() % MINUTE.as_nanos()).unwrap_or_default())
}

impl std::fmt::Debug for Sessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.ended.iter().map(Tally::get)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_taken_once() {
        let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        let sessions = Sessions::new(at(100));
        assert!(sessions.is_empty());
        let end = |outcome, is_reported| sessions.end(outcome, is_reported);
        end(Outcome::Success, false);
        end(Outcome::ClientError, false);
        end(Outcome::Cancelled, false);
        end(Outcome::Success, true);
        end(Outcome::ServerError, false);
        end(Outcome::BodyError, true);
        end(Outcome::Panicked, true);
        assert!(!sessions.is_empty());
        assert_eq!(sessions.take(at(200)), Some(New { since: at(100), ended: [3, 3, 1] }));
        assert!(sessions.is_empty());
        assert_eq!(sessions.take(at(300)), None);
        end(Outcome::Panicked, true);
        assert_eq!(sessions.take(at(400)), Some(New { since: at(300), ended: [0, 0, 1] }));
    }

    #[test]
    fn they_are_of_the_minute_in_which_the_last_were_told() {
        let check = |seconds: u64, expected: &str| {
            let since = UNIX_EPOCH + Duration::from_millis(seconds * 1_000 + 7);
            let new = New { since, ended: [1, 0, 0] };
            let envelope = new.envelope("gym@1".to_owned(), None).unwrap();
            let text = String::from_utf8(envelope.items).unwrap();
            assert!(text.contains(&format!("\"started\":\"{expected}\"")), "{text}");
        };
        check(0, "1970-01-01T00:00:00Z");
        check(1_500_000_000, "2017-07-14T02:40:00Z");
        check(1_500_000_059, "2017-07-14T02:40:00Z");
        check(1_500_000_060, "2017-07-14T02:41:00Z");
    }
}
