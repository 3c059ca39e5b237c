//! One report, before it is written.

use std::time::{Duration, SystemTime};

use sentry::Level;

use crate::context::{EventId, Evidence, Exchange, Lines, Outcome, RequestContext, Run};

use super::fingerprint::Fingerprint;

/// What is reported, owned, as far as it is known when it happens. The rest is made of it off the
/// request's path.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) id: EventId,
    pub(crate) at: SystemTime,
    /// Fatal for a panic.
    pub(crate) level: Level,
    /// Of a bare status, too: its cause is then called `HTTP 503` or the like.
    pub(crate) evidence: Evidence,
    /// The request or the job's run that it is of.
    pub(crate) request: Option<RequestContext>,
    /// None where that has not ended, or there is none.
    pub(crate) facts: Option<Facts>,
    /// Each a JSON object as `event.breadcrumbs.values` has them, the oldest first, redacted.
    pub(crate) crumbs: Lines,
    /// How many alike were not reported since the last one was.
    pub(crate) suppressed: u64,
    pub(crate) fingerprint: Fingerprint,
}

/// How what it is of has ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts {
    pub(crate) outcome: Outcome,
    /// None of a job's run.
    pub(crate) status: Option<u16>,
    pub(crate) grpc_status: Option<u8>,
    pub(crate) duration: Duration,
}

impl Report {
    /// What it takes while it waits, more or less.
    pub(super) fn bytes(&self) -> usize {
        let Evidence { causes, message, target, fields, stack, .. } = &self.evidence;
        let causes = causes.iter().map(|cause| cause.kind.len() + cause.message.len());
        // A number, or a text and its quotes.
        let fields = fields.iter().map(|(name, value)| {
            name.len() + value.as_str().map_or(FIELD_BYTES, |text| text.len() + FIELD_BYTES)
        });
        let frames = stack.as_ref().map_or(0, |stack| stack.frames().len());
        let texts = causes.chain(fields).sum::<usize>() + message.len() + target.len();
        BYTES + texts + frames * FRAME_BYTES + self.crumbs.len()
    }
}

impl Facts {
    /// Whether the client is to blame, by the head that was sent if it read no further.
    pub(super) fn is_refused(&self) -> bool {
        match self.outcome {
            Outcome::ClientError => true,
            Outcome::Cancelled => matches!(self.status, Some(400..=498)),
            _ => false,
        }
    }

    pub(super) fn of_exchange(exchange: &Exchange<'_>) -> Self {
        let Exchange { outcome, status, grpc_status, duration, .. } = *exchange;
        Self { outcome, status: Some(status), grpc_status, duration }
    }

    pub(super) fn of_run(run: &Run<'_>) -> Self {
        Self {
            outcome: run.outcome,
            status: None,
            grpc_status: None,
            duration: run.context.elapsed(),
        }
    }
}

/// Of one without anything, its request among it.
const BYTES: usize = 2 << 10;
const FRAME_BYTES: usize = 256;
const FIELD_BYTES: usize = 32;
