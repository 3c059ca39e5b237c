//! A report becomes an event of Sentry's.

use std::borrow::Cow;

use sentry::protocol::{
    Breadcrumb, Context, Event, Exception, Mechanism, ResponseContext, Stacktrace, Thread,
    ThreadId, Uuid, Values,
};

use crate::context::{Cause, Evidence, Lines, Outcome, Weight, scope_of};
use crate::export::sentry::{Discard, Envelope};
use crate::redaction::guard;

use super::Common;
use super::report::{Facts, Report};
use super::{envelope, request, stack};

/// What `event.fingerprint` is where nobody has set it.
const DEFAULT: &str = "{{ default }}";

/// Writes a report. It takes its time, so it is called off the request's path.
pub(super) fn build(mut report: Report, common: &Common) -> Result<Envelope, Discard> {
    let scope = report.evidence.hub.take().map(|hub| scope_of(&hub));
    let fingerprint = std::mem::take(&mut report.fingerprint);
    let transaction = report.request.as_ref().map(request::transaction);
    let user = scope.as_ref().and_then(|scope| scope.user().cloned());
    let mut event = event(report, common);
    // The service's own word for who it is stays, where the scope has no other.
    if let Some(mut user) = user {
        user.id = user.id.or_else(|| event.user.take().and_then(|known| known.id));
        event.user = Some(user);
    }
    if let Some(scope) = scope {
        // Processors are the user's own and may panic, or drop the event.
        match guard(|| scope.apply_to_event(event.clone())) {
            Some(Some(applied)) => event = applied,
            Some(None) => return Err(Discard::EventProcessor),
            None => {}
        }
        event.breadcrumbs.values.sort_by_key(|crumb| crumb.timestamp);
    }
    // What the user has set goes before.
    event.transaction = event.transaction.or(transaction);
    if is_default(&event.fingerprint) && !fingerprint.parts().is_empty() {
        event.fingerprint = fingerprint.parts().iter().cloned().map(Cow::Owned).collect();
    }
    envelope::of_event(event, common)
}

/// All but what the user's own scope may say otherwise: the transaction and the fingerprint.
fn event(report: Report, common: &Common) -> Event<'static> {
    let Report { id, at, level, evidence, request, facts, crumbs, suppressed, .. } = report;
    let mut event = Event {
        event_id: Uuid::from_bytes(id.to_bytes()),
        timestamp: at,
        level,
        breadcrumbs: Values { values: breadcrumbs(&crumbs) },
        ..Event::new()
    };
    if let Some(span) = evidence.span {
        request::fill_trace(&mut event, span, None);
    }
    if let Some(request) = &request {
        request::fill(&mut event, request);
        event.transaction = None;
    }
    if let Some(facts) = facts {
        say_facts(&mut event, facts);
    }
    if suppressed > 0 {
        event.extra.insert("suppressed".into(), suppressed.into());
    }
    say_evidence(&mut event, evidence, facts, common);
    event
}

fn say_facts(event: &mut Event<'static>, facts: Facts) {
    let Facts { outcome, status, grpc_status, duration, .. } = facts;
    say_end(event, outcome, status, grpc_status);
    event.extra.insert("duration_seconds".into(), duration.as_secs_f64().into());
}

/// How a request has ended.
pub(super) fn say_end(
    event: &mut Event<'static>,
    outcome: Outcome,
    status: Option<u16>,
    grpc_status: Option<u8>,
) {
    let mut tag = |name: &str, value: String| event.tags.insert(name.into(), value);
    tag("outcome", outcome.as_str().to_owned());
    if let Some(status) = status {
        tag("status", status.to_string());
        let response =
            ResponseContext { status_code: Some(status.into()), ..ResponseContext::default() };
        event.contexts.insert("response".into(), Context::Response(Box::new(response)));
    }
    if let Some(status) = grpc_status {
        tag("grpc_status", status.to_string());
    }
}

fn say_evidence(
    event: &mut Event<'static>,
    evidence: Evidence,
    facts: Option<Facts>,
    common: &Common,
) {
    let is_panic = evidence.weight == Weight::Panic;
    let Evidence { mut causes, message, target, place, thread, fields, stack, .. } = evidence;
    if is_panic && causes.is_empty() {
        causes.push(Cause { kind: "panic".into(), message: message.clone() });
    }
    let stack = stack.and_then(|stack| stack::of(&stack, &common.settings.in_app));
    let is_told = causes.first().is_some_and(|cause| cause.message == message);
    event.message = Some(message).filter(|message| !message.is_empty() && !is_told);
    event.logger = Some(target).filter(|target| !target.is_empty());
    for (name, value) in fields {
        event.extra.entry(name).or_insert(value);
    }
    if let Some((file, line)) = place {
        event.extra.entry("code.file.path".into()).or_insert(file.into());
        event.extra.entry("code.line.number".into()).or_insert(line.into());
    }
    let is_caught = facts.is_some_and(|facts| !facts.outcome.is_failure());
    let mechanism = Mechanism {
        ty: if is_panic { "panic" } else { "generic" }.into(),
        handled: Some(!is_panic || is_caught),
        ..Mechanism::default()
    };
    let has_thread = thread.is_some() || (causes.is_empty() && stack.is_some());
    let stack = say_causes(event, causes, (mechanism, stack), has_thread);
    if has_thread {
        let crashed = is_panic;
        event.threads.values.push(Thread {
            id: Some(THREAD),
            name: thread,
            stacktrace: stack,
            crashed,
            current: true,
            ..Thread::default()
        });
    }
}

const THREAD: ThreadId = ThreadId::Int(0);

/// The first cause first, what it caused last: that is the title. What there is of a stack and is
/// not told with an error is given back.
fn say_causes(
    event: &mut Event<'static>,
    causes: Vec<Cause>,
    (mechanism, mut stack): (Mechanism, Option<Stacktrace>),
    has_thread: bool,
) -> Option<Stacktrace> {
    let mut mechanism = Some(mechanism);
    for (number, Cause { kind, message }) in causes.into_iter().enumerate() {
        let is_last = number == 0;
        event.exception.values.push(Exception {
            ty: if kind.is_empty() { "Error".into() } else { kind },
            value: Some(message),
            stacktrace: if is_last { stack.take() } else { None },
            mechanism: if is_last { mechanism.take() } else { None },
            thread_id: (is_last && has_thread).then_some(THREAD),
            ..Exception::default()
        });
    }
    event.exception.values.reverse();
    stack
}

pub(super) fn breadcrumbs(crumbs: &Lines) -> Vec<Breadcrumb> {
    crumbs.iter().filter_map(|kept| serde_json::from_slice(kept.line).ok()).collect()
}

pub(super) fn is_default(fingerprint: &[Cow<'_, str>]) -> bool {
    match fingerprint {
        [one] => one == DEFAULT || one == "{{default}}",
        [] => true,
        _ => false,
    }
}
