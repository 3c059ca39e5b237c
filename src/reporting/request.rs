//! What an event says of the request, or of the job's run, that it is of.

use sentry::protocol::{Context, Event, Map, Request, TraceContext, Value};
use serde_json::json;

use crate::context::{Head, RequestContext, SpanId, SpanIds, UNMATCHED, Verb};

use super::fit::tag_name;

/// Says it, where the event does not say it yet: of obskit's own reports, and of what a user's own
/// call captures within the request.
pub(crate) fn fill(event: &mut Event<'static>, request: &RequestContext) {
    let own = request.ids();
    fill_trace(event, own, request.parent_span_id());
    event.transaction = event.transaction.take().or_else(|| Some(transaction(request)));
    if let Some(id) = request.user() {
        event.user.get_or_insert_default().id.get_or_insert_with(|| id.to_owned());
    }
    event.request = event.request.take().or_else(|| of(request));
    for (name, value) in tags(request) {
        event.tags.entry(name).or_insert(value);
    }
    if let Some(flags) = flags(request) {
        event.contexts.entry("flags".to_owned()).or_insert(Context::Other(flags));
    }
}

/// Says which span the event is of, unless that is said.
pub(super) fn fill_trace(event: &mut Event<'static>, span: SpanIds, parent: Option<SpanId>) {
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
    if request.job().is_some() {
        return None;
    }
    let head = request.head();
    Some(Request {
        method: Some(request.method().to_owned()),
        url: url(request, head).parse().ok(),
        headers: head.map(|head| headers(request, head)).unwrap_or_default(),
        ..Request::default()
    })
}

/// Never with a query. The path is the route's template, unless the path itself was asked for.
fn url(request: &RequestContext, head: Option<&Head>) -> String {
    let scheme = if head.is_some_and(|head| head.is_https) { "https" } else { "http" };
    let host = head.and_then(Head::host).unwrap_or("localhost");
    let path = head.and_then(Head::path).unwrap_or_else(|| request.endpoint());
    let slash = if path.starts_with('/') { "" } else { "/" };
    format!("{scheme}://{host}{slash}{path}")
}

/// One that was sent several times has all its values, as RFC 9110 joins them.
fn headers(request: &RequestContext, head: &Head) -> Map<String, String> {
    let mut headers: Map<String, String> = Map::new();
    let Some(armed) = request.acceptor().reporting.armed() else { return headers };
    for (name, value) in head.headers(armed) {
        let value = String::from_utf8_lossy(value.as_bytes());
        let joined = headers.entry(name.as_str().to_owned()).or_default();
        if !joined.is_empty() {
            joined.push_str(", ");
        }
        joined.push_str(&value);
    }
    headers
}

/// What it is searched by.
pub(crate) fn tags(request: &RequestContext) -> Vec<(String, String)> {
    let own = [("request_id", request.request_id().as_str())];
    let job = request.job().map(|job| ("job", job));
    let own = own.into_iter().chain(job);
    let own = own.map(|(name, value)| (name.to_owned(), value.to_owned()));
    own.chain(request.tags()).collect()
}

/// The features that were told, as the context `flags` has them.
pub(crate) fn flags(request: &RequestContext) -> Option<Map<String, Value>> {
    let features = request.features();
    let value = |text: String| text.parse().map_or_else(|_| Value::from(text), Value::Bool);
    let one = |(name, text)| json!({ "flag": tag_name(name), "result": value(text) });
    let values: Vec<Value> =
        features.iter().map(|(name, text)| one((name, text.clone()))).collect();
    (!values.is_empty()).then(|| Map::from([("values".to_owned(), Value::from(values))]))
}
