//! What an event says of the request, or of the job's run, that it is of.

use sentry::protocol::{Context, Event, Request, TraceContext, User};

use crate::context::{RequestContext, SpanIds, UNMATCHED, Verb};

/// Says it, where the event does not say it yet: of obskit's own reports, and of what a user's own
/// call captures within the request.
pub(crate) fn fill(event: &mut Event<'static>, request: &RequestContext) {
    fill_trace(event, request, request.ids());
    event.transaction = event.transaction.take().or_else(|| Some(transaction(request)));
    event.user = event.user.take().or_else(|| user(request));
    event.request = event.request.take().or_else(|| of(request));
    for (name, value) in tags(request) {
        event.tags.entry(name).or_insert(value);
    }
}

/// Says which span the event is of.
pub(super) fn fill_trace(event: &mut Event<'static>, request: &RequestContext, span: SpanIds) {
    let own = request.ids();
    let parent = if span == own { request.parent_span_id() } else { Some(own.span_id) };
    let trace = TraceContext {
        trace_id: span.trace_id.to_bytes().into(),
        span_id: span.span_id.to_bytes().into(),
        parent_span_id: parent.map(|parent| parent.to_bytes().into()),
        ..TraceContext::default()
    };
    event.contexts.entry("trace".to_owned()).or_insert(Context::Trace(Box::new(trace)));
}

/// `GET /users/{id}`, or the job's name.
pub(crate) fn transaction(request: &RequestContext) -> String {
    if let Some(job) = request.job() {
        return job.to_owned();
    }
    let method = if request.verb() == Verb::Other { "HTTP" } else { request.method() };
    match request.endpoint() {
        UNMATCHED => method.to_owned(),
        template => format!("{method} {template}"),
    }
}

/// None of a job's run.
pub(crate) fn of(request: &RequestContext) -> Option<Request> {
    request
        .job()
        .is_none()
        .then(|| Request { method: Some(request.method().to_owned()), ..Request::default() })
}

/// Who makes it, if that was said.
pub(crate) fn user(request: &RequestContext) -> Option<User> {
    let id = request.user()?.to_owned();
    Some(User { id: Some(id), ..User::default() })
}

/// What reports are searched by.
pub(crate) fn tags(request: &RequestContext) -> Vec<(String, String)> {
    let own = [("request_id", request.request_id().as_str())];
    let job = request.job().map(|job| ("job", job));
    own.into_iter().chain(job).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
