//! What the span of a call is told when that ends.

use std::error::Error;

use crate::context::{CallEnd, EndSpan, Outcome, RequestContext};
use crate::metrics::{Declaration, Role};

use super::call::Call;
use super::failure::{Told, What};

/// Tells a call's span how it ended, and what says so, if anybody records it.
#[inline]
pub(super) fn tell(call: &Call, outcome: Option<Outcome>, what: Option<What<'_>>) {
    let is_recorded = call.context().is_none_or(RequestContext::is_traced);
    if is_recorded
        && !call.span().is_disabled()
        && let Some(acceptor) = call.acceptor()
    {
        tell_recorded(call, &*acceptor.spans, outcome, what);
    }
}

#[inline(never)]
fn tell_recorded(
    call: &Call,
    spans: &dyn EndSpan,
    outcome: Option<Outcome>,
    what: Option<What<'_>>,
) {
    let Declaration { role, name, operation, .. } = *call.site().declaration();
    let dependency = (role == Role::Dependency).then_some((name, operation.unwrap_or_default()));
    let what = what.filter(|_| outcome != Some(Outcome::Success));
    let failure = what.map(|what| move || -> Box<dyn Error> { Box::new(Told::of(what)) });
    let failure = failure.as_ref().map(|failure| failure as _);
    spans.end(call.span(), &CallEnd { dependency, outcome, failure });
}
