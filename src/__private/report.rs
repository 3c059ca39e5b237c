//! Failures: whose fault they are, and that each is told once.

use std::mem;
use std::time::Duration;

use crate::context::{Open, Outcome, RequestContext};
use crate::metrics::Role;

use super::call::Call;
use super::failure::{Failure, Told};
use super::nested;
use super::verdict::Verdict;

/// Says the outcome of a call that was no success, and tells of it. None where the request's end
/// will say it.
#[cold]
pub(super) fn fail(
    call: &mut Call,
    verdict: &Verdict<'_>,
    said: Option<Outcome>,
    tell: fn(&Failure<'_>),
) -> Option<Outcome> {
    if said.is_none() && leave(call, verdict, tell) {
        return None;
    }
    let outcome = blamed(call, said);
    let is_known = call.heard().has(verdict.what);
    let tells = verdict.reports(outcome) && !is_known;
    if tells {
        let failure = Failure::new(verdict.what, outcome == Outcome::ClientError);
        call.within(|| tell(&failure));
    }
    nested::hand_on(mem::take(call.heard()), (tells || is_known).then_some(verdict.what));
    Some(outcome)
}

/// Leaves it to the answer of the request, if there will be one, why a call was dropped.
#[cold]
pub(super) fn give_up(call: &Call, took: Duration) -> bool {
    let (Some(context), Some(site)) = (answered(call), call.site().number()) else { return false };
    context.leave_unsaid(Open { site, dropped: Some(took) }, None)
}

/// A job has no caller whose fault it could be, and what does not say is the service's.
fn blamed(call: &Call, said: Option<Outcome>) -> Outcome {
    match said.unwrap_or(Outcome::ServerError) {
        Outcome::ClientError if call.site().declaration().role == Role::Job => Outcome::ServerError,
        outcome => outcome,
    }
}

/// Leaves it to the answer of the request, if there will be one, whose fault an error was.
fn leave(call: &mut Call, verdict: &Verdict<'_>, tell: fn(&Failure<'_>)) -> bool {
    let report = verdict.report;
    let is_known = call.heard().has(verdict.what);
    let tells = report.tells_anything() && !is_known;
    let Some(context) = answered(call) else { return false };
    let later = tells.then(|| {
        let told = Told::of(verdict.what);
        let tell = move |outcome| {
            if report.tells(outcome) {
                tell(&Failure::told(&told, outcome == Outcome::ClientError));
            }
        };
        Box::new(tell) as _
    });
    // What has no number is settled by nobody, but told all the same.
    let site = call.site().number().unwrap_or(usize::MAX);
    let is_left = context.leave_unsaid(Open { site, dropped: None }, later);
    if is_left {
        nested::hand_on(mem::take(call.heard()), (tells || is_known).then_some(verdict.what));
    }
    is_left
}

/// The request that a handler's call is part of the answer to.
fn answered(call: &Call) -> Option<&RequestContext> {
    let is_endpoint = call.site().declaration().role == Role::Endpoint;
    call.context().filter(|context| is_endpoint && context.job().is_none())
}
